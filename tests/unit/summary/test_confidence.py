"""Figures of confidence sources: scikit-learn's where it has them, by hand where not, and how gates take them."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from gemini_eval.gates import GateStatus, evaluate_gates, parse_gate
from gemini_eval.stats.calibration import calibration_error
from gemini_eval.summary import FigureContext, SuiteTally, VariantSummary
from gemini_eval.summary.confidence import half_of
from gemini_eval.summary.context import SourceContext
from gemini_eval.types import CaseResult
from tests.support.results import LABELS, case, sample

CONTEXT = FigureContext(
    labels=LABELS, assertions=("label",), common=("label",), variants=("few",), sources=("said", "said.calibrated")
)
Stated = list[tuple[float | None, bool]]


def stream(stated: Stated) -> list[CaseResult]:
    return [
        structs.replace(
            case(number, "refund", sample("refund" if right else "billing", "refund")),
            confidences={} if value is None else {"said": value},
        )
        for number, (value, right) in enumerate(stated)
    ]


def tallied(results: list[CaseResult], *gates: str) -> SuiteTally:
    asked = tuple(
        (condition.figure.kind.name, condition.figure.argument)
        for gate in gates
        for condition in parse_gate(gate, known=CONTEXT).conditions
        if condition.figure.kind.number
    )
    tally = SuiteTally("tickets", replace(CONTEXT, asked=asked))
    for result in results:
        tally.add(result)
    return tally


def summarised(stated: Stated, *gates: str) -> VariantSummary:
    return tallied(stream(stated), *gates).summary().variants["few"]


def statuses(stated: Stated, *gates: str) -> list[tuple[GateStatus, str]]:
    summary = tallied(stream(stated), *gates).summary()
    results = evaluate_gates([parse_gate(gate, known=CONTEXT) for gate in gates], summary, ["few"])
    return [(result.status, result.reason) for result in results]


pairs = st.lists(st.tuples(st.integers(0, 100).map(lambda value: value / 100), st.booleans()), min_size=1, max_size=80)


@settings(max_examples=80, deadline=None)
@given(pairs)
def test_brier_and_auroc_are_scikit_learns_and_ece_is_that_of_the_bins(stated: list[tuple[float, bool]]) -> None:
    figures = summarised([*stated]).figures
    values, right = (np.array(side, dtype=float) for side in zip(*stated, strict=True))
    assert figures["brier(said)"].value == pytest.approx(brier_score_loss(right, values, pos_label=1))
    if 0 < right.sum() < len(right) and len(right) >= 40:
        assert figures["auroc(said)"].value == pytest.approx(roc_auc_score(right, values))
    else:
        assert figures["auroc(said)"].undecided
    found = calibration_error(values, right)
    assert figures["ece(said)"].value == (None if found is None else pytest.approx(found.value))
    assert figures["ece(said)"].undecided is (found is None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.none() | st.floats(0, 1), st.booleans()), max_size=70), st.randoms())
def test_the_order_of_cases_is_irrelevant_and_full_coverage_is_accuracy(stated: Stated, order: random.Random) -> None:
    results = stream(stated)
    shuffled = list(results)
    order.shuffle(shuffled)
    gate = "accuracy_at_coverage(said, 100%) >= 0"
    first, second = (tallied(cases, gate).summary().variants["few"].figures for cases in (results, shuffled))
    assert first == second
    full = first["accuracy_at_coverage(said, 1)"]
    if full.value is not None:
        assert full.value == pytest.approx(first["accuracy"].value)
    assert full.undecided is (len(stated) < 40 and any(value is not None for value, _ in stated))


def test_coverage_by_hand() -> None:
    stated: Stated = [(0.95, True)] * 20 + [(0.7, True)] * 10 + [(0.7, False)] * 10 + [(None, False)] * 10
    figures = summarised(stated, "accuracy_at_coverage(said, 40%) >= 0", "coverage(said, 0.7) >= 0").figures
    assert figures["accuracy_at_coverage(said, 0.4)"].value == 1.0
    assert figures["accuracy_at_coverage(said, 0.8)"].value == 0.75
    assert figures["coverage(said, 0.7)"].value == 0.8
    assert figures["coverage(said, 0.9)"].value == 0.4
    assert figures["coverage(said, 0.9)"].reason == "10 of 50 cases without a confidence"
    assert figures["brier(said)"].n == 40


@pytest.mark.parametrize("few", [[(0.9, True)] * 39, [(0.9, True), (0.8, False), (0.7, True)] * 13])
def test_with_fewer_cases_than_two_bins_take_no_calibration_can_be_judged_but_brier_which_is_a_mean(few: Stated) -> None:
    wanted = ("ece(said) <= 0.1", "auroc(said) >= 0.9", "accuracy_at_coverage(said, 0.8) >= 0.5", "coverage(said, 0.9) >= 0.1")
    assert statuses(few, *wanted) == [
        (GateStatus.INCONCLUSIVE, "ece(said) has no value: 39 cases with a confidence; two bins take 40; needs <= 0.1"),
        (GateStatus.INCONCLUSIVE, "auroc(said) has no value: 39 cases with a confidence; two bins take 40; needs >= 0.9"),
        (GateStatus.INCONCLUSIVE, "accuracy_at_coverage(said, 0.8) has no value: 39 cases; two bins take 40; needs >= 0.5"),
        (GateStatus.INCONCLUSIVE, "coverage(said, 0.9) has no value: 39 cases; two bins take 40; needs >= 0.1"),
    ]
    assert GateStatus.INCONCLUSIVE not in [status for status, _ in statuses([*few, (0.9, False)], *wanted)]
    ((status, _),) = statuses(few, "brier(said) <= 0.9")
    assert status is GateStatus.HOLDS


def test_too_few_cases_leave_a_gate_open_and_none_fail_it() -> None:
    few: Stated = [(0.9, True)] * 40
    ((status, reason),) = statuses(few, "auroc(said) >= 0.9")
    assert status is GateStatus.INCONCLUSIVE
    assert reason == "auroc(said) has no value: every answer with a confidence is right, so it tells none apart; needs >= 0.9"
    ((status, reason),) = statuses([(None, True)] * 50, "ece(said) <= 0.1")
    assert (status, reason) == (GateStatus.FAILS, "ece(said) has no value: no case gave a confidence; needs <= 0.1")
    ((status, _),) = statuses(few[:39], "ece(said) <= 0.1 and accuracy <= 0.5")
    assert status is GateStatus.FAILS


def test_calibration_is_fitted_on_one_half_and_tested_on_the_other() -> None:
    generator = random.Random(7)
    stated: Stated = []
    for _ in range(2_000):
        value = generator.choice([0.5, 0.7, 0.9, 1.0])
        stated.append((value, generator.random() < value - 0.3))
    figures = summarised(stated).figures
    raw, calibrated = figures["ece(said)"].value, figures["ece(said.calibrated)"].value
    assert raw is not None and calibrated is not None
    assert raw == pytest.approx(0.3, abs=0.03)
    assert calibrated < 0.05
    assert figures["brier(said.calibrated)"].value < figures["brier(said)"].value  # type: ignore[operator]  # both have one


def by_split(case_id: int, stated: float, right: bool, split: str) -> CaseResult:
    result = case(case_id, "refund", sample("refund" if right else "billing", "refund"), tags=(f"split={split}",))
    return structs.replace(result, confidences={"said": stated})


def fitted(validation: Stated, test: Stated) -> SuiteTally:
    context = replace(CONTEXT, about={"said": SourceContext("the model itself", "split=validation")})
    tally = SuiteTally("tickets", context, tags=["split=test"])
    parts = [("validation", *one) for one in validation] + [("test", *one) for one in test]
    for number, (split, stated, right) in enumerate(parts):
        assert stated is not None
        tally.add(by_split(number, stated, right, split))
    return tally


@settings(max_examples=40, deadline=None)
@given(st.lists(pairs.map(tuple), min_size=2, max_size=2), st.integers(20, 60))
def test_calibration_by_a_split_is_scikit_learns_on_the_other_cases_alone(
    parts: list[tuple[tuple[float, bool], ...]], least: int
) -> None:
    validation, test = (list(part) for part in parts)
    validation = (validation * 60)[:least]
    summary = fitted([*validation], [*test]).summary().variants["few"]
    model = IsotonicRegression(out_of_bounds="clip").fit(*zip(*validation, strict=True))
    predicted = model.predict([stated for stated, _ in test])
    wanted = np.mean([(p - right) ** 2 for p, (_, right) in zip(predicted, test, strict=True)])
    figure = summary.figures["brier(said.calibrated)"]
    assert (figure.value, figure.n) == (pytest.approx(wanted, abs=1e-6), len(test))
    assert summary.tags["split=test"].figures["brier(said.calibrated)"] == figure
    assert summary.figures["brier(said)"].n == len(validation) + len(test)


def test_too_few_cases_of_a_split_calibrate_nothing() -> None:
    figure = fitted([(0.9, True)] * 19, [(0.9, True)] * 30).summary().variants["few"].figures["brier(said.calibrated)"]
    assert (figure.value, figure.undecided) == (None, True)
    assert figure.reason == "calibrating takes 20 cases tagged split=validation with a confidence"


def test_the_cases_of_a_coverage_are_those_that_its_accuracy_is_of() -> None:
    figure = summarised([(number / 100, number > 9) for number in range(60)], "accuracy_at_coverage(said, 0.55) >= 0").figures[
        "accuracy_at_coverage(said, 0.55)"
    ]
    assert (figure.value, figure.n) == (1.0, 33)


def test_half_of_the_cases_are_in_each_half_and_too_few_of_them_calibrate_nothing() -> None:
    halves = [half_of(f"c{number}") for number in range(1_000)]
    assert 450 < sum(halves) < 550
    figure = summarised([(0.9, True), (0.8, False)] * 15).figures["brier(said.calibrated)"]
    assert (figure.value, figure.undecided) == (None, True)
    assert figure.reason == "each half of the cases needs 20 with a confidence to calibrate by"


def test_a_summary_is_read_as_it_was_written() -> None:
    summary = summarised([(0.9, True)] * 10)
    assert VariantSummary.from_json(summary.to_json()) == summary
