"""Would more data help? Models tuned on growing shares of the examples, held against each other on one split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import Literal, TypeAlias

from gemini_eval.comparison.model import Tested
from gemini_eval.comparison.testing import ALPHA
from gemini_eval.tuning.example import TuningExample
from gemini_eval.types import Figure

Verdict: TypeAlias = Literal["helps", "flat", "falls", "open"]

SHARES = (25, 50, 100)
"""Per cent of the examples."""
FLAT = 0.03
"""A gain that the interval keeps below this is not worth doubling the data for."""


@dataclass(frozen=True, slots=True)
class Point:
    """One model: tuned on `percent` of the examples. `called` is what people call it: an alias, an endpoint's number."""

    percent: int
    called: str
    model: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Curve:
    """`last` is the last step, from the point before the end to the end, paired case by case."""

    suite: str
    split: str
    run: str
    figure: str
    points: tuple[Point, ...]
    last: Tested
    verdict: Verdict
    why: str = ""


def subset(examples: Sequence[TuningExample], percent: int) -> list[TuningExample]:
    """So many per cent of the examples, in their order: each answer in its proportion, and once at least where there is room for
    all of them. A smaller subset is within a larger one, and the same examples give the same one everywhere."""
    groups: dict[str, list[int]] = {}
    for at, example in enumerate(examples):
        groups.setdefault(example.answer, []).append(at)
    ranked: list[tuple[float, tuple[str, int]]] = []
    for places in groups.values():
        drawn = sorted(_draw(examples[at], at) for at in places)
        ranked += [(rank / len(drawn), draw) for rank, draw in enumerate(drawn)]
    kept = {at for _, (_, at) in sorted(ranked)[: ceil(len(examples) * percent / 100)]}
    return [example for at, example in enumerate(examples) if at in kept]


def _draw(example: TuningExample, at: int) -> tuple[str, int]:
    text = "\0".join([example.system, *(f"{turn.role}\1{turn.text}" for turn in example.contents)])
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), at


def verdict_of(step: Tested) -> Verdict:
    """Of the last step: it helps or falls where that is shown; flat where the interval excludes a gain worth having."""
    found = step.decision
    if found is None:
        return "open"
    if found.p_improved <= ALPHA and found.delta > 0:
        return "helps"
    if found.p_regressed <= ALPHA:
        return "falls"
    return "flat" if found.interval.high < FLAT else "open"
