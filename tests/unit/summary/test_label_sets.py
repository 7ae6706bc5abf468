"""Several labels a case: scikit-learn's multi-label figures, and the same between two runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sklearn.metrics import accuracy_score, f1_score, hamming_loss, precision_score, recall_score

from gemini_eval.comparison.marks import count_figure, label_counts, marks_of
from gemini_eval.gates.model import FigureRef
from gemini_eval.summary import FigureContext, SuiteTally, VariantSummary
from gemini_eval.summary.figures import BY_NAME
from gemini_eval.types import CaseResult, Outcome
from tests.support.results import case, sample, unanswered

LABELS = ("billing", "delivery", "refund")
CONTEXT = FigureContext(labels=LABELS, assertions=("label",), variants=("few",), several_labels=True)
Sets = list[tuple[frozenset[str], frozenset[str]]]
sets = st.lists(st.tuples(*(st.frozensets(st.sampled_from(LABELS)) for _ in range(2))), min_size=1, max_size=25)


def result(number: int, expected: frozenset[str], answered: frozenset[str]) -> CaseResult:
    one = replace(sample(None, "refund"), labels=tuple(sorted(answered)), passed=expected == answered)
    found = case(number, "refund", one)
    return replace(found, expected_label=None, expected_labels=tuple(sorted(expected)), labels=one.labels)


def summarised(results: list[CaseResult]) -> VariantSummary:
    tally = SuiteTally("tickets", CONTEXT)
    for one in results:
        tally.add(one)
    return tally.summary().variants["few"]


def indicator(side: list[frozenset[str]]) -> np.ndarray:
    return np.array([[label in labels for label in LABELS] for labels in side], dtype=int)


@settings(max_examples=120, deadline=None)
@given(sets)
def test_the_figures_are_scikit_learns(pairs: Sets) -> None:
    figures = summarised([result(number, *pair) for number, pair in enumerate(pairs)]).figures
    true, said = (indicator([*side]) for side in zip(*pairs, strict=True))
    assert figures["accuracy"].value == pytest.approx(accuracy_score(true, said))
    assert figures["hamming_loss"].value == pytest.approx(hamming_loss(true, said))
    for average in ("micro", "macro", "weighted"):
        found = figures[f"{average}_f1"].value
        assert (found or 0.0) == pytest.approx(f1_score(true, said, average=average, zero_division=0))
    for at, label in enumerate(LABELS):
        for name, score in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
            theirs = score(true[:, at], said[:, at], zero_division=0)
            assert (figures[f'{name}["{label}"]'].value or 0.0) == pytest.approx(theirs)
    assert not {"kappa", "mcc", "no_label_rate", "balanced_accuracy"} & figures.keys()


@settings(max_examples=60, deadline=None)
@given(sets)
def test_the_figures_between_two_runs_are_the_same(pairs: Sets) -> None:
    results = [result(number, *pair) for number, pair in enumerate(pairs)]
    figures = summarised(results).figures
    rows = [counts for one in results if (counts := label_counts(one)) is not None]
    array = np.array([[row.get(label, (0.0, 0.0, 0.0)) for label in LABELS] for row in rows])
    for name in ("micro_f1", "macro_f1", "weighted_f1"):
        found = float(count_figure(FigureRef(BY_NAME[name, False]), LABELS)(array.sum(axis=0)))
        assert found == pytest.approx(figures[name].value or 0.0)
    accuracy = [marks_of(one, FigureRef(BY_NAME["accuracy", False]))[0] for one in results]
    assert sum(accuracy) / len(accuracy) == pytest.approx(figures["accuracy"].value)
    recall = [mark for one in results for mark in marks_of(one, FigureRef(BY_NAME["recall", True], "refund"))]
    value = figures['recall["refund"]'].value
    assert (sum(recall) / len(recall) if recall else None) == (None if value is None else pytest.approx(value))


def test_an_item_that_is_no_label_makes_the_set_wrong_and_counts_for_none() -> None:
    figures = summarised([result(0, frozenset({"refund"}), frozenset({"refund", "returns"}))]).figures
    assert (figures["accuracy"].value, figures["micro_f1"].value, figures["hamming_loss"].value) == (0.0, 1.0, 0.0)


def test_no_answer_misses_every_label_and_what_is_lost_counts_nowhere() -> None:
    blocked = replace(case(0, "refund", unanswered(Outcome.BLOCKED)), expected_label=None, expected_labels=("billing", "refund"))
    lost = replace(case(1, "refund", unanswered(Outcome.QUOTA)), expected_label=None, expected_labels=("refund",))
    found = summarised([blocked, lost])
    assert (found.figures["accuracy"].value, found.figures["accuracy"].n) == (0.0, 1)
    assert found.figures["hamming_loss"].value == pytest.approx(2 / 3)
    assert found.confusion is None and found.labels["refund"].support == 1.0
