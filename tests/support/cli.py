"""The real command line, run as users run it: a process of its own, an environment that holds nothing by chance."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-P", "-m", "gemini_eval")
TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process left: its exit status (negative for a signal) and both outputs, decoded as UTF-8."""

    status: int
    stdout: str
    stderr: str


def clean_environment(folder: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Nothing of the caller's but what Python needs to start; a home of its own, below `folder`'s parent."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    return {**environment, **(extra or {})}


def gemini_eval(arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Ended:
    """Run the command line in `folder` to its end."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=clean_environment(folder, environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def start(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None, stdout: int = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """The command line as a running process, in a group of its own so that a signal reaches it alone."""
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=clean_environment(folder, environment),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the process and the workers that it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def wait_for(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Until `holds`, or the process has ended, or `TIMEOUT_S` have passed."""
    end = time.monotonic() + TIMEOUT_S
    while not holds() and process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.002)


_CHANGES: tuple[tuple[str, str], ...] = (
    (r"\d{8}t\d{6}Z-([\w+-]+?)-[0-9a-f]{6}\b", r"RUN-\1"),
    (r"(RUN-[\w+-]+ +)\d{4}-\d\d-\d\d\b(?![T ]\d)", r"\1DAY"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z)?", "MOMENT"),
    (r"([\w./-]+), since MOMENT → \1, since\s+MOMENT", r"\1, since MOMENT"),  # a minute may end in between
    (r"gemini-eval(,? version)? \d+\.\d+\.\d+\S*", r"gemini-eval\1 VERSION"),
    (r"\b127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
)
_MEASURED: tuple[tuple[str, str], ...] = (
    (r" +p50 / p95", "  p50 / p95"),
    (r" +[\d.,]+ m?s / [\d.,]+ m?s\b", "  N ms / N ms"),
    (r"\bin [\d.,]+ m?s\b", "in N ms"),
    (r"\b\d[\d.,]* [KM]B\b", "SIZE"),
    (r", \d+ to know of", ""),
)
"""A column's width goes with what was measured, so the spaces before it do too."""


def scrub(text: str, folder: Path) -> str:
    """What differs between two equal runs: run ids, moments, versions, ports, the absolute path of the folder."""
    for path in {str(folder), str(folder.resolve())}:
        text = text.replace(path, "FOLDER")
    return _changed(text, _CHANGES)


def scrub_measured(text: str) -> str:
    """What differs where a server is really asked: latencies, sizes on disk, what `doctor` makes of this machine."""
    return _changed(text, _MEASURED)


def _changed(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for pattern, instead in changes:
        text = re.sub(pattern, instead, text)
    return text
