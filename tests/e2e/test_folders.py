"""Every folder of `folders/` is one behaviour: its commands, run for real, and all that they print. See README.md."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from tests.standin import Captured, StandIn, read_script
from tests.standin.storage import storage
from tests.support.cli import scrub, scrub_measured
from tests.support.recordings import write_recording
from tests.support.steps import run_line

FOLDERS = Path(__file__).parent / "folders"
UPDATE = os.environ.get("GEMINI_EVAL_UPDATE_SNAPSHOTS") == "1"
SNAPSHOTS = ("stdout", "stderr", "status", "requests")
SERVER = "server.json"
KEY = "key-of-the-stand-in-0123456789"
SECRETS = (KEY, "stand-in-token", "PRIVATE KEY")
PROJECT = "wine-cellar-31"
CREDENTIALS = {
    "GOOGLE_API_KEY": "not-a-real-key-0123456789",
    "GEMINI_API_KEY": "not-a-real-key-0123456789",
    "GOOGLE_APPLICATION_CREDENTIALS": "/nowhere/credentials.json",
    "GOOGLE_CLOUD_PROJECT": "somebody-else",
    "GOOGLE_CLOUD_LOCATION": "europe-west4",
}


def names() -> list[str]:
    return sorted(path.name for path in FOLDERS.iterdir() if (path / "command").is_file())


@pytest.mark.parametrize("name", names())
def test_folder(name: str, tmp_path: Path) -> None:
    folder = copied(name, tmp_path)
    with ExitStack() as stack:
        world = world_of(FOLDERS / name, folder, stack)
        found = transcript(folder, world)
    if UPDATE:
        write_snapshots(FOLDERS / name, found)
    assert found == snapshots(FOLDERS / name)
    kept = written(folder) + "".join(found.values()).encode()
    assert not [secret for secret in SECRETS if secret.encode() in kept]


@pytest.mark.parametrize("name", ["metric_label", "replay"])
def test_credentials_in_the_environment_change_nothing(name: str, tmp_path: Path) -> None:
    folder = copied(name, tmp_path)
    assert transcript(folder, World(CREDENTIALS)) == snapshots(FOLDERS / name)
    assert CREDENTIALS["GOOGLE_API_KEY"].encode() not in written(folder)


def copied(name: str, tmp_path: Path) -> Path:
    """The folder's inputs, where the commands may write."""
    if UPDATE and (FOLDERS / name / "answers.json").exists():
        record(FOLDERS / name)
    folder = tmp_path / "work"
    shutil.copytree(FOLDERS / name, folder, ignore=shutil.ignore_patterns(*SNAPSHOTS, "command", "answers.json", SERVER))
    shutil.copy(FOLDERS / name / "command", tmp_path / "command")
    return folder


def written(folder: Path) -> bytes:
    """All that is in the folder's files."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def record(folder: Path) -> None:
    """Recordings anew, from `answers.json`: {recording: {suite: {case: answer}}}."""
    for name, suites in json.loads((folder / "answers.json").read_text()).items():
        recording = folder / name
        recording.unlink(missing_ok=True)
        lines = b""
        for suite, answers in suites.items():
            write_recording([folder / suite], answers, recording)
            lines += recording.read_bytes()
        recording.write_bytes(lines)


# ---- who is asked ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class World:
    """What a folder's commands find around them: variables, and the server that these lead to."""

    environment: dict[str, str] = field(default_factory=dict)
    server: StandIn | None = None
    counted: bool = False

    def asked(self) -> list[Captured]:
        """Every call of a model so far; the token endpoint's are none."""
        return [seen for seen in self.server.requests if seen.call] if self.server else []

    def written(self, requests: Sequence[Captured]) -> str:
        """Each with its body, or only how many there were of a kind."""
        return counts(requests) if self.counted else calls(requests)


def world_of(source: Path, folder: Path, stack: ExitStack) -> World:
    """The stand-in that `server.json` describes, until `stack` is left; nothing where there is no such file."""
    if not (source / SERVER).is_file():
        return World()
    told = json.loads((source / SERVER).read_text())
    server = stack.enter_context(StandIn(read_script(json.dumps(told.get("script", {}))), strict=True))
    ways = {
        "developer": {"GEMINI_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": server.url},
        "express": {"GOOGLE_API_KEY": KEY, "GOOGLE_GENAI_USE_VERTEXAI": "true", "GOOGLE_VERTEX_BASE_URL": server.url},
        "vertex": {
            "GOOGLE_APPLICATION_CREDENTIALS": service_account(folder.parent / "service-account.json", server.url),
            "GOOGLE_CLOUD_PROJECT": PROJECT,
            "GOOGLE_VERTEX_BASE_URL": server.url,
            "STORAGE_EMULATOR_HOST": stack.enter_context(storage()).url if told.get("uploads") else server.url,
        },
    }
    return World({"NO_GCE_CHECK": "true", **ways[told["api"]]}, server, told.get("requests") == "counted")


def service_account(path: Path, url: str) -> str:
    """The file of an account whose tokens come from `url`; its path."""
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "1",
        "private_key": private_key(),
        "client_email": f"tester@{PROJECT}.iam.gserviceaccount.com",
        "token_uri": f"{url}/token",
    }
    path.write_text(json.dumps(account))
    return str(path)


@cache
def private_key() -> str:
    """Of nobody: made for these tests alone, as PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


# ---- what is printed, and what is sent ---------------------------------------------------------------------


def transcript(folder: Path, world: World) -> dict[str, str]:
    """Each output of all commands, under a line with the command where there is any; their exit statuses, one a line."""
    found = dict.fromkeys(SNAPSHOTS, "")
    for line in commands(folder.parent / "command"):
        before = len(world.asked())
        ended = run_line(line, folder, world.environment)
        if ended is None:
            continue
        found["stdout"] += section(line, scrubbed(ended.stdout, folder, world))
        found["stderr"] += section(line, scrubbed(ended.stderr, folder, world))
        found["status"] += f"{ended.status}\n"
        found["requests"] += section(line, world.written(world.asked()[before:]))
    return found


def commands(path: Path) -> Iterator[str]:
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def scrubbed(text: str, folder: Path, world: World) -> str:
    text = scrub(text, folder)
    return scrub_measured(text) if world.server else text


def calls(requests: Sequence[Captured]) -> str:
    """Verb, path and body of each, a line for one; ordered by text, since several are sent at once."""
    lines = (f"{seen.method} {seen.path} {seen.raw.decode()}".rstrip() + "\n" for seen in requests)
    return "".join(sorted(lines))


def counts(requests: Sequence[Captured]) -> str:
    """How many there were of each verb and path."""
    found = Counter(f"{seen.method} {seen.path}" for seen in requests)
    return "".join(f"{number} x {what}\n" for what, number in sorted(found.items()))


def section(line: str, text: str) -> str:
    return f"$ {line}\n{text}" if text else ""


def snapshots(folder: Path) -> dict[str, str]:
    paths = {name: folder / name for name in SNAPSHOTS}
    return {name: path.read_text() if path.exists() else "" for name, path in paths.items()}


def write_snapshots(folder: Path, found: dict[str, str]) -> None:
    for name, text in found.items():
        if text:
            (folder / name).write_text(text)
        else:
            (folder / name).unlink(missing_ok=True)
