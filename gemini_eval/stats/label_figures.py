"""Figures of counts per name, which are no means over cases: F1 and its kin as functions of counts (..., names, 3).

Counts are true positives, false positives and false negatives in cases, of every name: a label, or an extracted field. An answer
that is no label is a false negative of the expected label alone. An undefined part counts 0. The summary has the same figures in
exact fractions.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from gemini_eval.stats.pairs import Floats

Counts: TypeAlias = Floats


def label_f1(counts: Counts) -> Floats:
    """Each label's 2 TP / (2 TP + FP + FN): (..., labels)."""
    true, false, missed = _parts(counts)
    return share(2 * true, 2 * true + false + missed)


def f1(counts: Counts, label: int) -> Floats:
    """Of the label at this place."""
    return label_f1(counts)[..., label]


def macro_f1(counts: Counts) -> Floats:
    """The mean of the labels' F1."""
    return _mean(label_f1(counts))


def micro_f1(counts: Counts) -> Floats:
    """F1 of all labels' counts together."""
    return label_f1(counts.sum(axis=-2))


def weighted_f1(counts: Counts) -> Floats:
    """The mean of the labels' F1, each weighing the cases that expect it."""
    support = _support(counts)
    return share((label_f1(counts) * support).sum(axis=-1), support.sum(axis=-1))


def label_precision(counts: Counts) -> Floats:
    """Each label's TP / (TP + FP)."""
    true, false, _ = _parts(counts)
    return share(true, true + false)


def precision(counts: Counts, label: int) -> Floats:
    """Of the label at this place."""
    return label_precision(counts)[..., label]


def macro_precision(counts: Counts) -> Floats:
    """The mean of the labels' precision."""
    return _mean(label_precision(counts))


def label_recall(counts: Counts) -> Floats:
    """Each label's TP / (TP + FN)."""
    return share(counts[..., 0], _support(counts))


def macro_recall(counts: Counts) -> Floats:
    """The mean of the labels' recall."""
    return _mean(label_recall(counts))


def balanced_accuracy(counts: Counts) -> Floats:
    """The mean recall of the labels that have cases."""
    return share(label_recall(counts).sum(axis=-1), (_support(counts) > 0).sum(axis=-1).astype(np.float64))


def micro_precision(counts: Counts) -> Floats:
    """Precision of all names' counts together."""
    return label_precision(counts.sum(axis=-2, keepdims=True))[..., 0]


def micro_recall(counts: Counts) -> Floats:
    """Recall of all names' counts together."""
    return label_recall(counts.sum(axis=-2, keepdims=True))[..., 0]


def present_f1(counts: Counts) -> Floats:
    """The mean F1 of the names that were expected or answered at all."""
    return _mean_of_present(label_f1(counts), counts)


def present_precision(counts: Counts) -> Floats:
    """Their mean precision."""
    return _mean_of_present(label_precision(counts), counts)


def present_recall(counts: Counts) -> Floats:
    """Their mean recall."""
    return _mean_of_present(label_recall(counts), counts)


def recall(counts: Counts, label: int) -> Floats:
    """Of the name at this place."""
    return label_recall(counts)[..., label]


def kappa(counts: Counts) -> Floats:
    """Cohen's kappa; 0 where chance alone agrees fully."""
    hits, n, predicted, support = _totals(counts)
    chance = share((predicted * support).sum(axis=-1), n * n)
    return share(share(hits, n) - chance, 1 - chance)


def mcc(counts: Counts) -> Floats:
    """Gorodkin's R_K; 0 where all cases expect the same label or get the same answer."""
    hits, n, predicted, support = _totals(counts)
    missed = n - predicted.sum(axis=-1)
    covariance = hits * n - (predicted * support).sum(axis=-1)
    spread = n * n - (predicted**2).sum(axis=-1) - missed**2
    truth = n * n - (support**2).sum(axis=-1)
    return share(covariance, np.sqrt(np.maximum(spread * truth, 0.0)))


def share(part: Floats, whole: Floats) -> Floats:
    """part / whole, 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def _parts(counts: Counts) -> tuple[Floats, Floats, Floats]:
    return counts[..., 0], counts[..., 1], counts[..., 2]


def _support(counts: Counts) -> Floats:
    found: Floats = counts[..., 0] + counts[..., 2]
    return found


def _totals(counts: Counts) -> tuple[Floats, Floats, Floats, Floats]:
    """Hits, cases, and of each label how often it was answered and expected."""
    true, false, _ = _parts(counts)
    support = _support(counts)
    return true.sum(axis=-1), support.sum(axis=-1), true + false, support


def _mean_of_present(figures: Floats, counts: Counts) -> Floats:
    present = (counts.sum(axis=-1) > 0).sum(axis=-1).astype(np.float64)
    return share(figures.sum(axis=-1), present)


def _mean(figures: Floats) -> Floats:
    found: Floats = figures.mean(axis=-1)
    return found
