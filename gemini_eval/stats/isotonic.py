"""A confidence calibrated after the fact: the rising step function that fits what was right best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gemini_eval.stats.calibration import checked
from gemini_eval.stats.pairs import Floats


@dataclass(frozen=True, slots=True)
class IsotonicMap:
    """Rising `values` at rising confidences `at`; linear between them and level beyond."""

    at: tuple[float, ...]
    values: tuple[float, ...]

    def __call__(self, confidence: ArrayLike) -> Floats:
        """The calibrated confidences, in the shape of those given."""
        found: Floats = np.interp(np.asarray(confidence, dtype=np.float64), self.at, self.values)
        return found


def isotonic(confidence: ArrayLike, correct: ArrayLike) -> IsotonicMap:
    """Fit by pooling adjacent violators (Ayer et al., Ann. Math. Stat. 26, 1955; Zadrozny and Elkan, KDD 2002).

    Judge the map by other cases than those it was fitted to: on its own it looks perfectly calibrated.
    """
    from scipy.optimize import isotonic_regression

    stated, right = checked(confidence, correct)
    values, place, times = np.unique(stated, return_inverse=True, return_counts=True)
    shares = np.bincount(place, weights=right) / times
    fitted = isotonic_regression(shares, weights=times).x
    return IsotonicMap(tuple(values.tolist()), tuple(fitted.tolist()))
