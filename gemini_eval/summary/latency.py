"""Latencies in bounded memory: exact at first, then a log-spaced histogram."""

from __future__ import annotations

from array import array
from math import ceil, floor, log

from gemini_eval.summary.exact import FloatSum

EXACT = 10_000
"""How many values are kept as they are."""

_GROWTH = 1.02
_LOG_GROWTH = log(_GROWTH)
_MOST = 1e12


class Latencies:
    """Percentiles of milliseconds.

    A percentile is the nearest rank: the smallest value that at least that share of all values does not exceed. It is exact for
    up to `EXACT` values; beyond, values fall into buckets whose bounds grow by 2 %, and the bucket's middle is at most 1 % off
    (DDSketch: Masson, Rim, Lee, VLDB 2019). Values are held within 0 and 1e12 ms and all below
    1e-9 ms count as 0, so there are fewer than 3,000 buckets.
    """

    __slots__ = ("_buckets", "_sum", "_values", "n")

    def __init__(self) -> None:
        self.n = 0
        self._values: array[float] | None = array("d")
        self._buckets: dict[int, int] = {}
        self._sum = FloatSum()

    def add(self, milliseconds: float) -> None:
        value = min(milliseconds, _MOST) if milliseconds > 0 else 0.0
        self.n += 1
        self._sum.add(value)
        if self._values is not None:
            self._values.append(value)
            if self.n > EXACT:
                self._to_buckets(self._values)
                self._values = None
        else:
            self._to_buckets((value,))

    @property
    def mean(self) -> float | None:
        return self._sum.total / self.n if self.n else None

    def percentile(self, percent: int) -> float | None:
        """The nearest-rank percentile, `percent` in 1..100; None without values."""
        if not self.n:
            return None
        rank = max(1, ceil(percent * self.n / 100))
        if self._values is not None:
            return sorted(self._values)[rank - 1]
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= rank:
                return _middle(bucket)
        raise AssertionError("a rank beyond all values")

    def _to_buckets(self, values: array[float] | tuple[float, ...]) -> None:
        for value in values:
            bucket = _bucket(value)
            self._buckets[bucket] = self._buckets.get(bucket, 0) + 1


_ZERO = -1_050  # below the bucket of 1e-9 ms


def _bucket(value: float) -> int:
    return floor(log(value) / _LOG_GROWTH) if value >= 1e-9 else _ZERO


def _middle(bucket: int) -> float:
    """The value whose relative distance to both bounds of the bucket is the same."""
    return 0.0 if bucket == _ZERO else float(2 * _GROWTH ** (bucket + 1) / (_GROWTH + 1))
