"""The figures that are promised, each measured as a ratio within one run, and what was measured beside them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT, Measured, command_line, interleaved, noted, python

START_TIMES, RUN_TIMES = 15, 3
SMALL, LARGE = 10_000, 100_000
BARE = python("-c", "pass")
IMPORTS = python("-c", "import aiohttp, jinja2, yaml, pydantic")


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure and its bound; `at_least` says on which side of it the figure must be."""

    name: str
    value: float
    bound: float
    unit: str
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Results:
    measured: dict[str, Measured]
    judged: float

    def promises(self) -> list[Promise]:
        found = self.measured
        small, large = found[f"replay {SMALL:,}"], found[f"replay {LARGE:,}"]
        help_ratio = found["--help"].wall / found["python -c pass"].wall
        one_ratio = found["replay 1"].wall / found["four imports"].wall
        return [
            Promise("`gemini-eval --help` against `python -c pass`", help_ratio, 5.0, "×"),
            Promise("a run of one case against `import aiohttp, jinja2, yaml, pydantic`", one_ratio, 1.7, "×"),
            Promise(f"replayed cases a second, {LARGE:,} of them", LARGE / large.wall, 5_000, " /s", at_least=True),
            Promise(f"memory at {LARGE:,} cases against {SMALL:,}", large.memory / small.memory, 1.3, "×"),
        ]


def measure(folder: Path) -> Results:
    """All of it, in a few minutes. `folder` is filled with data of about 100 MB."""
    write_data(folder)
    starts = {
        "python -c pass": BARE,
        "--help": command_line("--help"),
        "four imports": IMPORTS,
        "replay 1": command_line("run", "replayed1.yaml"),
    }
    runs = {
        f"replay {SMALL:,}": noted("run", f"replayed{SMALL}.yaml"),
        f"replay {LARGE:,}": noted("run", f"replayed{LARGE}.yaml"),
        f"answers {LARGE:,}": noted("run", f"answered{LARGE}.yaml"),
    }
    measured = interleaved(starts, folder, START_TIMES)
    for _ in range(RUN_TIMES):
        for name, found in interleaved(runs, folder, 1).items():
            measured.setdefault(name, Measured()).runs += found.runs
        shutil.rmtree(folder / ".gemini-eval")
    return Results(measured, _judged_per_second(folder))


def write_data(folder: Path) -> None:
    """In a process of its own: what this one holds would count into the memory of those that it starts."""
    sizes = ("1", str(SMALL), str(LARGE))
    subprocess.run(python("-m", "benchmarks.workload", str(folder), *sizes), cwd=ROOT, check=True)


def _judged_per_second(folder: Path) -> float:
    suite = str(folder / f"answered{SMALL}.yaml")
    command = python("-m", "benchmarks.judging", suite)
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
