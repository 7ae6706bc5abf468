"""Is a stated confidence what it says? Brier, AUROC, expected calibration error and the reliability diagram's bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gemini_eval.errors import UsageError
from gemini_eval.stats.pairs import Floats
from gemini_eval.stats.rates import wilson
from gemini_eval.types import Interval

MOST_BINS = 10
FEWEST_PER_BIN = 20
RESAMPLES = 1_000
SEED = 20_260_131


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases of one bin: their confidences lie in low..high with the mean `confidence`; `accuracy` with its 95 % interval."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """The expected calibration error of `n` cases in `bins`, with its 95 % bootstrap interval."""

    value: float
    interval: Interval
    n: int
    bins: tuple[Bin, ...]


def brier(confidence: ArrayLike, correct: ArrayLike) -> float:
    """The mean of (confidence - correct)² (Brier, Monthly Weather Review 78, 1950). Raises `UsageError` as `checked`."""
    stated, right = checked(confidence, correct)
    return float(((stated - right) ** 2).mean())


def auroc(confidence: ArrayLike, correct: ArrayLike) -> float | None:
    """The chance that a right answer is surer than a wrong one, ties counting half; None where all are right, or all wrong.

    By ranks (Mann and Whitney; Hanley and McNeil, Radiology 143, 1982).
    """
    stated, right = checked(confidence, correct)
    rights = int(right.sum())
    wrongs = len(right) - rights
    if not rights or not wrongs:
        return None
    _, place, times = np.unique(stated, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(times) - (times - 1) / 2)[place]
    return float((ranks[right > 0].sum() - rights * (rights + 1) / 2) / (rights * wrongs))


def calibration_error(confidence: ArrayLike, correct: ArrayLike) -> CalibrationError | None:
    """ECE over bins of equal mass: the mean over cases of |accuracy - mean confidence| of their bin.

    At most `MOST_BINS` bins of at least `FEWEST_PER_BIN` cases; equal confidences are never parted. None with fewer cases than
    two bins take. The interval ends at the 97.5 % point of `RESAMPLES` seeded resamples of the cases, each binned anew, and
    reaches as far below the error, for noise only ever raises it: the resamples' own lower point often lies above the truth.
    Source: Naeini, Cooper and Hauskrecht, AAAI 2015; Nixon et al., CVPR workshops 2019, for equal mass.
    """
    stated, right = checked(confidence, correct)
    if len(stated) < 2 * FEWEST_PER_BIN:
        return None
    order = np.lexsort((right, stated))
    stated, right = stated[order], right[order]
    generator = np.random.Generator(np.random.PCG64(SEED))
    found = np.empty(RESAMPLES)
    for at in range(RESAMPLES):
        times = np.bincount(generator.integers(0, len(stated), len(stated)), minlength=len(stated))
        picked = np.repeat(np.arange(len(stated)), times)  # in order, as sorting them would be
        found[at] = _error(stated[picked], right[picked])
    value = _error(stated, right)
    high = max(value, float(np.quantile(found, 0.975)))
    return CalibrationError(value, Interval(max(0.0, 2 * value - high), high), len(stated), reliability(stated, right))


def reliability(confidence: ArrayLike, correct: ArrayLike) -> tuple[Bin, ...]:
    """The bins of the reliability diagram, those that `calibration_error` uses, by rising confidence."""
    stated, right = checked(confidence, correct)
    order = np.argsort(stated, kind="stable")
    stated, right = stated[order], right[order]
    ends = bin_ends(stated)
    return tuple(_bin(stated[low:high], right[low:high]) for low, high in zip([0, *ends[:-1]], ends, strict=True))


def bin_ends(stated: Floats) -> list[int]:
    """Where each bin of sorted confidences ends: equal shares of what is left, each moved up to the end of its equal values."""
    n = len(stated)
    bins = max(1, min(MOST_BINS, n // FEWEST_PER_BIN))
    ends: list[int] = []
    start = 0
    while start < n:
        share = max(FEWEST_PER_BIN, -(-(n - start) // max(1, bins - len(ends))))
        end = int(np.searchsorted(stated, stated[min(start + share, n) - 1], side="right"))
        start = end if n - end >= FEWEST_PER_BIN else n
        ends.append(start)
    return ends


def checked(confidence: ArrayLike, correct: ArrayLike) -> tuple[Floats, Floats]:
    """Both as arrays of one length: confidences in 0..1, correct 0 or 1. Raises `UsageError` for anything else."""
    stated, right = np.asarray(confidence, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    if stated.ndim != 1 or stated.shape != right.shape or not len(stated):
        raise UsageError(
            f"the confidences have the shape {stated.shape}, the outcomes {right.shape}", "give one of each for every case"
        )
    if not ((stated >= 0) & (stated <= 1)).all():
        raise UsageError(f"a confidence is {stated[~((stated >= 0) & (stated <= 1))][0]:g}", "confidences are in 0..1")
    if not np.isin(right, (0.0, 1.0)).all():
        raise UsageError(f"an outcome is {right[~np.isin(right, (0.0, 1.0))][0]:g}", "outcomes are 1 for right and 0 for wrong")
    return stated, right


def _error(stated: Floats, right: Floats) -> float:
    ends = bin_ends(stated)
    gaps = np.add.reduceat(right - stated, [0, *ends[:-1]])
    return float(np.abs(gaps).sum() / len(stated))


def _bin(stated: Floats, right: Floats) -> Bin:
    n, accuracy = len(stated), float(right.mean())
    return Bin(float(stated[0]), float(stated[-1]), n, float(stated.mean()), accuracy, wilson(accuracy, n))
