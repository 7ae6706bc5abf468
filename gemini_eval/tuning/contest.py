"""Prompted and tuned variants on one split: frozen numbers, decided once, that reports write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil, isfinite
from typing import Literal, TypeAlias

from gemini_eval.comparison.model import Tested
from gemini_eval.comparison.sides import SideMarks
from gemini_eval.comparison.testing import ALPHA, Paired, Wish, figure_tested
from gemini_eval.gates import GateResult
from gemini_eval.gates.model import FigureRef
from gemini_eval.stats.multiplicity import holm
from gemini_eval.summary.model import ConfusionMatrix, VariantSummary, figures_json
from gemini_eval.types import Figure, Json

Verdict: TypeAlias = Literal["better", "worse", "open"]
"""Of a tuned variant against a prompted one; `open` where neither is shown."""

MARGIN = 0.05
"""`figure_tested` wants one; what is said here is better or worse than nothing, not than a margin."""


ROUNDED_USD = 0.5e-6
"""What an answer cost is kept in whole micro-dollars: requests that differ by less cost the same."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One variant and what was measured of it, by the figures' names."""

    variant: str
    prompt: str
    model: str
    tuned: bool
    figures: Mapping[str, Figure]

    def value(self, figure: str) -> float | None:
        found = self.figures.get(figure)
        return found.value if found else None


@dataclass(frozen=True, slots=True)
class Held:
    """The tuned winner against one prompted variant, case by case. `tests` begins with the figure that decides; `p_better` and
    `p_worse` are its one-sided p-values after Holm over all prompted variants, None where it could not be tested."""

    prompted: str
    tests: tuple[Tested, ...]
    p_better: float | None = None
    p_worse: float | None = None
    verdict: Verdict = "open"


@dataclass(frozen=True, slots=True)
class Sweep:
    """Several tuned variants, of which one was chosen on another split than the one that is reported: (variant, figure)."""

    split: str
    cases: int
    scores: tuple[tuple[str, float | None], ...]


@dataclass(frozen=True, slots=True)
class Training:
    """What tuning took: money (USD) and time (s), None where nobody says."""

    usd: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """After how many requests tuning has paid for itself against a prompted variant, by money and by time; None where it never
    does, or where `why` says what is not known. Savings are of one request."""

    prompted: str
    saved_tokens: float | None
    saved_usd: float | None
    requests: int | None
    saved_ms: float | None
    requests_by_time: int | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Of the winner: `wrong` of `cases`; most of one kind are `expected` answered as `answered`, `times`. `shared` are wrong with
    every variant. `same` is what `same_times` mistakes were answered, whatever was expected: the answer most of them gave."""

    cases: int = 0
    wrong: int = 0
    expected: str = ""
    answered: str = ""
    times: int = 0
    shared: int = 0
    same: str = ""
    same_times: int = 0


@dataclass(frozen=True, slots=True)
class Contest:
    """All of one comparison. `split` is '' where the data has none; `examples` counts the rows to tune on, None where the data
    does not tell them apart."""

    suite: str
    split: str
    run: str
    figure: str
    contestants: tuple[Contestant, ...]
    winner: str
    held: tuple[Held, ...]
    break_even: tuple[BreakEven, ...]
    mistakes: Mistakes
    training: Training = Training()
    sweep: Sweep | None = None
    examples: int | None = None
    priced_as: str = ""
    gates: tuple[GateResult, ...] = ()
    exit_status: int = 0

    @property
    def best_prompted(self) -> Contestant:
        """By the figure that decides; of equals the one with fewer tokens."""
        prompted = (one for one in self.contestants if not one.tuned)
        return max(prompted, key=lambda one: (one.value(self.figure) or 0.0, -(one.value("prompt_tokens") or 0.0)))

    def against(self, prompted: str) -> Held:
        return next(one for one in self.held if one.prompted == prompted)


SHOWN = ("prompt_tokens", "output_tokens", "p50_latency", "p95_latency", "mean_latency", "cost_per_1000")


def contestant(summary: VariantSummary, prompt: str, model: str, figures: Sequence[str], *, tuned: bool) -> Contestant:
    """The deciding figures, calibration of each source, and what an answer takes."""
    calibration = [name for name in summary.figures if name.startswith(("ece(", "brier("))]
    wanted = (*figures, *calibration, *SHOWN)
    return Contestant(
        summary.variant, prompt, model, tuned, {name: summary.figures[name] for name in wanted if name in summary.figures}
    )


def hold(
    winner: SideMarks, prompted: Sequence[SideMarks], figures: Sequence[FigureRef], labels: Sequence[str]
) -> tuple[Held, ...]:
    """The winner against each, paired case by case; "better" and "worse" by the first figure, Holm over all of them."""
    wishes = [Wish(figure, MARGIN) for figure in figures]
    pairs = [Paired.of(side, winner, labels) for side in prompted]
    tests = [tuple(figure_tested(pair, wish) for wish in wishes) for pair in pairs]
    decisions = [found[0].decision for found in tests]
    known = [found for found in decisions if found]
    better = iter(holm([found.p_improved for found in known]).tolist())
    worse = iter(holm([found.p_regressed for found in known]).tolist())
    held = []
    for side, found, decision in zip(prompted, tests, decisions, strict=True):
        up, down = (next(better), next(worse)) if decision else (None, None)
        held.append(Held(side.name, found, up, down, _verdict(up, down)))
    return tuple(held)


def _verdict(better: float | None, worse: float | None) -> Verdict:
    if better is not None and better <= ALPHA:
        return "better"
    return "worse" if worse is not None and worse <= ALPHA else "open"


def break_even(tuned: Contestant, prompted: Contestant, training: Training) -> BreakEven:
    """From measured tokens, times and prices; the training's cost and time over what one request saves."""
    tokens = [_sum(one.value("prompt_tokens"), one.value("output_tokens")) for one in (prompted, tuned)]
    money = [_over(one.value("cost_per_1000"), 1000) for one in (prompted, tuned)]
    times = [one.value("mean_latency") for one in (prompted, tuned)]
    saved_usd, saved_ms = _beyond_rounding(_less(*money)), _less(*times)
    named = {"the training's cost": training.usd, "the prompted variant's price": money[0], "the tuned model's price": money[1]}
    unknown = [name for name, value in named.items() if value is None]
    return BreakEven(
        prompted.variant,
        _less(*tokens),
        saved_usd,
        _paid_back(training.usd, saved_usd),
        saved_ms,
        _paid_back(None if training.seconds is None else training.seconds * 1000, saved_ms),
        f"{' and '.join(unknown)} {'is' if len(unknown) == 1 else 'are'} not known" if unknown else "",
    )


def _beyond_rounding(usd: float | None) -> float | None:
    return 0.0 if usd is not None and abs(usd) < ROUNDED_USD else usd


def _paid_back(cost: float | None, saved: float | None) -> int | None:
    if cost is None or saved is None or saved <= 0:
        return None
    return ceil(cost / saved - 1e-9)


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _over(value: float | None, by: float) -> float | None:
    return None if value is None else value / by


def mistakes(summary: VariantSummary, winner: SideMarks, sides: Sequence[SideMarks], figure: FigureRef) -> Mistakes:
    """Where the winner errs, and what no variant gets right."""
    wrong = {side.name: frozenset(_wrong(side, figure)) for side in sides}
    mine = wrong[winner.name]
    shared = frozenset.intersection(*wrong.values())
    cells = _confused(summary.confusion) if summary.confusion else []
    times, expected, answered = max(cells, default=(0.0, "", ""), key=lambda cell: cell[0])
    totals: dict[str, float] = {}
    for count, _, column in cells:
        totals[column] = totals.get(column, 0.0) + count
    same = max(totals, key=lambda column: totals[column], default="")
    kind = (expected, answered, round(times))
    return Mistakes(len(winner.cases), len(mine), *kind, len(shared), same, round(totals.get(same, 0.0)))


def _confused(matrix: ConfusionMatrix) -> list[tuple[float, str, str]]:
    """How many cases expected one label and got another column, where there are any."""
    columns = (*matrix.labels, *matrix.EXTRA_COLUMNS)
    return [
        (count, expected, column)
        for expected, row in zip(matrix.labels, matrix.rows, strict=True)
        for column, count in zip(columns, row, strict=True)
        if column != expected and count
    ]


def _wrong(side: SideMarks, figure: FigureRef) -> list[str]:
    """Cases with a mark of one half or less in the mean; those that were not delivered are not known to be wrong."""
    found = []
    for name, case in side.cases.items():
        marks = [mark for mark in case.marks.get(figure.name, ()) if isfinite(mark)]
        if marks and sum(marks) * 2 <= len(marks):
            found.append(name)
    return found


def document(contest: Contest) -> dict[str, Json]:
    """As JSON, without what only people read."""
    return {
        **{
            name: getattr(contest, name)
            for name in ("suite", "split", "run", "figure", "winner", "examples", "priced_as", "exit_status")
        },
        "variants": [
            {
                "variant": one.variant,
                "prompt": one.prompt,
                "model": one.model,
                "tuned": one.tuned,
                "figures": figures_json(one.figures),
            }
            for one in contest.contestants
        ],
        "sweep": asdict(contest.sweep) if contest.sweep else None,
        "comparisons": [asdict(one) for one in contest.held],
        "training": asdict(contest.training),
        "break_even": [asdict(one) for one in contest.break_even],
        "mistakes": asdict(contest.mistakes),
        "gates": [gate.to_json() for gate in contest.gates],
    }
