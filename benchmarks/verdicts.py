"""How often the rule for regressions errs, and what it finds: simulated, and written to docs/verdicts.md."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.page import Origin, table, write_page
from benchmarks.simulation import ALPHA, MARGIN, MOST_ROUNDS, Cell, Floats, Judged, fixed, macro_f1_decisions, naive, stopping
from gemini_eval.stats.decision import Decision
from gemini_eval.stats.looks import Plan, first_samples, planned_looks
from gemini_eval.stats.sign_flip import sign_flip

COMMAND = "make proofs-verdicts"
PACKAGES = ("numpy", "scipy")
REPETITIONS = 20_000
SIZES, RATES, DROPS, SAMPLES = (20, 100, 500), (0.8, 0.95), (0.0, 0.02, 0.05, 0.1), (1, 3, 10)
EARLY = 0
"""Stands for "round by round" beside the fixed numbers of samples."""
SUITES, SUITE_CASES = 40, 100
EXACT = "the exact test of 2,000 cases with ten samples (ms)"
COUNT_SIZES, COUNT_PART = (20, 60, 100, 300), 10
"""Figures of labels are decided in a tenth of the repetitions: each takes thousands of draws."""
LEAST: Mapping[tuple[int, float], tuple[tuple[int, int, int], ...]] = {
    (20, 0.80): ((2, 5, 17), (5, 10, 27), (7, 13, 31)),
    (20, 0.95): ((0, 3, 14), (1, 4, 20), (2, 7, 22)),
    (100, 0.80): ((12, 37, 78), (22, 58, 94), (27, 73, 99)),
    (100, 0.95): ((17, 54, 94), (27, 72, 99), (27, 78, 100)),
    (500, 0.80): ((37, 93, 100), (65, 100, 100), (89, 100, 100)),
    (500, 0.95): ((67, 100, 100), (88, 100, 100), (97, 100, 100)),
}
"""What the rule must find, in % at true drops of 2, 5 and 10 points, with 1, 3 and 10 samples; 4 points less are allowed."""

ABOUT = """\
{repetitions:,} repetitions a cell, seeds fixed. A case's pass probability is Beta(0.4 r, 0.4 (1 − r)) about the suite's rate r,
so that two identical runs disagree on 9.1 % of cases at 80 %, on 2.7 % at 95 %; a true drop of D breaks each case for good
with probability D / r. α is 0.05, the margin 5 points. The decisions are those of `gemini_eval.stats`: of each block of
repetitions the first ones are also put to `paired_decision`, or to `early_stop` and `decision_after`, and any difference ends
the proof."""
SAYS_WORSE = """\
In % of runs, at true drops of 0 / 2 / 5 / 10 points: the first number is the share of false alarms. "Says worse" is p ≤ α,
before the margin parts `regressed` from `regressed_within_margin`. The first three rules have one sample a case."""
OPEN = "In % of runs with nothing changed: too few cases, or answers too unsteady, to exclude a drop of 5 points."
ROUNDS = f"""\
Rounds are asked one by one on both sides, {MOST_ROUNDS} at most. "Worse" stops by the e-value, after any round; "no regression"
after planned ones (3, 6, 10; from 500 cases 1, 2, 4, 8, 10), at 99 % instead of 95 %; and there as well what would most likely
stay open. At true drops of 0 / 2 / 5 / 10 points."""
CERTIFIED = """\
In % of runs at a true drop of 5 points, the margin: the interval excludes it. Round by round: as the only comparison, and as
one of 40, for which the e-value must be 40 times as large."""
MANY = f"""\
In % of invocations: at least one of {SUITES} unchanged suites of {SUITE_CASES} cases says worse after Holm."""
COUNTS = """\
Macro F1 of four labels (55, 25, 15 and 5 % of cases; rate 80 %), one sample, {repetitions:,} repetitions, in %: swapped counts
say worse; the padded bootstrap's interval excludes a drop of 5 points."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One promise: what was measured, and the most (or least) that is allowed; in % unless the name says otherwise."""

    name: str
    measured: float
    allowed: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.measured >= self.allowed if self.at_least else self.measured <= self.allowed


@dataclass(frozen=True, slots=True)
class Shares:
    """One cell: naive rules by name; the rule's shares by samples a case, `EARLY` for round by round; in %, but for `rounds`."""

    naive: Mapping[str, float]
    worse: Mapping[int, float]
    open: Mapping[int, float]
    certified: Mapping[int, float]
    certified_among_many: float
    rounds: float


Result = TypeVar("Result")
Cells = Mapping[Cell, Shares]


def main(repetitions: int = REPETITIONS) -> int:
    """0 where the rule reaches what is promised of it."""
    origin = Origin.now(COMMAND, PACKAGES)
    cells = [Cell(n, rate, drop) for n in SIZES for rate in RATES for drop in DROPS]
    small = [Cell(60, rate, 0.0) for rate in RATES]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        shares = _each(pool, shares_of, [*cells, *small], repetitions)
        many = {rate: _many(pool, rate, repetitions) for rate in RATES}
        counted = _each(pool, count_shares, [Cell(n, 0.8, drop) for n in COUNT_SIZES for drop in (0.0, MARGIN)], repetitions)
    promised = [*reaches({cell: shares[cell] for cell in cells}, many), Reach(EXACT, exact_test_ms(), 50)]
    parts = [
        ABOUT.format(repetitions=repetitions),
        "## Promised",
        table(["", "measured", "promised", ""], [_reach(reach) for reach in promised]),
        *("## Says worse", SAYS_WORSE, says_worse(shares)),
        *("## Inconclusive", OPEN, inconclusive(shares)),
        *("## Asking less", ROUNDS, asking_less(shares)),
        *("## Certifies a true drop of the margin", CERTIFIED, certifies(shares)),
        *("## Forty suites at once", MANY, forty(many)),
        *("## Figures that are no mean over cases", COUNTS.format(repetitions=repetitions // COUNT_PART), label_figures(counted)),
    ]
    for part in parts[1:]:
        print(part, end="\n\n")
    print(f"written: {write_page('verdicts.md', 'How a regression is decided: what the rule reaches', origin, parts).name}")
    return 0 if all(reach.kept for reach in promised) else 1


# ---- what is simulated -----------------------------------------------------------------------------------


def shares_of(cell: Cell, repetitions: int) -> Shares:
    looks = planned_looks(first_samples(cell.n), MOST_ROUNDS)
    found = fixed(cell, SAMPLES, repetitions)
    found[EARLY] = stopping(cell, Plan(looks), repetitions)
    among_many = stopping(cell, Plan(looks, comparisons=SUITES), repetitions)
    return Shares(
        {name: 100 * share for name, share in naive(cell, repetitions).items()},
        {k: _percent(part.p_regressed <= ALPHA) for k, part in found.items()},
        {k: _percent(part.decisions == Decision.INCONCLUSIVE) for k, part in found.items()},
        {k: _percent(part.low > -MARGIN) for k, part in found.items()},
        _percent(among_many.low > -MARGIN),
        float(found[EARLY].rounds.mean()),
    )


def unchanged_suite(rate: float, number: int, repetitions: int) -> tuple[Floats, Floats, float]:
    """p-values of one of many suites with three samples and round by round, and the latter's mean rounds."""
    cell = Cell(SUITE_CASES, rate, 0.0)
    plan = Plan(planned_looks(first_samples(cell.n), MOST_ROUNDS), comparisons=SUITES)
    early: Judged = stopping(cell, plan, repetitions, salt=number)
    return fixed(cell, (3,), repetitions, salt=number)[3].p_regressed, early.p_regressed, float(early.rounds.mean())


def count_shares(cell: Cell, repetitions: int) -> tuple[float, float]:
    """How often macro F1 is said to be worse, and how often its interval excludes a drop of the margin, in %."""
    found = macro_f1_decisions(cell, repetitions // COUNT_PART)
    return (
        _percent(np.array([one.p_regressed <= ALPHA for one in found])),
        _percent(np.array([one.interval.low > -MARGIN for one in found])),
    )


def exact_test_ms() -> float:
    """The slowest of some exact tests of 2,000 cases with ten samples, none of which agree more often than by chance."""
    taken = []
    for seed in range(20):
        differences = np.random.default_rng(seed).integers(-10, 11, 2_000)
        start = time.perf_counter()
        sign_flip(differences)
        taken.append(time.perf_counter() - start)
    return 1000 * max(taken)


def _many(pool: ProcessPoolExecutor, rate: float, repetitions: int) -> tuple[float, float, float]:
    """False reds in % with three samples and round by round, and the latter's mean rounds.

    After Holm something is red where the smallest p-value is at most alpha / suites.
    """
    waiting = [pool.submit(unchanged_suite, rate, number, repetitions) for number in range(1, SUITES + 1)]
    found = [one.result() for one in waiting]
    smallest = [np.min([part[at] for part in found], axis=0) for at in (0, 1)]
    reds = [_percent(p <= ALPHA / SUITES) for p in smallest]
    return reds[0], reds[1], float(np.mean([part[2] for part in found]))


def _each(
    pool: ProcessPoolExecutor, work: Callable[[Cell, int], Result], cells: Sequence[Cell], repetitions: int
) -> dict[Cell, Result]:
    waiting = {cell: pool.submit(work, cell, repetitions) for cell in cells}
    return {cell: one.result() for cell, one in waiting.items()}


def _percent(happened: NDArray[np.bool_]) -> float:
    return 100 * float(happened.mean())


# ---- what is promised ------------------------------------------------------------------------------------


def reaches(cells: Cells, many: Mapping[float, tuple[float, float, float]]) -> list[Reach]:
    unchanged = [found for cell, found in cells.items() if cell.drop == 0]
    at_margin = [found for cell, found in cells.items() if cell.drop == MARGIN]
    short = min(
        cells[Cell(n, rate, drop)].worse[k] - LEAST[n, rate][at][nth]
        for n in SIZES
        for rate in RATES
        for at, k in enumerate(SAMPLES)
        for nth, drop in enumerate(DROPS[1:])
    )
    large = [cells[Cell(100, rate, 0.1)] for rate in RATES]
    found = min(one.worse[EARLY] - LEAST[100, rate][-1][-1] for one, rate in zip(large, RATES, strict=True))
    return [
        Reach("false alarms, worst cell", max(one.worse[k] for one in unchanged for k in SAMPLES), 6),
        Reach("false alarms round by round, worst cell", max(one.worse[EARLY] for one in unchanged), 6),
        Reach("power beside the wanted table, worst cell (points)", short, -4, at_least=True),
        Reach("requests to find 10 points with 100 cases, of ten samples'", 10 * max(one.rounds for one in large), 100 / 3),
        Reach("power then, beside that of ten samples (points)", found, -4, at_least=True),
        Reach(
            "a true drop of the margin certified, worst cell", max(max(one.certified[k] for k in SAMPLES) for one in at_margin), 7
        ),
        Reach(
            "the same round by round, worst cell",
            max(max(one.certified[EARLY], one.certified_among_many) for one in at_margin),
            7,
        ),
        Reach("a false red among forty unchanged suites", max(max(reds[:2]) for reds in many.values()), 6),
    ]


# ---- tables ----------------------------------------------------------------------------------------------


def says_worse(cells: Cells) -> str:
    head = ["cases, rate", "pass rate fell", "any newly failing", "unpaired z", *(f"rule, {k}" for k in SAMPLES)]
    rows = [
        [
            f"{n}, {rate:.0%}",
            *(_along(cells, n, rate, lambda one, name=name: one.naive[name]) for name in head[1:4]),
            *(_along(cells, n, rate, lambda one, k=k: one.worse[k]) for k in SAMPLES),
        ]
        for n in SIZES
        for rate in RATES
    ]
    return table(head, rows)


def inconclusive(cells: Cells) -> str:
    head = ["cases, rate", *(f"{k} sample{'s' if k > 1 else ''}" for k in SAMPLES), "round by round"]
    rows = [
        [f"{n}, {rate:.0%}", *(f"{cells[Cell(n, rate, 0.0)].open[k]:.1f}" for k in (*SAMPLES, EARLY))]
        for n in (20, 60, 100, 500)
        for rate in RATES
    ]
    return table(head, rows)


def asking_less(cells: Cells) -> str:
    rows = [
        [
            f"{n}, {rate:.0%}",
            _along(cells, n, rate, lambda one: one.rounds, digits=1),
            _along(cells, n, rate, lambda one: one.worse[EARLY]),
            _along(cells, n, rate, lambda one: one.open[EARLY]),
            _along(cells, n, rate, lambda one: one.worse[MOST_ROUNDS]),
            _along(cells, n, rate, lambda one: one.open[MOST_ROUNDS]),
        ]
        for n in SIZES
        for rate in RATES
    ]
    head = ["cases, rate", "mean rounds", "says worse, %", "inconclusive, %", "ten samples: says worse", "inconclusive"]
    return table(head, rows)


def certifies(cells: Cells) -> str:
    head = ["cases, rate", *(f"{k} sample{'s' if k > 1 else ''}" for k in SAMPLES), "round by round", "of 40"]
    found = {(n, rate): cells[Cell(n, rate, MARGIN)] for n in SIZES for rate in RATES}
    rows = [
        [f"{n}, {rate:.0%}", *(f"{one.certified[k]:.1f}" for k in (*SAMPLES, EARLY)), f"{one.certified_among_many:.1f}"]
        for (n, rate), one in found.items()
    ]
    return table(head, rows)


def forty(many: Mapping[float, tuple[float, float, float]]) -> str:
    rows = [[f"{rate:.0%}", f"{reds:.1f}", f"{early:.1f}", f"{rounds:.1f}"] for rate, (reds, early, rounds) in many.items()]
    return table(["rate", "three samples", "round by round", "mean rounds then"], rows)


def label_figures(counted: Mapping[Cell, tuple[float, float]]) -> str:
    head = ["cases", "worse, unchanged", "worse, 5 points", "excluded, unchanged", "excluded, 5 points"]
    rows = []
    for n in COUNT_SIZES:
        same, dropped = counted[Cell(n, 0.8, 0.0)], counted[Cell(n, 0.8, MARGIN)]
        rows.append([str(n), *(f"{value:.1f}" for value in (same[0], dropped[0], same[1], dropped[1]))])
    return table(head, rows)


def _along(cells: Cells, n: int, rate: float, value: Callable[[Shares], float], digits: int = 0) -> str:
    return " / ".join(f"{value(cells[Cell(n, rate, drop)]):.{digits}f}" for drop in DROPS)


def _reach(reach: Reach) -> list[str]:
    sign = "≥" if reach.at_least else "≤"
    return [reach.name, f"{reach.measured:.1f}", f"{sign} {reach.allowed:.3g}", "kept" if reach.kept else "not kept"]


if __name__ == "__main__":
    raise SystemExit(main(*(int(number) for number in sys.argv[1:])))
