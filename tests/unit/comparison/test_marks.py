"""Marks of cases: their means are the summary's figures, and every figure that gates may test has them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.comparison.marks import LOWER_IS_BETTER, TESTABLE, count_figure, is_mean, label_counts, marks_of
from gemini_eval.gates.model import FigureRef
from gemini_eval.summary import FIGURES, FigureContext, SuiteTally
from gemini_eval.summary.figures import figure_name
from gemini_eval.types import CaseResult, Family, Outcome
from tests.support.results import LABELS, case, sample, streams, unanswered

CONTEXT = FigureContext(labels=LABELS, assertions=("label",), common=("label",), variants=("few",))
PAIRED = [kind for kind in FIGURES if kind.paired]
REFS = [
    FigureRef(kind, argument)
    for kind in PAIRED
    for argument in {"": ("",), "label": LABELS, "assertion": ("label",), "field": ("product",)}[kind.argument]
    if kind.needs != "fields"
]


def test_every_figure_that_gates_may_test_is_marked_and_no_other() -> None:
    assert {kind.name for kind in PAIRED} == TESTABLE


def figure_of(stream: Sequence[CaseResult], ref: FigureRef) -> float | None:
    tally = SuiteTally("tickets", CONTEXT)
    for result in stream:
        tally.add(result)
    found = tally.summary().variants["few"].figures.get(figure_name(ref.kind.name, ref.argument))
    return found.value if found else None


def by_marks(stream: Sequence[CaseResult], ref: FigureRef) -> float | None:
    if not is_mean(ref):
        rows = [counts for result in stream if (counts := label_counts(result)) is not None]
        if not rows:
            return None
        array = np.array([[row.get(label, (0.0, 0.0, 0.0)) for label in LABELS] for row in rows])
        return float(count_figure(ref, LABELS)(array.sum(axis=0)))
    means = []
    for result in stream:
        known = [mark for mark in marks_of(result, ref) if math.isfinite(mark)]
        if known:
            means.append(sum(known) / len(known))
    if not means:
        return None
    mean = sum(means) / len(means)
    return 1 - mean if ref.kind.name in LOWER_IS_BETTER else mean


@pytest.mark.parametrize("ref", REFS, ids=lambda ref: ref.name)
@settings(max_examples=60, deadline=None)
@given(stream=streams())
def test_the_figure_from_marks_is_the_summary_s(ref: FigureRef, stream: list[CaseResult]) -> None:
    """But for the pass rate, where the summary counts whole cases and pairs take the means of samples."""
    if ref.kind.name == "pass_rate" and not ref.argument:
        stream = [result for result in stream if len(result.samples) == 1]
    wanted, found = figure_of(stream, ref), by_marks(stream, ref)
    if wanted is None or found is None:
        # What is undefined counts 0 where labels are counted; a mean without a case has no marks.
        assert (wanted or 0.0) == pytest.approx(found or 0.0)
    else:
        assert found == pytest.approx(wanted)


REF = {ref.name: ref for ref in REFS}


@pytest.mark.parametrize(
    ("result", "figure", "marks"),
    [
        (case(1, "refund", sample("refund", "refund"), sample(None, "refund", 1)), "accuracy", [1.0, 0.0]),
        (case(1, "refund", sample("refund", "refund"), unanswered(Outcome.QUOTA, 1)), "accuracy", [1.0, math.nan]),
        (case(1, "refund", unanswered(Outcome.QUOTA)), "accuracy", [math.nan]),
        (case(1, "refund", unanswered(Outcome.CUT_OFF)), "accuracy", [0.0]),
        (case(1, "refund", unanswered(Outcome.CUT_OFF)), "cut_off_rate", [0.0]),
        (case(1, "refund", sample("refund", "refund")), "cut_off_rate", [1.0]),
        (case(1, "refund", unanswered(Outcome.CUT_OFF)), 'pass_rate["label"]', [0.0]),
        (case(1, "refund", sample("billing", "refund")), 'recall["billing"]', []),
        (case(1, "refund", sample("billing", "refund")), 'recall["refund"]', [0.0]),
        (case(1, "refund", sample("refund", "refund"), draft=True), "pass_rate", []),
        (case(1, "refund", sample("refund", "refund"), xfail="known"), "pass_rate", []),
        (case(1, "refund", sample("refund", "refund"), sample(None, "refund", 1), vote=0.5), "accuracy", [1.0]),
        (case(1, "refund", sample("refund", "refund"), vote=1.0, passed=True), "pass_rate", [1.0]),
    ],
)
def test_marks(result: CaseResult, figure: str, marks: list[float]) -> None:
    assert marks_of(result, REF[figure]) == pytest.approx(marks, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(stream=streams(), ref=st.sampled_from(REFS))
def test_a_delivered_case_is_marked_and_one_that_was_not_is_nan(stream: list[CaseResult], ref: FigureRef) -> None:
    for result in stream:
        marks = marks_of(result, ref) if is_mean(ref) else []
        if result.outcome.family is Family.NOT_DELIVERED:
            assert all(map(math.isnan, marks))
        assert all(math.isnan(mark) or 0 <= mark <= 1 for mark in marks)
