"""Two sides' samples, paired by case: what every paired test and interval starts from."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import lcm
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gemini_eval.errors import UsageError

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Number = TypeVar("Number", np.float64, np.int64)
Clusters: TypeAlias = Sequence[Hashable] | NDArray[np.generic]

GRADES = 100
"""Graded scores are tested on a grid of 1 / GRADES."""
FINEST = 10**9
"""Differences are never told apart below 1 / FINEST, so that their sums stay exact integers."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The cases that both sides delivered.

    `differences` (n,) is each case's mean of the candidate's samples less that of the baseline's, in -1..1; `baseline` and
    `candidate` (n,) are those means. `steps` (n,) are the differences as whole multiples of one grid step, exact for pass/fail.
    `groups` (n,) numbers each case's cluster from 0; a case without one is a cluster of its own.
    """

    differences: Floats
    baseline: Floats
    candidate: Floats
    steps: Ints
    groups: Ints
    pass_fail: bool
    single: bool
    """One sample of each case on both sides."""

    @property
    def n(self) -> int:
        return len(self.differences)

    @property
    def cluster_count(self) -> int:
        return int(self.groups.max()) + 1

    @property
    def clustered(self) -> bool:
        """At least two cases share a cluster."""
        return self.cluster_count < self.n


def pair(baseline: ArrayLike, candidate: ArrayLike, clusters: Clusters | None = None) -> Pairs:
    """Pair two arrays cases x samples of scores in 0..1, NaN where a sample was not delivered.

    A case without a delivered sample on either side leaves both. The sides may differ in their number of samples. An array of
    one dimension is one sample a case. Raises `UsageError` for other shapes, for scores outside 0..1 and where no case is left.
    """
    before, after = scores(baseline, "baseline"), scores(candidate, "candidate")
    if len(before) != len(after):
        raise UsageError(
            f"the baseline has {len(before)} cases and the candidate {len(after)}", "rows are paired: give both the same cases"
        )
    codes = group_codes(clusters, len(before))
    counts = np.stack([np.isfinite(before).sum(axis=1), np.isfinite(after).sum(axis=1)], axis=1)
    kept = counts.min(axis=1) > 0
    if not kept.any():
        raise UsageError("no case was delivered on both sides", "compare runs that share delivered cases")
    before, after, counts = before[kept], after[kept], counts[kept]
    known = [side[np.isfinite(side)] for side in (before, after)]
    pass_fail = all(bool(np.isin(side, (0.0, 1.0)).all()) for side in known)
    units = min(lcm(*(int(count) for count in np.unique(counts))) * (1 if pass_fail else GRADES), FINEST)
    graded = [side if pass_fail else np.rint(side * GRADES) / GRADES for side in (before, after)]
    steps = np.rint((np.nanmean(graded[1], axis=1) - np.nanmean(graded[0], axis=1)) * units).astype(np.int64)
    means = [np.nanmean(side, axis=1) for side in (before, after)]
    groups = np.unique(codes[kept], return_inverse=True)[1].astype(np.int64)
    return Pairs(means[1] - means[0], means[0], means[1], steps, groups, pass_fail, bool(counts.max() == 1))


def scores(samples: ArrayLike, side: str) -> Floats:
    """Cases x samples as floats; NaN is a sample that was not delivered. Raises `UsageError`."""
    try:
        found = np.asarray(samples, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise UsageError(f"the {side} is no array of numbers: {error}", "fill shorter rows up with NaN") from error
    if found.ndim == 1:
        found = found[:, np.newaxis]
    if found.ndim != 2 or not found.shape[1]:
        raise UsageError(f"the {side} has the shape {found.shape}", "give an array cases x samples")
    if np.isinf(found).any() or (found < 0).any() or (found > 1).any():
        wrong = found[(found < 0) | (found > 1)][0]
        raise UsageError(f"the {side} holds {wrong:g}", "scores are in 0..1: 1 for a pass, 0 for a fail, NaN for not delivered")
    return found


def group_codes(clusters: Clusters | None, cases: int) -> Ints:
    """Each case's cluster as a number from 0, in order of first appearance; None and "" stand for a cluster of the case's own."""
    if clusters is None:
        return np.arange(cases, dtype=np.int64)
    if len(clusters) != cases:
        raise UsageError(f"there are {len(clusters)} clusters for {cases} cases", "name one cluster for each case")
    numbers: dict[Hashable, int] = {}
    codes = np.empty(cases, dtype=np.int64)
    for at, name in enumerate(clusters):
        own = name is None or name == ""
        key: Hashable = (at,) if own else (name, "named")
        codes[at] = numbers.setdefault(key, len(numbers))
    return codes


def group_sums(values: NDArray[Number], groups: Ints, count: int) -> NDArray[Number]:
    """The sum of `values` (..., n) over each of `count` clusters, of which none is empty: (..., count)."""
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(count))
    sums: NDArray[Number] = np.add.reduceat(values[..., order], starts, axis=-1)
    return sums
