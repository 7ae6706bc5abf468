"""Tango's score interval of the difference of two paired rates: one pass/fail sample a case on both sides."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gemini_eval.stats.pairs import Floats
from gemini_eval.stats.quantiles import Z95

_HALVINGS = 60
"""Each halves the bracket; after 60 it is below the spacing of floats."""


def tango(failing: ArrayLike, passing: ArrayLike, n: ArrayLike, z: float = Z95) -> tuple[Floats, Floats]:
    """The interval of (passing - failing) / n for newly failing and newly passing cases among n > 0; 90 % unless `z` says so.

    The differences whose score statistic, at the discordant rate that is likeliest under them, is at most `z` in size (Tango,
    Statistics in Medicine 17:891, 1998). Scalars or arrays of one shape.
    """
    worse, better, total = (np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(failing, passing, n))
    return -_upper(better, worse, total, z), _upper(worse, better, total, z)


def _upper(worse: Floats, better: Floats, n: Floats, z: float) -> Floats:
    """The largest difference that the score test does not refuse, by bisection between the observed one and 1."""
    low, high = (better - worse) / n, np.ones_like(n)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        kept = _distance(worse, better, n, middle) <= z
        low, high = np.where(kept, middle, low), np.where(kept, high, middle)
    return low


def _distance(worse: Floats, better: Floats, n: Floats, difference: Floats) -> Floats:
    """How many standard errors the observed difference lies below `difference`."""
    linear = (2 * n + worse - better) * difference - better - worse
    constant = -worse * difference * (1 - difference)
    likeliest = (np.sqrt(np.maximum(linear**2 - 8 * n * constant, 0)) - linear) / (4 * n)
    variance = n * (2 * likeliest + difference * (1 - difference))
    gap = n * difference - (better - worse)
    return np.divide(gap, np.sqrt(np.maximum(variance, 0)), out=np.where(gap > 0, np.inf, 0.0), where=variance > 0)
