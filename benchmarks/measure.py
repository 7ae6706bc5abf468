"""Whole processes, measured from outside: wall time, computing time, memory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Once:
    """One process: wall and CPU seconds (its own and its children's), and peak memory in MiB where the process noted it."""

    wall: float
    cpu: float
    memory: float = 0.0
    worker_memory: float = 0.0


@dataclass(slots=True)
class Measured:
    """The same command several times."""

    runs: list[Once] = field(default_factory=list)

    @property
    def wall(self) -> float:
        return statistics.median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        return statistics.median(run.cpu for run in self.runs)

    @property
    def memory(self) -> float:
        return statistics.median(run.memory for run in self.runs)

    @property
    def worker_memory(self) -> float:
        return statistics.median(run.worker_memory for run in self.runs)

    @property
    def spread(self) -> tuple[float, float]:
        """The fastest and the slowest, wall time."""
        return min(run.wall for run in self.runs), max(run.wall for run in self.runs)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def command_line(*arguments: str) -> list[str]:
    """The command line as users start it."""
    return python("-m", "gemini_eval", *arguments)


def noted(*arguments: str) -> list[str]:
    """The command line with its peak memory written down at its end."""
    return python("-m", "benchmarks.child", *arguments)


def interleaved(commands: Mapping[str, Sequence[str]], folder: Path, times: int) -> dict[str, Measured]:
    """Every command `times` times in turn, so that a busy minute of the machine meets all of them; none may fail."""
    measured = {name: Measured() for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            measured[name].runs.append(run_once(command, folder))
    return measured


def run_once(command: Sequence[str], folder: Path) -> Once:
    note = folder / "memory.json"
    note.unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BENCHMARK_NOTE": str(note)}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"exit status {process.returncode}: {' '.join(command)}")
    memory = json.loads(note.read_text()) if note.exists() else {"own": 0.0, "children": 0.0}
    return Once(wall, usage.ru_utime + usage.ru_stime, memory["own"], memory["children"])
