"""What came of one fault, in the words and figures of the reliability page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`measured` says in figures what happened; `breaches` is each way in which the promise was not kept."""

    fault: str
    promise: str
    measured: str
    breaches: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        return not self.breaches

    def __str__(self) -> str:
        return f"{self.fault}: {self.measured}" + "".join(f"\n  not kept: {breach}" for breach in self.breaches)


def broken(checks: Mapping[str, bool]) -> tuple[str, ...]:
    """The names of the checks that do not hold."""
    return tuple(name for name, holds in checks.items() if not holds)
