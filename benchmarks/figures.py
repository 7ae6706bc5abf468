"""The figures of whole processes that ask nobody, each measured within one run, and what was measured beside them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT, Measured, command_line, interleaved, noted, python
from benchmarks.promise import Promise

BARE = python("-c", "pass")
IMPORTS = python("-c", "import aiohttp, jinja2, yaml, pydantic")
BYTES_A_CASE = 24
"""What a run may keep of each case: its order and its identity."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of cases, and how often the short and the long processes run. `huge` is 0 where the largest run is left out."""

    small: int
    large: int
    huge: int
    start_times: int
    run_times: int


def full(*, huge: bool) -> Sizes:
    return Sizes(10_000, 100_000, 1_000_000 if huge else 0, start_times=15, run_times=3)


def few(*, huge: bool) -> Sizes:
    """To see that all of it works, in seconds."""
    return Sizes(100, 1_000, 5_000 if huge else 0, start_times=2, run_times=1)


@dataclass(frozen=True, slots=True)
class Results:
    sizes: Sizes
    measured: dict[str, Measured]
    judged: float

    def promises(self) -> list[Promise]:
        found, sizes = self.measured, self.sizes
        small, large = found[_replay(sizes.small)], found[_replay(sizes.large)]
        help_ratio = found["--help"].wall / found["python -c pass"].wall
        one_ratio = found[_replay(1)].wall / found["four imports"].wall
        promises = [
            Promise("`gemini-eval --help` against `python -c pass`", help_ratio, 5.0, "×"),
            Promise("a run of one case against `import aiohttp, jinja2, yaml, pydantic`", one_ratio, 1.7, "×"),
            Promise(f"replayed cases a second, {sizes.large:,} of them", sizes.large / large.wall, 5_000, " /s", at_least=True),
            Promise(f"memory at {sizes.large:,} cases against {sizes.small:,}", large.memory / small.memory, 1.3, "×"),
        ]
        if sizes.huge:
            bound = round(1.3 * small.memory + BYTES_A_CASE * sizes.huge / 2**20, 1)
            name = f"memory at {sizes.huge:,} cases: 1.3 × that of {sizes.small:,} and {BYTES_A_CASE} bytes a case"
            promises.append(Promise(name, found[_replay(sizes.huge)].memory, bound, " MiB"))
        return promises


def measure(folder: Path, sizes: Sizes) -> Results:
    """All of it, in a few minutes, with `huge` in many. `folder` is filled with 100 MB of data, 3 GB with `huge`."""
    _write(folder, [f"{kind}{count}" for count in (1, sizes.small, sizes.large) for kind in ("replayed", "answered")])
    starts = {
        "python -c pass": BARE,
        "--help": command_line("--help"),
        "four imports": IMPORTS,
        _replay(1): command_line("run", "replayed1.yaml"),
    }
    runs = {
        _replay(sizes.small): _noted_run(f"replayed{sizes.small}"),
        _replay(sizes.large): _noted_run(f"replayed{sizes.large}"),
        f"answers {sizes.large:,}": _noted_run(f"answered{sizes.large}"),
    }
    measured = interleaved(starts, folder, sizes.start_times)
    for _ in range(sizes.run_times):
        for name, found in interleaved(runs, folder, 1).items():
            measured.setdefault(name, Measured()).runs += found.runs
        shutil.rmtree(folder / ".gemini-eval")
    judged = _judged_per_second(folder / f"answered{sizes.small}.yaml")
    if sizes.huge:
        _write(folder, [f"replayed{sizes.huge}"])
        measured |= interleaved({_replay(sizes.huge): _noted_run(f"replayed{sizes.huge}")}, folder, 1)
    return Results(sizes, measured, judged)


def _replay(count: int) -> str:
    return f"replay {count:,}"


def _noted_run(suite: str) -> list[str]:
    return noted("run", f"{suite}.yaml")


def _write(folder: Path, suites: list[str]) -> None:
    """In a process of its own: what this one holds would count into the memory of those that it starts."""
    subprocess.run(python("-m", "benchmarks.workload", str(folder), *suites), cwd=ROOT, check=True)


def _judged_per_second(suite: Path) -> float:
    command = python("-m", "benchmarks.judging", str(suite))
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
