"""How many cases a suite needs before a comparison can certify "no drop beyond the margin" at all."""

from __future__ import annotations

import math
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.95)
"""The one-sided 95 % quantile of the normal distribution."""


def fewest_cases(margin: float, *, several: bool) -> int:
    """The fewest cases whose interval stays above `-margin` (0..1, exclusive) where no case flips.

    `several`: more than one sample a case, or graded scores, so that the clustered t interval applies and not Tango's.
    """
    if not several:
        return math.floor(Z95**2 * (1 - margin) / margin) + 1
    low, high = 2, 4
    while half_width(high, several=True) >= margin:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if half_width(middle, several=True) < margin else (middle, high)
    return high


def smallest_margin(cases: int, *, several: bool) -> float:
    """The smallest margin that so many cases (from 3) can certify, rounded up to a tenth of a point."""
    return (math.floor(half_width(cases, several=several) * 1000) + 1) / 1000


def half_width(cases: int, *, several: bool) -> float:
    """Half the width of the 90 % interval of a difference of which every case is 0.

    Tango's score interval ends at z²/(n + z²) (Tango, Statistics in Medicine 17:891, 1998). The clustered t interval with two
    pseudo-cases of 1 and -1 has n + 2 cases, each a cluster of its own: t(.95, n - 1)·√(2·(n + 2)/(n + 1))/(n + 2).
    """
    if not several:
        return Z95**2 / (cases + Z95**2)
    groups = cases + 2
    return t95(cases - 1) * math.sqrt(2 * groups / (groups - 1)) / groups


def t95(freedom: int) -> float:
    """The one-sided 95 % quantile of Student's t, by Fisher's expansion about the normal quantile.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5. With 9 degrees of freedom or more it is off by under 1e-5,
    with 2 by 0.009.
    """
    z = Z95
    terms: tuple[float, ...] = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum((term / float(freedom**power) for power, term in enumerate(terms)), 0.0)
