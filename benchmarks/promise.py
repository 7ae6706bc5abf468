"""A figure that is promised, and the bound that it must keep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.page import table


@dataclass(frozen=True, slots=True)
class Promise:
    """`at_least` says on which side of the bound the figure must be; one that is not finite was not measured, and is not kept."""

    name: str
    value: float
    bound: float
    unit: str
    at_least: bool = False

    @property
    def kept(self) -> bool:
        if not math.isfinite(self.value):
            return False
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def shown(self) -> str:
        if not math.isfinite(self.value):
            return "not measured"
        return f"{self.value:,.2f}{self.unit}" if self.value < 100 else f"{self.value:,.0f}{self.unit}"


def promised(promises: Sequence[Promise]) -> str:
    """Their table."""
    rows = [
        [
            promise.name,
            promise.shown(),
            f"{'≥' if promise.at_least else '≤'} {promise.bound:,.6g}{promise.unit}",
            "kept" if promise.kept else "not kept",
        ]
        for promise in promises
    ]
    return table(["figure", "measured", "promised", ""], rows)
