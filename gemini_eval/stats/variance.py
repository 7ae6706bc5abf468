"""Where the noise comes from: between cases, or between the samples of one case."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from gemini_eval.errors import UsageError
from gemini_eval.stats.pairs import scores


@dataclass(frozen=True, slots=True)
class VarianceParts:
    """One side's variance, in score² (for pass/fail at most 1/4 together). `within` is None where no case has two samples.

    `between` is that of the cases' true means: more cases make it count less. `within` is that of one case's samples: more
    samples make it count less too.
    """

    between: float
    within: float | None
    cases: int
    samples: int

    @property
    def within_share(self) -> float | None:
        """The part of one sample's variance that asking the same case again shows; None where it is not known or 0."""
        total = self.between + (self.within or 0.0)
        return None if self.within is None or not total else self.within / total

    def standard_error(self, cases: int, samples: int) -> float:
        """Of the mean over so many cases with so many samples each. Raises `UsageError` where `within` is not known."""
        return sqrt((self.between + self._known() / samples) / cases)

    def unchanged_deviation(self, samples: int) -> float:
        """The standard deviation of a case's difference between two sides that answer alike, with so many samples on each.

        Raises `UsageError` where `within` is not known.
        """
        return sqrt(2 * self._known() / samples)

    def _known(self) -> float:
        if self.within is None:
            raise UsageError("no case has two samples, so its noise is not known", "ask each case at least twice")
        return self.within


def variance_parts(samples: ArrayLike) -> VarianceParts:
    """Take the variance of cases x samples (NaN for not delivered) apart by one-way analysis of variance, unequal counts allowed.

    Source: Searle, Casella and McCulloch, Variance Components (1992), 3.6: the analysis-of-variance estimators; a negative
    variance between cases is 0. With one sample a case all variance is told as `between`.
    """
    side = scores(samples, "array")
    side = side[np.isfinite(side).any(axis=1)]
    if not len(side):
        raise UsageError("no case was delivered", "give at least one delivered sample")
    counts = np.isfinite(side).sum(axis=1)
    total, cases = int(counts.sum()), len(side)
    means = np.nanmean(side, axis=1)
    spread = float(counts @ (means - np.nanmean(side)) ** 2) / max(1, cases - 1)
    if total == cases:
        return VarianceParts(spread, None, cases, total)
    within = float(np.nansum((side - means[:, np.newaxis]) ** 2)) / (total - cases)
    typical = (total - float(counts @ counts) / total) / max(1, cases - 1)
    between = max(0.0, (spread - within) / typical) if cases > 1 else 0.0
    return VarianceParts(between, within, cases, total)
