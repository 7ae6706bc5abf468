"""The quantiles that every part of the room shares."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Z95 = NormalDist().inv_cdf(0.95)
"""The one-sided 95 % quantile of the normal distribution; a two-sided 90 % interval reaches so far."""
Z80 = NormalDist().inv_cdf(0.80)
"""What is added to `Z95` so that a true difference is found with 80 % power."""


def student(freedom: float | NDArray[np.float64], level: float = 0.95) -> NDArray[np.float64]:
    """The one-sided `level` quantile of Student's t; infinite without a degree of freedom."""
    from scipy.special import stdtrit

    some = np.asarray(freedom) > 0
    found: NDArray[np.float64] = np.where(some, stdtrit(np.where(some, freedom, 1), level), np.inf)
    return found
