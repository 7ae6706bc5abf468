"""A folder with a suite, a server that answers it, and the real command line between them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from gemini_eval.runs.canonical import canonical_lines
from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.records import AnswerRecord, decode
from gemini_eval.runs.sealed import DamagedError
from gemini_eval.types import CaseResult, Failure, Response
from tests.standin import Oracle, Script, StandIn
from tests.support.cli import Ended, gemini_eval, start

MODEL = "gemini-2.5-flash"
KEY = "key-of-the-stand-in-0123456789"
PROJECT = "wine-cellar-31"
ECHO = Oracle(echo=True)
"""Each answer is a function of its request alone, so that two runs that ask the same have the same answers."""

SUITE = """\
version: 1
name: numbers
models: {model}
prompts: {prompts}
params: {{thinking_budget: 0, max_output_tokens: 32}}
data: rows.csv
assert: [{{regex: '^[0-9a-f]{{8}}$'}}]
"""
PROMPT = "{ask: {text: 'Number {{ number }}'}}"


@dataclass(slots=True)
class World:
    """`folder` is where the command line runs; `environment` says how the server is asked."""

    folder: Path
    server: StandIn
    environment: Mapping[str, str]
    extra: list[str] = field(default_factory=list)

    @property
    def store(self) -> Path:
        return self.folder / ".gemini-eval"

    @property
    def run_folder(self) -> Path:
        """The latest run's."""
        return (self.store / "runs/latest").resolve()

    @property
    def answers(self) -> Path:
        return self.run_folder / "answers.jsonl"

    @property
    def cache(self) -> Path:
        return self.store / "cache.sqlite"

    def run(self, *arguments: str, **environment: str) -> Ended:
        """`run -q suite.yaml` with more arguments, to its end."""
        return self.call("run", "-q", "suite.yaml", *arguments, **environment)

    def call(self, *arguments: str, **environment: str) -> Ended:
        """Any verb, to its end; a traceback is never right."""
        ended = gemini_eval([*arguments, *self.extra], self.folder, {**self.environment, **environment})
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """`run -q suite.yaml` as a running process."""
        words = ["run", "-q", "suite.yaml", *arguments, *self.extra]
        return start(words, self.folder, {**self.environment, **environment})

    def canonical(self) -> bytes:
        """The results of the latest run, as `report --canonical` prints them."""
        return b"".join(canonical_lines(iter_cases(self.run_folder / "cases.jsonl", "canonical")))

    def header(self) -> dict[str, Any]:
        return dict(json.loads((self.run_folder / "run.json").read_bytes()))

    def acknowledged(self) -> list[AnswerRecord]:
        """The answers of the latest run that can be read: its whole lines whose seal holds."""
        return records_in(self.answers)

    def cases(self) -> Iterator[CaseResult]:
        """The judged cases of the latest run."""
        return iter_cases(self.run_folder / "cases.jsonl")

    def cached_keys(self) -> set[str]:
        """The requests that the answer cache has an answer to."""
        with closing(sqlite3.connect(f"file:{self.cache}?mode=ro", uri=True)) as cache:
            return {key.hex() for (key,) in cache.execute("SELECT key FROM answers")}

    def calls(self) -> int:
        """Requests for an answer that the server has had."""
        return int(self.server.stats()["calls"])

    def forget(self) -> None:
        """No run, no cache, nothing counted."""
        remove(self.store)
        self.server.reset()


def world(
    folder: Path, server: StandIn, cases: int, *, prompts: str = PROMPT, environment: Mapping[str, str] | None = None
) -> World:
    """A new folder with a suite of so many cases, asked of the server's developer API unless `environment` says otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder, range(cases))
    (folder / "gemini-eval.yaml").write_text("version: 1\n")
    (folder / "suite.yaml").write_text(SUITE.format(model=MODEL, prompts=prompts))
    return World(folder, server, developer(server.url) if environment is None else environment)


def write_rows(folder: Path, numbers: Iterable[int | str]) -> None:
    rows = "".join(f"r{place:04},{number}\n" for place, number in enumerate(numbers))
    (folder / "rows.csv").write_text(f"id,number\n{rows}")


def echoing(latency_ms: float = 0.0, **more: Any) -> Script:
    """A script whose usual answer is a function of the request."""
    return Script(oracle=ECHO, latency_ms=latency_ms, **more)


def records_in(path: Path) -> list[AnswerRecord]:
    """The records of a file of answers; lines that are torn or damaged are passed over."""
    found = []
    for line in path.read_bytes().splitlines(keepends=True) if path.exists() else ():
        try:
            found.append(decode(line))
        except DamagedError:
            continue
    return found


def delivered(records: Iterable[AnswerRecord]) -> dict[str, Response]:
    """Key -> answer, of those that were delivered."""
    return {record.key: record.answer for record in records if isinstance(record.answer, Response)}


def failures(records: Iterable[AnswerRecord]) -> list[Failure]:
    return [record.answer for record in records if isinstance(record.answer, Failure)]


def remove(folder: Path) -> None:
    """A folder and all below it, links as links."""
    for path, folders, files in os.walk(folder, topdown=False):
        for name in files:
            (Path(path) / name).unlink()
        for name in folders:
            below = Path(path) / name
            below.unlink() if below.is_symlink() else below.rmdir()
    if folder.exists():
        folder.rmdir()


def words(text: str) -> str:
    """What was printed, wherever its lines were broken."""
    return " ".join(text.split())


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def slay(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the process and its workers, where it has not ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


class Watch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = monotonic()

    @property
    def seconds(self) -> float:
        return monotonic() - self._start


# ---- who asks ----------------------------------------------------------------------------------------------


def developer(url: str) -> dict[str, str]:
    """The developer API, with a key."""
    return {"GEMINI_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": url}


def express(url: str) -> dict[str, str]:
    """Vertex AI in express mode, with a key."""
    return {"GOOGLE_API_KEY": KEY, "GOOGLE_GENAI_USE_VERTEXAI": "true", "GOOGLE_VERTEX_BASE_URL": url}


def vertex(url: str, folder: Path, **more: str) -> dict[str, str]:
    """Vertex AI, with a service account whose tokens the server gives; its file is written into `folder`."""
    return {
        "GOOGLE_APPLICATION_CREDENTIALS": str(service_account(folder, url)),
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "GOOGLE_VERTEX_BASE_URL": url,
        "NO_GCE_CHECK": "true",
        **more,
    }


def service_account(folder: Path, url: str) -> Path:
    path = folder / "account.json"
    account = {
        "type": "service_account",
        "project_id": "of-the-account",
        "private_key_id": "1",
        "private_key": private_key(),
        "client_email": "tester@wine-cellar-31.iam.gserviceaccount.com",
        "token_uri": f"{url}/token",
    }
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(account))
    return path


@cache
def private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()
