"""The bar on a terminal, of the verbs that ask: it comes once a second has passed."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path
from threading import Thread

import pytest

from tests.standin import Oracle, Script, StandIn
from tests.support.cli import PROGRAM, TIMEOUT_S, clean_environment
from tests.support.steps import run_line
from tests.support.suites import write_files

SUITE = """\
version: 1
name: wine
models: gemini-4-hydrogen
prompts: {p: {text: "Note: {{ note }}"}}
assert: [exact_match]
cases:
  - {id: a, vars: {note: cherry}, expected: red}
  - {id: b, vars: {note: plum}, expected: red}
"""
LATENCY_MS = 600.0
"""A model is asked twice at least, one after the other (`upgrade` asks two models at once): the last answers come after a second,
when the bar is there."""


@pytest.mark.parametrize(
    "arguments",
    [
        "run suite.yaml --samples 2",
        "check --base main --samples 1",
        "aa suite.yaml --samples 1",
        "upgrade --from gemini-4-hydrogen --to gemini-4-helium --samples 1",
    ],
    ids=lambda text: text.split()[0],
)
def test_the_bar_is_there(tmp_path: Path, arguments: str) -> None:
    folder = tmp_path / "work"
    write_files(folder, {"suite.yaml": SUITE})
    for line in ("git init", "git add .", "git commit -m first", "edit suite.yaml Note Notes"):
        run_line(line, folder, {})
    with StandIn(Script(oracle=Oracle(answer="red")), latency_ms=LATENCY_MS) as server:
        environment = {"GEMINI_API_KEY": "key-of-the-stand-in-0123456789", "GOOGLE_GEMINI_BASE_URL": server.url}
        status, told = _on_a_terminal([*arguments.split(), "-j", "1"], folder, {**environment, "NO_GCE_CHECK": "true"})
    assert status == 0, told
    assert "asking" in told and "0 failed" in told


def _on_a_terminal(arguments: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """The exit status, and what came on standard error, which is a terminal."""
    ours, theirs = pty.openpty()
    read: list[bytes] = []
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=clean_environment(folder, {"TERM": "xterm", **environment}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    reader = Thread(target=_read_all, args=(ours, read))
    reader.start()
    status = process.wait(TIMEOUT_S)
    reader.join()
    os.close(ours)
    return status, b"".join(read).decode(errors="replace")


def _read_all(terminal: int, read: list[bytes]) -> None:
    """Until the other end is closed, which Linux tells as an error."""
    try:
        while found := os.read(terminal, 4096):
            read.append(found)
    except OSError:
        return
