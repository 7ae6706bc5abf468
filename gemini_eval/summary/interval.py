"""The interval of a single rate."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from gemini_eval.types import Interval

Z95 = NormalDist().inv_cdf(0.975)


def wilson(share: float, n: float, z: float = Z95) -> Interval:
    """Wilson's score interval of a rate `share` (0..1) over `n` > 0 cases, 95 % unless `z` says otherwise.

    Source: Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927), uncorrected.
    """
    squared = z * z / n
    centre = (share + squared / 2) / (1 + squared)
    half = z * sqrt(share * (1 - share) / n + squared / (4 * n)) / (1 + squared)
    low = 0.0 if share == 0 else max(0.0, centre - half)
    high = 1.0 if share == 1 else min(1.0, centre + half)
    return Interval(low, high)
