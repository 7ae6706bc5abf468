"""The interval of a mean difference over cases or clusters, padded so that few differences never look certain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gemini_eval.stats.pairs import Floats, Pairs, group_sums
from gemini_eval.stats.quantiles import student


@dataclass(frozen=True, slots=True, eq=False)
class Padded:
    """The mean of the padded differences, and what its t interval is made of; scalars or one of each repetition.

    `error` is the standard error of the mean. `deviation` is the standard deviation of one case's padded difference; for
    clusters that of as many independent cases with the same error.
    """

    mean: Floats
    error: Floats
    deviation: Floats
    freedom: int

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """The mean less and plus the one-sided `level` quantile of t times the error, within -1..1: all of it for one cluster."""
        half = student(self.freedom, level) * self.error
        return np.maximum(self.mean - half, -1.0), np.minimum(self.mean + half, 1.0)


def padded(sums: NDArray[np.floating], sizes: NDArray[np.integer]) -> Padded:
    """Sums of differences in each of G clusters (..., G), and how many cases each has (G,), with two pseudo-cases 1 and -1 added.

    Each pseudo-case is a cluster of its own; G - 1 degrees of freedom. The idea of two added pseudo-cases is Bonett and Price's
    (J. Educ. Behav. Stat. 37, 2012); without them a t interval certified "no drop over 5 points" at a true drop of 5 points in
    17-34 % of small runs. The variance is the cluster-robust one with its G / (G - 1) (Liang and Zeger, Biometrika 73, 1986).
    """
    n = int(sizes.sum()) + 2
    groups = sums.shape[-1] + 2
    mean = sums.sum(axis=-1) / n
    deviations = sums - mean[..., np.newaxis] * sizes
    squares = np.einsum("...g,...g->...", deviations, deviations) + (1 - mean) ** 2 + (1 + mean) ** 2
    variance = squares * groups / (groups - 1)
    return Padded(mean, np.sqrt(variance) / n, np.sqrt(variance / n), groups - 3)


def padded_pairs(pairs: Pairs) -> Padded:
    count = pairs.cluster_count
    return padded(group_sums(pairs.differences, pairs.groups, count), np.bincount(pairs.groups, minlength=count))
