"""Answering only where the model is sure: how accurate the surest part of the cases is."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike

from gemini_eval.errors import UsageError
from gemini_eval.stats.calibration import checked


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """Of all cases the share `coverage` is at least as sure as `threshold`; `risk` is the share of wrong answers among them."""

    threshold: float
    coverage: float
    risk: float


def risk_coverage(confidence: ArrayLike, correct: ArrayLike) -> tuple[CoveragePoint, ...]:
    """One point for each confidence that occurs, from the surest down (El-Yaniv and Wiener, JMLR 11, 2010)."""
    stated, right = checked(confidence, correct)
    values, place = np.unique(-stated, return_inverse=True)
    cases = np.cumsum(np.bincount(place))
    wrong = np.cumsum(np.bincount(place, weights=1 - right))
    rows = zip((-values).tolist(), (cases / len(stated)).tolist(), (wrong / cases).tolist(), strict=True)
    return tuple(CoveragePoint(*row) for row in rows)


def accuracy_at_coverage(confidence: ArrayLike, correct: ArrayLike, coverage: float) -> float:
    """The accuracy of the surest `coverage` (above 0, at most 1) of the cases, rounded up to whole cases.

    Where the last of them tie with others, each is counted by its chance to be among them, so their order is irrelevant.
    """
    if not 0 < coverage <= 1:
        raise UsageError(f"the coverage is {coverage:g}", "give a share of the cases, above 0 and at most 1")
    stated, right = checked(confidence, correct)
    wanted = ceil(round(coverage * len(stated), 9))
    last = np.sort(stated)[-wanted]
    surer, tied = stated > last, stated == last
    return float((right[surer].sum() + right[tied].mean() * (wanted - surer.sum())) / wanted)
