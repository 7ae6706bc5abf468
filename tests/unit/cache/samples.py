"""Answers to put into caches, and processes that share one."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from gemini_eval.runs.records import AnswerRecord
from gemini_eval.types import Answer, Response, Usage

ROOT = Path(__file__).resolve().parents[3]
MODEL = "gemini-2.5-flash"
TIMEOUT_S = 60


def key_of(name: object) -> str:
    return sha256(str(name).encode()).hexdigest()


def response(text: str, version: str = "v1") -> Response:
    return Response(text, usage=Usage(120, 3), latency_ms=312.5, model_version=version, cost_micros=40, response_id="r-1")


def record(name: object, answer: Answer | None = None, *, version: str = "v1", **changes: str) -> AnswerRecord:
    """The answer of the case `name`; its key is a function of its name."""
    given = answer if answer is not None else response(f"the answer of {name}", version)
    fields = {"suite": "wine", "case": str(name), "model": MODEL, "location": "global", "at": "2026-01-31T09:30:00.123Z"}
    return AnswerRecord(n=0, key=key_of(name), variant="base", sample=0, answer=given, **{**fields, **changes})


def by_key(*records: AnswerRecord) -> dict[str, AnswerRecord]:
    return {item.key: item for item in records}


def start_child(program: str, *arguments: object) -> subprocess.Popen[bytes]:
    """`programs.py PROGRAM ARGUMENTS` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.unit.cache.programs", program, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run_child(program: str, *arguments: object) -> str:
    """What it printed; it must end well and say nothing on stderr."""
    return output_of(start_child(program, *arguments))


def output_of(process: subprocess.Popen[bytes]) -> str:
    stdout, stderr = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, stderr.decode()) == (0, "")
    return stdout.decode()


VERB = """
import sys
from gemini_eval.cli.exits import guarded
from gemini_eval.cli.{name} import command
sys.exit(guarded(command))
"""


def run_verb(name: str, arguments: list[str], folder: Path, stdin: int = subprocess.DEVNULL) -> tuple[int, str, str]:
    """(exit status, stdout, stderr) of a verb as a process of its own in `folder`."""
    done = subprocess.run(
        [sys.executable, "-c", VERB.format(name=name), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        stdin=stdin,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()
