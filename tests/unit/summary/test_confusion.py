"""Figures of labels equal scikit-learn's on the same answers."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    confusion_matrix,
    matthews_corrcoef,
    precision_recall_fscore_support,
)

from gemini_eval.summary.confusion import Confusion, Miss

LABELS = ("billing", "refund", "Red wine", "delivery")
NO_LABEL = "(none)"
PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([*LABELS, NO_LABEL])), min_size=1, max_size=60)


def _confusion(pairs: list[tuple[str, str]]) -> Confusion:
    confusion = Confusion(LABELS)
    for expected, predicted in pairs:
        confusion.add(expected, Miss.NO_LABEL if predicted == NO_LABEL else predicted, 1)
    return confusion


def _number(value: Fraction | float | None) -> float:
    return 0.0 if value is None else float(value)


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_labels_and_their_means_equal_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    truth, answers = zip(*pairs, strict=True)
    matrix = _confusion(pairs).matrix
    precision, recall, f1, support = precision_recall_fscore_support(truth, answers, labels=LABELS, zero_division=0)
    ours = list(matrix.counts.values())
    assert [_number(counts.precision) for counts in ours] == pytest.approx(list(precision))
    assert [_number(counts.recall) for counts in ours] == pytest.approx(list(recall))
    assert [_number(counts.f1) for counts in ours] == pytest.approx(list(f1))
    assert [counts.support for counts in ours] == list(support)
    means = {
        average: precision_recall_fscore_support(truth, answers, labels=LABELS, average=average, zero_division=0)
        for average in ("macro", "micro", "weighted")
    }
    assert (_number(matrix.macro_precision), _number(matrix.macro_recall)) == pytest.approx(means["macro"][:2])
    assert _number(matrix.macro_f1) == pytest.approx(means["macro"][2])
    assert _number(matrix.micro_f1) == pytest.approx(means["micro"][2])
    assert _number(matrix.weighted_f1) == pytest.approx(means["weighted"][2])


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_whole_matrix_figures_equal_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    truth, answers = zip(*pairs, strict=True)
    matrix = _confusion(pairs).matrix
    assert _number(matrix.accuracy) == pytest.approx(accuracy_score(truth, answers))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert _number(matrix.balanced_accuracy) == pytest.approx(balanced_accuracy_score(truth, answers))
        kappa = cohen_kappa_score(truth, answers, labels=[*LABELS, NO_LABEL])
    assert (math.nan if matrix.kappa is None else matrix.kappa) == pytest.approx(kappa, nan_ok=True)
    theirs = confusion_matrix(truth, answers, labels=[*LABELS, NO_LABEL])
    assert [list(row) for row in matrix.rows] == [[*row, 0] for row in theirs[:-1]]


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_mcc_equals_scikit_learn_where_it_is_defined(pairs: list[tuple[str, str]]) -> None:
    truth, answers = zip(*pairs, strict=True)
    mcc = _confusion(pairs).matrix.mcc
    if len(set(truth)) == 1 or len(set(answers)) == 1:
        assert mcc is None
    else:
        assert mcc == pytest.approx(matthews_corrcoef(truth, answers), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(PAIRS, st.integers(2, 5))
def test_samples_share_their_cases_weight(pairs: list[tuple[str, str]], samples: int) -> None:
    assume(len({expected for expected, _ in pairs}) > 1)
    repeated = Confusion(LABELS)
    for expected, predicted in pairs * samples:
        repeated.add(expected, Miss.NO_LABEL if predicted == NO_LABEL else predicted, samples)
    once, many = _confusion(pairs).matrix, repeated.matrix
    assert (many.cells, many.n, many.macro_f1, many.mcc) == (once.cells, once.n, once.macro_f1, once.mcc)


def test_nothing_counted_is_undefined() -> None:
    matrix = Confusion(LABELS).matrix
    figures = (matrix.accuracy, matrix.balanced_accuracy, matrix.macro_f1, matrix.micro_f1, matrix.weighted_f1)
    assert (*figures, matrix.kappa, matrix.mcc) == (None,) * 7


def test_the_two_kinds_of_misses_have_their_own_columns_and_are_one_class_of_mcc() -> None:
    split, joined = Confusion(("a", "b")), Confusion(("a", "b"))
    for expected, predicted in [("a", "a"), ("b", "b"), ("b", "a")]:
        split.add(expected, predicted, 1)
        joined.add(expected, predicted, 1)
    for confusion, second in ((split, Miss.NO_ANSWER), (joined, Miss.NO_LABEL)):
        confusion.add("a", "neither", 1)
        confusion.add("b", second, 1)
    assert split.matrix.rows == ((1.0, 0.0, 1.0, 0.0), (1.0, 1.0, 0.0, 1.0))
    assert split.matrix.mcc == joined.matrix.mcc


def test_an_expected_label_that_the_suite_does_not_have_has_no_row() -> None:
    confusion = Confusion(("a",))
    confusion.add("b", "a", 1)
    assert (confusion.matrix.n, confusion.matrix.rows) == (0, ((0.0, 0.0, 0.0),))
