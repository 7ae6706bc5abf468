"""Before spending: what a suite can detect, and how many cases it needs."""

from __future__ import annotations

from math import ceil, floor, sqrt

from gemini_eval.stats.quantiles import Z80, Z95, student

ASSUMED_NOISE = 2 / 7
"""The part of a pass/fail answer's variance that is sampling noise, where the baseline does not tell.

Pass probabilities Beta(0.4 r, 0.4 (1 - r)) about a rate r have 0.4 / 1.4 of it within a case: two identical runs then disagree on
9.1 % of cases at a rate of 80 %, on 2.7 % at 95 %.
"""


def assumed_deviation(rate: float, samples: int) -> float:
    """The standard deviation of a case's difference between unchanged sides that pass `rate` (0..1), by `ASSUMED_NOISE`."""
    return sqrt(2 * rate * (1 - rate) * ASSUMED_NOISE / samples)


def detectable_drop(deviation: float, cases: int) -> float:
    """The smallest drop (0..1) found with 80 % power at a one-sided alpha of 5 %: 2.49 deviation / √cases."""
    return (Z95 + Z80) * deviation / sqrt(cases)


def required_cases(drop: float, deviation: float) -> int:
    """The fewest cases in which a drop > 0 is found with 80 % power at a one-sided alpha of 5 %."""
    return ceil(((Z95 + Z80) * deviation / drop) ** 2)


def cases_needed_more(margin: float, deviation: float, cases: int) -> int:
    """At most so many more cases, at least 1, settle what is inconclusive: with 80 % power where nothing changed.

    In total never fewer than a margin needs without a single flip, z²(1 - margin) / margin.
    """
    total = max(((Z95 + Z80) * deviation / margin) ** 2, Z95**2 * (1 - margin) / margin)
    return max(1, ceil(total - cases))


# ---- certifying with no flip at all ----------------------------------------------------------------------


def fewest_cases(margin: float, *, several: bool) -> int:
    """The fewest cases whose interval stays above `-margin` (0..1, exclusive) where no case flips.

    `several`: more than one sample a case, or graded scores, so that the padded t interval applies and not Tango's.
    """
    if not several:
        return floor(Z95**2 * (1 - margin) / margin) + 1
    low, high = 2, 4
    while half_width(high, several=True) >= margin:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if half_width(middle, several=True) < margin else (middle, high)
    return high


def smallest_margin(cases: int, *, several: bool) -> float:
    """The smallest margin that so many cases (from 3) can certify, rounded up to a tenth of a point."""
    return (floor(half_width(cases, several=several) * 1000) + 1) / 1000


def half_width(cases: int, *, several: bool) -> float:
    """Half the width of the 90 % interval of a difference of which every case is 0: z² / (n + z²) by Tango, or the padded t's."""
    if not several:
        return Z95**2 / (cases + Z95**2)
    padded = cases + 2
    return float(student(cases - 1)) * sqrt(2 * padded / (padded - 1)) / padded
