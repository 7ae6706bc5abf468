"""What is wrong with an assertion's parameters, and the parameter types that several metrics share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gemini_eval.numbers import Tolerance, parse_tolerance
from gemini_eval.paths import Path

Text: TypeAlias = str | int | float | bool
"""Text in YAML: a bare number or boolean stands for its text as written."""


class ParameterError(ValueError):
    """A parameter can't be used: why, the mend, and `path`, where in the assertion's YAML value it stands."""

    def __init__(self, reason: str, hint: str = "", path: Path = ()) -> None:
        self.reason, self.hint, self.path = reason, hint, path
        super().__init__(f"{reason} ({hint})" if hint else reason)


class ExtraMissingError(ParameterError):
    """The metric needs a package that is not installed, whatever its parameters."""


@dataclass(frozen=True, slots=True)
class Range:
    """How many there may be, both ends included; an end left out is open."""

    min: int | None = None
    max: int | None = None

    def __post_init__(self) -> None:
        if self.min is None and self.max is None:
            raise ParameterError("a range needs `min` or `max`", "for example {max: 50}")
        for name, end in (("min", self.min), ("max", self.max)):
            if end is not None and end < 0:
                raise ParameterError(f"`{name}` is {end}; a count is never below 0", path=(name,))
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ParameterError(f"`min` {self.min} is over `max` {self.max}, so nothing can pass", "swap them", ("min",))

    def __contains__(self, count: int) -> bool:
        return (self.min is None or count >= self.min) and (self.max is None or count <= self.max)

    def __str__(self) -> str:
        if self.min is None or self.max is None:
            return f"at most {self.max}" if self.min is None else f"at least {self.min}"
        return f"exactly {self.min}" if self.min == self.max else f"{self.min} to {self.max}"


def tolerance_of(value: int | float | str | None) -> Tolerance:
    """The `tolerance` parameter. Raises ParameterError."""
    try:
        return Tolerance() if value is None else parse_tolerance(value)
    except ValueError as error:
        raise ParameterError(str(error), path=("tolerance",)) from None
