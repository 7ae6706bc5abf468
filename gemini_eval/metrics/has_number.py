from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from gemini_eval.metrics.parameters import ParameterError, tolerance_of
from gemini_eval.metrics.wanted import NO_EXPECTED, wanted_values
from gemini_eval.metrics.wording import either, failed, passed, show
from gemini_eval.numbers import as_number, find_numbers, plain
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class HasNumber:
    """The number, else `expected`, stands somewhere in the answer, however it is written: 1320 is found in `US$ 1,320.00`.

    `tolerance` is absolute, or a share of the wanted number (`1%`).
    """

    value: int | float | str | Missing = MISSING
    tolerance: int | float | str | None = None

    NAME: ClassVar[str] = "has_number"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        tolerance_of(self.tolerance)
        if self.value is not MISSING and as_number(self.value) is None:
            raise ParameterError(f"has_number is {show(self.value)}, which is no number", "for example 1320", ("value",))

    def judge(self, subject: Subject) -> Verdict:
        wanted = wanted_values(self.value, subject.expected)
        if not wanted:
            return NO_EXPECTED
        numbers = [number for number in map(as_number, wanted) if number is not None]
        if not numbers:
            return failed(f"expected is {show(wanted[0])}, which is no number")
        tolerance = tolerance_of(self.tolerance)
        seen: list[Decimal] = []
        for number in _numbers(subject.value):
            if any(tolerance.allows(number, other) for other in numbers):
                return passed(f"{plain(number)} is in the answer")
            seen.append(number)
        what = f"{either([plain(number) for number in numbers])}{f' (within {tolerance})' if tolerance.amount else ''}"
        if not seen:
            return failed(f"expected {what}, but there is no number in {show(subject.value)}")
        return failed(f"expected {what}, but the numbers in the answer are {either([plain(number) for number in seen], 'and')}")


def _numbers(value: Json) -> Iterator[Decimal]:
    if isinstance(value, str):
        yield from find_numbers(value)
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _numbers(item)
    elif (number := as_number(value)) is not None:
        yield number
