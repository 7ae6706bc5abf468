"""The same evaluation by every tool, asked of one loopback server: what was measured."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import wine_data
from benchmarks.contenders import FLOOR, OURS, Contender, Told
from benchmarks.promise import Promise
from benchmarks.server import Server, serving
from benchmarks.watch import Watched, watch
from benchmarks.works import Work, Works

LIMIT_S = 1_200
OWN = (OURS, FLOOR)


@dataclass(slots=True)
class Tried:
    """One contender's runs of one work, and why it has no figure where one of them went wrong."""

    contender: Contender
    runs: list[Watched] = field(default_factory=list)
    failed: str = ""

    def median(self, figure: Callable[[Watched], float]) -> float:
        """Infinite where there is no figure."""
        return math.inf if self.failed or not self.runs else statistics.median(map(figure, self.runs))

    @property
    def wall(self) -> float:
        return self.median(lambda run: run.wall)

    @property
    def cpu(self) -> float:
        return self.median(lambda run: run.cpu)

    @property
    def memory(self) -> float:
        return self.median(lambda run: run.memory)


@dataclass(slots=True)
class Asked:
    """What was measured: each work's rows, in the order of the contenders."""

    works: Works
    rows: dict[Work, list[Tried]] = field(default_factory=dict)

    def of(self, work: Work, name: str) -> Tried:
        (found,) = (row for row in self.rows[work] if row.contender.name == name)
        return found

    def against(self, work: Work) -> tuple[str, float]:
        """What the times of a work are held against, and its seconds: the ideal where the server delays, or the floor."""
        if work.latency_ms:
            return "ideal", work.ideal
        if work == self.works.asked:
            return "bare loop", self.of(work, FLOOR).wall
        return "", math.inf

    def promises(self) -> list[Promise]:
        """What is to be reached. A run on cached answers has asked nothing, or it has no figure."""
        todo = self.works
        asked, delayed, one, _, again = (self.of(work, OURS) for work in todo.all())
        floor = self.against(todo.asked)[1]
        return [
            Promise(f"{todo.asked.title}: time against the bare loop", asked.wall / floor, 1.5, "×"),
            Promise(f"{todo.asked.title}: memory", asked.memory, 120, " MB"),
            Promise(f"{todo.delayed.title}: time against the ideal", delayed.wall / todo.delayed.ideal, 1.25, "×"),
            Promise(f"{todo.one.title}: time", one.wall, 0.6, " s"),
            Promise(f"{todo.again_large.title}: time", again.wall, 2.0, " s"),
        ]

    @property
    def whole(self) -> bool:
        return not any(row.failed for rows in self.rows.values() for row in rows)


def measure(works: Works, who: Sequence[Contender], say: Callable[[str], None]) -> Asked:
    """Every work by everybody, one process at a time; `say` is told of each as it ends."""
    asked = Asked(works)
    with TemporaryDirectory(prefix="gemini-eval-truth-") as kept:
        wine_data.write(Path(kept), max(work.count for work in works.all()))
        for work in works.all():
            asked.rows[work] = [Tried(contender) for contender in who if work.takes(contender)]
            with serving(Path(kept) / "truth.json", work.latency_ms) as server:
                _measure_one(work, asked.rows[work], server, say)
    return asked


def _measure_one(work: Work, rows: Sequence[Tried], server: Server, say: Callable[[str], None]) -> None:
    """In turn, so that a busy minute of the machine meets all of them."""
    for turn in range(max(work.times, work.peer_times)):
        for row in rows:
            if turn < (work.times if row.contender.name in OWN else work.peer_times) and not row.failed:
                _try(work, row, server)
                say(f"{work.title}: {row.contender.name}: {row.failed or f'{row.runs[-1].wall:.2f} s'}")


def _try(work: Work, row: Tried, server: Server) -> None:
    """Once, in a fresh folder."""
    contender = row.contender
    with TemporaryDirectory(prefix="gemini-eval-asked-") as name:
        folder = Path(name)
        wine_data.write(folder, work.count)
        asked = [(contender.command, work.count)]
        for command, calls in [(contender.cached, work.count), (contender.cached, 0)] if work.cached else asked:
            server.begin()
            run = watch(command, folder, contender.surroundings(folder, server.url), LIMIT_S)
            row.failed = fault(run, contender, work.count, server.stats()["calls"], calls)
            if row.failed:
                return
    row.runs.append(run)


def fault(run: Watched, contender: Contender, cases: int, calls: int, due: int) -> str:
    """Why a run of `cases` cases is no measurement: it failed, its result is not the right one, or it asked `calls` times instead
    of `due` times; '' for none."""
    if run.status:
        lines = (run.errors.strip() or run.output.strip()).splitlines()
        return f"exit status {run.status}: {lines[-1][:200] if lines else 'it said nothing'}"
    try:
        found = contender.told(run.output)
    except ValueError as error:
        return f"no result: {error}"
    right = Told(cases - cases // 10, cases)
    if found != right:
        return f"it found {found.passed:,} of {found.cases:,} right, not {right.passed:,} of {right.cases:,}"
    return "" if calls == due else f"it asked {calls:,} times, not {due:,}"
