"""How far judges agree with each other, and with people. Units stream by: only sums are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from gemini_eval.judgements import Heard
from gemini_eval.rubrics.people import PeopleLabels, meets, said_yes
from gemini_eval.summary.exact import FloatSum
from gemini_eval.summary.interval import wilson
from gemini_eval.types import Figure, Json


class _Moments:
    """Sums of numbers and of their squares, and whether they differ at all, which no rounding can hide."""

    __slots__ = ("_squares", "_sum", "high", "low", "n")

    def __init__(self) -> None:
        self.n, self.low, self.high = 0, float("inf"), float("-inf")
        self._sum, self._squares = FloatSum(), FloatSum()

    def add(self, value: float) -> None:
        self.n += 1
        self.low, self.high = min(self.low, value), max(self.high, value)
        self._sum.add(value)
        self._squares.add(value * value)

    @property
    def total(self) -> float:
        return self._sum.total

    @property
    def squares(self) -> float:
        return self._squares.total


class Alpha:
    """Krippendorff's alpha with the interval metric, for any number of raters and with missing values. Of 0 and 1 it is the
    nominal alpha, since there a difference squared is a difference.

    Source: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
    """

    __slots__ = ("_moments", "_observed", "units")

    def __init__(self) -> None:
        self.units = 0
        self._moments, self._observed = _Moments(), FloatSum()

    def add(self, values: list[float]) -> None:
        """One unit's values; a single one can be paired with none, and counts nowhere."""
        if len(values) < 2:
            return
        self.units += 1
        for value in values:
            self._moments.add(value)
        self._observed.add(2 * sum((a - b) ** 2 for a, b in combinations(values, 2)) / (len(values) - 1))

    @property
    def value(self) -> float | None:
        """None where nothing was paired, or every value is the same, so that chance alone would agree."""
        found = self._moments
        if not self.units or found.low == found.high:
            return None
        by_chance = 2 * (found.n * found.squares - found.total**2) / (found.n - 1)
        return 1 - self._observed.total / by_chance


class Kappa:
    """Cohen's kappa of two raters, disagreements weighing their distance squared; of 0 and 1 that is the plain kappa.

    Source: Cohen, Psychological Bulletin 70 (1968).
    """

    __slots__ = ("_first", "_observed", "_second")

    def __init__(self) -> None:
        self._first, self._second, self._observed = _Moments(), _Moments(), FloatSum()

    def add(self, first: float, second: float) -> None:
        self._first.add(first)
        self._second.add(second)
        self._observed.add((first - second) ** 2)

    @property
    def n(self) -> int:
        return self._first.n

    @property
    def value(self) -> float | None:
        """None where both always say the same one thing, so that chance alone would agree."""
        a, b = self._first, self._second
        if not a.n or min(a.low, b.low) == max(a.high, b.high):
            return None
        by_chance = a.squares + b.squares - 2 * a.total * b.total / a.n
        return 1 - self._observed.total / by_chance


# ---- juries ------------------------------------------------------------------------------------------------


class JuryCounts:
    """One assertion's jurors over all answers that they judged."""

    __slots__ = ("_kappa", "alpha", "jurors")

    def __init__(self) -> None:
        self.alpha, self.jurors = Alpha(), 0
        self._kappa = Kappa()

    def add(self, heard: Heard) -> None:
        self.jurors = max(self.jurors, heard.jurors)
        self.alpha.add(list(heard.values.values()))
        if heard.jurors == 2 and len(heard.values) == 2:
            self._kappa.add(*(heard.values[name] for name in sorted(heard.values)))

    @property
    def kappa(self) -> float | None:
        return self._kappa.value if self.jurors == 2 else None


def judge_agreement(counts: JuryCounts) -> Figure:
    value, n = counts.alpha.value, counts.alpha.units
    if value is None:
        why = "every verdict is the same, so chance alone would agree" if n else "no answer has the verdicts of two judges"
        return Figure("", None, n=n, reason=why, undecided=True)
    return Figure("", value, n=n)


@dataclass(frozen=True, slots=True)
class JurySummary:
    """`answers` have two verdicts at least; `kappa` is of two jurors alone."""

    jurors: int
    answers: int
    alpha: float | None
    kappa: float | None

    def to_json(self) -> Json:
        return {"jurors": self.jurors, "answers": self.answers, "alpha": self.alpha, "kappa": self.kappa}

    @classmethod
    def from_json(cls, value: Json) -> JurySummary:
        return cls(value["jurors"], value["answers"], value["alpha"], value["kappa"])


def jury_summaries(counted: Mapping[str, JuryCounts]) -> dict[str, JurySummary]:
    found = sorted(counted.items())
    return {name: JurySummary(one.jurors, one.alpha.units, one.alpha.value, one.kappa) for name, one in found}


# ---- people ------------------------------------------------------------------------------------------------


About: TypeAlias = tuple[str, str, str, tuple[Json, ...]]
"""Case, assertion and variant of an answer, and the texts that it may be known by."""


class PeopleCounts:
    """One judge against people, who are taken to be right: answers by what people say, and what the judge says."""

    __slots__ = ("_kappa", "no", "silent", "true_no", "true_yes", "yes")

    def __init__(self) -> None:
        self.yes = self.no = self.true_yes = self.true_no = self.silent = 0
        self._kappa = Kappa()

    def add(self, people: bool, judge: bool | None) -> None:
        """`judge` is None where it gave no verdict."""
        if judge is None:
            self.silent += 1
            return
        self.yes += people
        self.no += not people
        self.true_yes += people and judge
        self.true_no += not people and not judge
        self._kappa.add(people, judge)

    @property
    def kappa(self) -> float | None:
        return self._kappa.value

    @property
    def n(self) -> int:
        return self.yes + self.no


_NOBODY = "people say nothing of the answers that it judged"


def judge_kappa(counts: PeopleCounts) -> Figure:
    why = "people and the judge always say the same one thing, so chance alone would agree" if counts.n else _NOBODY
    return Figure("", counts.kappa, n=counts.n, reason=why if counts.kappa is None else "")


def judge_tpr(counts: PeopleCounts) -> Figure:
    """Of what people say yes to."""
    return _rate(counts.true_yes, counts.yes, "people say yes to no answer" if counts.n else _NOBODY)


def judge_tnr(counts: PeopleCounts) -> Figure:
    """Of what people say no to."""
    return _rate(counts.true_no, counts.no, "people say no to no answer" if counts.n else _NOBODY)


def _rate(right: int, of: int, why_none: str) -> Figure:
    return Figure("", right / of, wilson(right / of, of), of) if of else Figure("", None, reason=why_none)


@dataclass(frozen=True, slots=True)
class PeopleSummary:
    """As `PeopleCounts` counts: `silent` are labelled answers on which the judge gave no verdict."""

    yes: int
    no: int
    true_yes: int
    true_no: int
    silent: int

    def to_json(self) -> Json:
        return {name: getattr(self, name) for name in ("yes", "no", "true_yes", "true_no", "silent")}

    @classmethod
    def from_json(cls, value: Json) -> PeopleSummary:
        return cls(value["yes"], value["no"], value["true_yes"], value["true_no"], value["silent"])


def people_summaries(counted: Mapping[str, PeopleCounts]) -> dict[str, PeopleSummary]:
    found = sorted(counted.items())
    return {name: PeopleSummary(one.yes, one.no, one.true_yes, one.true_no, one.silent) for name, one in found}


def add_people(counted: Mapping[str, PeopleCounts], labels: Mapping[str, PeopleLabels], heard: Heard, about: About) -> None:
    """One assertion's verdicts on one answer, held against what people say of it."""
    for judge, counts in counted.items():
        written = labels[judge].verdict_on(*about) if judge in heard.asked else None
        people = meets(written, heard.scale, heard.threshold) if written is not None else None
        if people is not None:
            counts.add(people, said_yes(heard, judge))
