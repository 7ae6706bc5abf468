"""Many comparisons at once: Holm for those that gate, Benjamini-Hochberg for those that are only listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gemini_eval.stats.pairs import Floats


def holm(p_values: ArrayLike) -> Floats:
    """Adjusted p-values (Holm, Scand. J. Statist. 6, 1979): those at most alpha hold together with an error of at most alpha."""
    p, order = _sorted(p_values)
    steps = np.minimum(np.maximum.accumulate(p * (len(p) - np.arange(len(p)))), 1.0)
    return _unsorted(steps, order)


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Adjusted p-values (Benjamini and Hochberg, JRSS B 57, 1995): of those at most q, a share of q is expected to be false."""
    p, order = _sorted(p_values)
    steps = np.minimum(np.minimum.accumulate((p * len(p) / (np.arange(len(p)) + 1))[::-1])[::-1], 1.0)
    return _unsorted(steps, order)


@dataclass(frozen=True, slots=True)
class Family:
    """What a header says of m comparisons: how many have p <= alpha, how many of those chance alone would give, how many stay."""

    comparisons: int
    small: int
    expected: float
    after_holm: int


def family(p_values: Sequence[float], alpha: float = 0.05) -> Family:
    """`p_values` one-sided and unadjusted."""
    p = np.asarray(p_values, dtype=np.float64)
    return Family(len(p), int((p <= alpha).sum()), len(p) * alpha, int((holm(p) <= alpha).sum()))


def _sorted(p_values: ArrayLike) -> tuple[Floats, np.typing.NDArray[np.intp]]:
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    return p[order], order


def _unsorted(values: Floats, order: np.typing.NDArray[np.intp]) -> Floats:
    found = np.empty_like(values)
    found[order] = values
    return found
