from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.parameters import ParameterError, tolerance_of
from gemini_eval.metrics.wanted import NO_EXPECTED, wanted_values
from gemini_eval.metrics.wording import either, failed, passed, show
from gemini_eval.numbers import as_number, plain
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class Numeric:
    """The answer is a number, and it is the value, else `expected`, within `tolerance`: |answer - expected| <= tolerance.

    `tolerance` is absolute, or a share of the expected number's size (`1%`). Currency, separators and a trailing full stop are
    read over; the arithmetic is decimal, so 0.3 is within 0.1 of 0.2.
    """

    value: int | float | str | Missing = MISSING
    tolerance: int | float | str | None = None

    NAME: ClassVar[str] = "numeric"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        tolerance_of(self.tolerance)
        if self.value is not MISSING and as_number(self.value) is None:
            raise ParameterError(f"numeric is {show(self.value)}, which is no number", "for example 1320", ("value",))

    def judge(self, subject: Subject) -> Verdict:
        wanted = wanted_values(self.value, subject.expected)
        if not wanted:
            return NO_EXPECTED
        numbers = [number for number in map(as_number, wanted) if number is not None]
        if not numbers:
            return failed(f"expected is {show(wanted[0])}, which is no number")
        tolerance = tolerance_of(self.tolerance)
        answer = as_number(subject.value)
        what = f"{either([plain(number) for number in numbers])}{f' (within {tolerance})' if tolerance.amount else ''}"
        if answer is None:
            return failed(f"expected {what}, but {show(subject.value)} is no number")
        if any(tolerance.allows(answer, number) for number in numbers):
            return passed(f"the answer is {plain(answer)}, expected {what}")
        return failed(f"expected {what}, answered {plain(answer)}")
