"""Two sides made of judged cases, as a run's are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from gemini_eval.comparison.sides import ACCURACY, SideMarks
from gemini_eval.comparison.testing import Paired
from gemini_eval.types import CaseResult, Outcome, SampleResult
from tests.support.results import LABELS, case, sample, unanswered

EXPECTED = "refund"
OTHER = "billing"


def one(passed: bool | None, index: int = 0) -> SampleResult:
    """A sample that is right, wrong, or (None) was not delivered."""
    if passed is None:
        return unanswered(Outcome.QUOTA, index)
    return sample(EXPECTED if passed else OTHER, EXPECTED, index)


def judged(number: int, marks: Sequence[bool | None], **more: Any) -> CaseResult:
    return case(number, EXPECTED, *(one(mark, index) for index, mark in enumerate(marks)), **more)


def side(name: str, cases: Sequence[Sequence[bool | None]], **more: Sequence[Any]) -> SideMarks:
    """Cases by their samples; `more` gives fields, one for each case."""
    found = SideMarks(name, [ACCURACY])
    for number, marks in enumerate(cases):
        found.add(replace(judged(number, marks), **{field: values[number] for field, values in more.items()}))
    return found


def paired(before: Sequence[Sequence[bool | None]], after: Sequence[Sequence[bool | None]], **more: Sequence[Any]) -> Paired:
    return Paired.of(side("before", before, **more), side("after", after, **more), LABELS)


def flips(cases: int, failing: int, passing: int) -> tuple[list[list[bool]], list[list[bool]]]:
    """One sample a case, of which so many newly fail and so many newly pass."""
    before = [[True]] * (cases - passing) + [[False]] * passing
    after = [[False]] * failing + [[True]] * (cases - failing - passing) + [[True]] * passing
    return before, after
