"""Figures of counts per name (label or field), such as F1, that are no mean over cases: tested by swapping the two sides'
counts case by case.

Counts are arrays (..., names, 3), as `label_figures` has them. A case's samples share its weight of 1, so a case's counts are
means over its samples.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gemini_eval.errors import UsageError
from gemini_eval.stats.decision import PairedDecision, check_limits, decided
from gemini_eval.stats.pairs import Clusters, Floats, Ints, group_codes, group_sums
from gemini_eval.stats.sign_flip import DirectionTest
from gemini_eval.types import Interval

CountFigure: TypeAlias = Callable[[Floats], Floats]
"""From counts (..., labels, 3) to a figure (...), where an undefined part counts 0."""

ALL_SWAPS = 14
"""Up to so many cases (or clusters) that differ, all their swaps are tried; beyond, `DRAWS` are drawn."""
DRAWS = 20_000
RESAMPLES = 2_000
SEED = 20_260_131
TIED = 1e-9
"""Differences of a figure that are this near are equal."""
_BLOCK = 1 << 22


def figure_decision(
    baseline: ArrayLike,
    candidate: ArrayLike,
    figure: CountFigure,
    *,
    margin: float = 0.05,
    alpha: float = 0.05,
    clusters: Clusters | None = None,
) -> PairedDecision:
    """Compare a figure of two sides' counts (cases, labels, 3), row by row; a row with NaN on either side leaves both.

    A case newly fails where the candidate alone has a false positive or negative of more than one half. `deviation` is what one
    case adds to the bootstrap's standard error. Raises `UsageError` as `paired_decision`.
    """
    check_limits(margin, alpha)
    before, after = _counts(baseline, "baseline"), _counts(candidate, "candidate")
    if before.shape != after.shape:
        raise UsageError(f"the shapes are {before.shape} and {after.shape}", "give both the same cases and labels")
    codes = group_codes(clusters, len(before))
    kept = np.isfinite(before).all(axis=(1, 2)) & np.isfinite(after).all(axis=(1, 2))
    if not kept.any():
        raise UsageError("no case was delivered on both sides", "compare runs that share delivered cases")
    before, after = before[kept], after[kept]
    groups = np.unique(codes[kept], return_inverse=True)[1].astype(np.int64)
    cases, count = len(before), int(groups.max()) + 1
    sides = _in_one_order(_cluster_sums(before, groups, count), _cluster_sums(after, groups, count))
    direction = swap_test(*sides, figure)
    interval, error = paired_bootstrap(*sides, figure, cases)
    delta = float(figure(after.sum(axis=0)) - figure(before.sum(axis=0)))
    wrong = [side[..., 1:].max(axis=(1, 2)) > 0.5 for side in (before, after)]
    flips = int((~wrong[0] & wrong[1]).sum()), int((wrong[0] & ~wrong[1]).sum())
    over = "clusters" if count < cases else "cases"
    method = f"{'exact' if direction.exact else 'drawn'} swaps of counts, paired bootstrap over {over}"
    return decided(
        delta,
        direction,
        interval,
        method=method,
        deviation=error * sqrt(cases),
        newly=flips,
        size=(cases, count),
        margin=margin,
        alpha=alpha,
    )


def swap_test(baseline: Floats, candidate: Floats, figure: CountFigure) -> DirectionTest:
    """One-sided mid-p values of the figure's difference over swaps of the two sides' counts (clusters, labels, 3).

    If nothing changed, each cluster's counts could as well have been the other side's: the sign-flip test's idea (Pitman, 1937)
    for a figure that is no mean. All swaps are tried where up to `ALL_SWAPS` clusters differ; else `DRAWS` are drawn with a fixed
    seed, each with its mirror image, the observed one among them.
    """
    differs = (baseline != candidate).any(axis=(1, 2))
    gaps = (candidate - baseline)[differs]
    many = len(gaps) > ALL_SWAPS
    swaps = _drawn_swaps(len(gaps)) if many else _all_swaps(len(gaps))
    totals = baseline.sum(axis=0), candidate.sum(axis=0)
    block = max(1, _BLOCK // (gaps[0].size if len(gaps) else 1))
    found = np.concatenate([_swapped(swaps[at : at + block], gaps, totals, figure) for at in range(0, len(swaps), block)])
    observed = found[0]
    worse = float((found < observed - TIED).mean() + (abs(found - observed) <= TIED).mean() / 2)
    return DirectionTest(worse, 1 - worse, sqrt(worse * (1 - worse) / len(swaps)) if many else 0.0)


def paired_bootstrap(baseline: Floats, candidate: Floats, figure: CountFigure, cases: int) -> tuple[Interval, float]:
    """The middle 90 % of the figure's difference over `RESAMPLES` seeded resamples of the clusters, and its standard error.

    Both sides are resampled together (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, 13.3). As in `padded`, two
    pseudo-cases are added, right on one side and wrong on the other, so that few cases without a flip never look certain; they
    are of average size and expect each label as often as the cases do.
    """
    support = (baseline + candidate)[..., [0, 2]].sum(axis=(0, 2)) / (2 * cases)
    none = np.zeros_like(support)
    right, wrong = np.stack([support, none, none], axis=-1), np.stack([none, support, support], axis=-1)
    sides = [np.concatenate([side, pads]) for side, pads in ((baseline, [right, wrong]), (candidate, [wrong, right]))]
    count = len(sides[0])
    generator = np.random.Generator(np.random.PCG64(SEED))
    times = generator.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(np.float64)
    before, after = (figure(np.tensordot(times, side, axes=1)) for side in sides)
    low, high = np.quantile(after - before, [0.05, 0.95])
    return Interval(float(low), float(high)), float((after - before).std(ddof=1))


def _swapped(swaps: NDArray[np.bool_], gaps: Floats, totals: tuple[Floats, Floats], figure: CountFigure) -> Floats:
    moved = np.tensordot(swaps.astype(np.float64), gaps, axes=1)
    return figure(totals[1] - moved) - figure(totals[0] + moved)


def _all_swaps(count: int) -> NDArray[np.bool_]:
    numbers = np.arange(1 << count)[:, np.newaxis]
    return (numbers >> np.arange(count) & 1).astype(np.bool_)


def _drawn_swaps(count: int) -> NDArray[np.bool_]:
    """`DRAWS` rows, of which the first swaps nothing; the second half mirrors the first."""
    generator = np.random.Generator(np.random.PCG64(SEED))
    drawn = generator.integers(0, 2, (DRAWS // 2, count), dtype=np.uint8).astype(np.bool_)
    drawn[0] = False
    return np.concatenate([drawn, ~drawn])


def _in_one_order(baseline: Floats, candidate: Floats) -> tuple[Floats, Floats]:
    """Clusters sorted by their counts, so that what is drawn does not depend on the order of the cases."""
    rows = np.concatenate([baseline.reshape(len(baseline), -1), candidate.reshape(len(candidate), -1)], axis=1)
    order = np.lexsort(rows.T)
    return baseline[order], candidate[order]


def _cluster_sums(counts: Floats, groups: Ints, count: int) -> Floats:
    return np.moveaxis(group_sums(np.moveaxis(counts, 0, -1), groups, count), -1, 0)


def _counts(counts: ArrayLike, side: str) -> Floats:
    found = np.asarray(counts, dtype=np.float64)
    if found.ndim != 3 or found.shape[1] < 1 or found.shape[2] != 3:
        raise UsageError(f"the {side}'s counts have the shape {found.shape}", "give (cases, labels, 3): TP, FP, FN of each label")
    if (found < 0).any() or np.isinf(found).any():
        raise UsageError(f"the {side} holds a count below 0 or without end", "counts are 0 or more, NaN for not delivered")
    return found
