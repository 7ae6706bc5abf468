"""Sums that come out the same whatever the order: a resumed run must report the same bytes as an uninterrupted one."""

from __future__ import annotations

import math
from fractions import Fraction


class ShareSum:
    """A sum of counts, each weighing 1 / k, in exact arithmetic. k is the number of samples of a case.

    Memory grows with the number of distinct k, never with the number of counts.
    """

    __slots__ = ("_by_k",)

    def __init__(self) -> None:
        self._by_k: dict[int, int] = {}

    def add(self, count: int, k: int) -> None:
        self._by_k[k] = self._by_k.get(k, 0) + count

    @property
    def total(self) -> Fraction:
        return sum((Fraction(count, k) for k, count in self._by_k.items()), Fraction(0))


class FloatSum:
    """A correctly rounded running sum of finite floats, by Shewchuk's partials (Discrete Comput. Geom. 18, 1997)."""

    __slots__ = ("_partials",)

    def __init__(self) -> None:
        self._partials: list[float] = []

    def add(self, value: float) -> None:
        held = self._partials
        if len(held) == 1 and (total := held[0] + value) - value == held[0] and total - held[0] == value:
            held[0] = total  # exact, as sums of ones and zeros always are
            return
        kept = []
        for partial in held:
            high, low = (value, partial) if abs(value) >= abs(partial) else (partial, value)
            value = high + low
            rest = low - (value - high)
            if rest:
                kept.append(rest)
        kept.append(value)
        self._partials = kept

    @property
    def total(self) -> float:
        return math.fsum(self._partials)
