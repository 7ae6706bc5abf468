"""Single rates: Wilson's and Jeffreys' intervals, and which case counts as flaky."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from gemini_eval.types import Interval

FLAKY_BETWEEN = (0.05, 0.95)
"""A case whose pass probability lies between these passes now and fails then."""
FLAKY_BELIEF = 0.8
"""How sure Jeffreys' posterior must be of that."""


def wilson(share: float, n: float, level: float = 0.95) -> Interval:
    """Wilson's score interval of a rate `share` (0..1) over `n` > 0 cases, two-sided, uncorrected (Wilson, JASA 22, 1927)."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    squared = z * z / n
    centre = (share + squared / 2) / (1 + squared)
    half = z * sqrt(share * (1 - share) / n + squared / (4 * n)) / (1 + squared)
    low = 0.0 if share == 0 else max(0.0, centre - half)
    high = 1.0 if share == 1 else min(1.0, centre + half)
    return Interval(low, high)


def jeffreys(passes: float, n: float, level: float = 0.95) -> Interval:
    """The middle `level` of the posterior Beta(passes + 1/2, n - passes + 1/2) (Brown, Cai and DasGupta, 2001)."""
    from scipy.special import betaincinv

    first, second = passes + 0.5, n - passes + 0.5
    low, high = (float(betaincinv(first, second, at)) for at in ((1 - level) / 2, (1 + level) / 2))
    return Interval(low, high)


def flaky_belief(passes: float, n: float) -> float:
    """Jeffreys' probability that a case that passed `passes` of `n` times has a pass probability strictly between 5 and 95 %."""
    from scipy.special import betainc

    first, second = passes + 0.5, n - passes + 0.5
    low, high = (float(betainc(first, second, at)) for at in FLAKY_BETWEEN)
    return high - low


def is_flaky(passes: float, n: float) -> bool:
    return flaky_belief(passes, n) > FLAKY_BELIEF
