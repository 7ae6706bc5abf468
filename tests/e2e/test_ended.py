"""A check that is ended from outside while it reads the base: status 130, and nothing is left behind."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import gemini_eval
from tests.support.steps import run_line
from tests.support.suites import ANSWERED, write_files

GIT = """\
#!/bin/sh
case " $* " in *" cat-file "*) kill -SIGNAL "$PPID" ;; esac
exec "REAL" "$@"
"""
"""git that tells the program to end, once that reads the base's files."""


NUMBERS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@pytest.fixture(autouse=True)
def _none_is_ignored() -> Iterator[None]:
    """Tests may run under nohup or in the background; the program rightly goes on ignoring what its parent ignores."""
    ignored = [number for number in NUMBERS if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.mark.parametrize("number", NUMBERS)
def test_ended_while_the_base_is_read(tmp_path: Path, number: signal.Signals) -> None:
    folder, programs, temporary = (tmp_path / name for name in ("work", "programs", "temporary"))
    write_files(folder, {"suite.yaml": ANSWERED})
    for line in ("git init", "git add .", "git commit -m first"):
        run_line(line, folder, {})
    programs.mkdir()
    temporary.mkdir()
    real = shutil.which("git")
    assert real is not None
    wrapper = programs / "git"
    wrapper.write_text(GIT.replace("SIGNAL", str(int(number))).replace("REAL", real))
    wrapper.chmod(0o755)
    environment = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "TMPDIR": str(temporary)}
    ended = gemini_eval(["check", "--base", "main"], folder, environment)
    assert (ended.status, ended.stdout, ended.stderr) == (130, "", "\ninterrupted\n")
    assert list(temporary.iterdir()) == []
