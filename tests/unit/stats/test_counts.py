"""Figures of label counts: against scikit-learn, every swap enumerated, and what must not matter."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from gemini_eval.errors import UsageError
from gemini_eval.stats import Decision, paired_decision
from gemini_eval.stats.counts import ALL_SWAPS, CountFigure, figure_decision, paired_bootstrap, swap_test
from gemini_eval.stats.label_figures import label_f1, macro_f1, micro_f1, weighted_f1
from gemini_eval.stats.pairs import Floats, Ints

LABELS = 3
NONE = -1
"""An answer that is no label."""
FIGURES = {"macro": macro_f1, "micro": micro_f1, "weighted": weighted_f1}
answers = st.lists(
    st.tuples(st.integers(0, LABELS - 1), st.integers(NONE, LABELS - 1), st.integers(NONE, LABELS - 1)), min_size=1, max_size=9
)


def counted(expected: Ints, answered: Ints, labels: int = LABELS) -> Floats:
    wanted, given_ = (side[:, np.newaxis] == np.arange(labels) for side in (expected, answered))
    return np.stack([wanted & given_, ~wanted & given_, wanted & ~given_], axis=-1).astype(float)


def columns(rows: list[tuple[int, int, int]]) -> tuple[Ints, Ints, Ints]:
    expected, before, after = np.array(rows).T
    return expected, before, after


def enumerated(before: Floats, after: Floats, figure: CountFigure) -> float:
    found = []
    for swaps in product((False, True), repeat=len(before)):
        swapped = np.array(swaps)[:, np.newaxis, np.newaxis]
        sides = np.where(swapped, before, after), np.where(swapped, after, before)
        found.append(float(figure(sides[0].sum(axis=0)) - figure(sides[1].sum(axis=0))))
    differences = np.round(found, 9)
    return float((differences < differences[0]).mean() + (differences == differences[0]).mean() / 2)


@settings(max_examples=30, deadline=None)
@given(answers)
def test_the_figures_are_scikit_learns(rows: list[tuple[int, int, int]]) -> None:
    expected, answered, _ = columns(rows)
    counts = counted(expected, answered).sum(axis=0)
    names = list(range(LABELS))
    for average, figure in FIGURES.items():
        wanted = f1_score(expected, answered, labels=names, average=average, zero_division=0)
        assert float(figure(counts)) == pytest.approx(wanted)
    wanted = f1_score(expected, answered, labels=names, average=None, zero_division=0)
    assert label_f1(counts).tolist() == pytest.approx(wanted.tolist())


@settings(max_examples=40, deadline=None)
@given(answers, st.sampled_from([*FIGURES.values()]))
def test_every_swap_is_counted(rows: list[tuple[int, int, int]], figure: CountFigure) -> None:
    expected, *both = columns(rows)
    before, after = (counted(expected, side) for side in both)
    there, back = swap_test(before, after, figure), swap_test(after, before, figure)
    assert there.p_regressed == pytest.approx(enumerated(before, after, figure), abs=1e-12)
    assert there.exact
    assert (back.p_regressed, back.p_improved) == pytest.approx((there.p_improved, there.p_regressed), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(answers)
def test_of_micro_f1_over_labels_alone_it_is_the_sign_flip_test(rows: list[tuple[int, int, int]]) -> None:
    """Where every answer is a label micro F1 is accuracy, a mean over cases."""
    expected, before, after = columns(rows)
    before, after = np.maximum(before, 0), np.maximum(after, 0)
    found = figure_decision(counted(expected, before), counted(expected, after), micro_f1)
    accuracy = paired_decision(before == expected, after == expected)
    assert (found.delta, found.p_regressed) == pytest.approx((accuracy.delta, accuracy.p_regressed), abs=1e-12)
    assert (found.newly_failing, found.newly_passing) == (accuracy.newly_failing, accuracy.newly_passing)


def many(cases: int, broken: int) -> tuple[Floats, Floats]:
    """Answers that are right in nine of ten cases on both sides, and `broken` that only the baseline has right."""
    generator = np.random.default_rng(8)
    expected = generator.integers(0, LABELS, cases)
    before, after = (np.where(generator.random(cases) < 0.9, expected, (expected + 1) % LABELS) for _ in range(2))
    before[:broken], after[:broken] = expected[:broken], NONE
    return counted(expected, before), counted(expected, after)


def test_drawn_swaps_agree_with_the_sign_flip_test() -> None:
    before, after = many(120, 0)
    found = figure_decision(before, after, micro_f1)
    right = [side[..., 0].sum(axis=1) for side in (before, after)]
    exact = paired_decision(right[0], right[1])
    assert (before != after).any(axis=(1, 2)).sum() > ALL_SWAPS
    assert found.p_regressed == pytest.approx(exact.p_regressed, abs=4 * found.p_error)
    assert 0 < found.p_error < 0.004
    assert found.method == "drawn swaps of counts, paired bootstrap over cases"


def test_a_drop_is_found() -> None:
    found = figure_decision(*many(150, 40), macro_f1)
    assert (found.decision, found.newly_failing > found.newly_passing) == (Decision.REGRESSED, True)
    assert found.interval.low < found.delta < found.interval.high < 0
    assert found.p_regressed < 0.01


@pytest.mark.parametrize("figure", FIGURES.values())
def test_the_order_of_cases_is_irrelevant(figure: CountFigure) -> None:
    before, after = many(60, 5)
    names = np.arange(60) // 3
    order = np.random.default_rng(0).permutation(60)
    found = figure_decision(before, after, figure, clusters=names)
    shuffled = figure_decision(before[order], after[order], figure, clusters=names[order])
    assert replace(shuffled, delta=found.delta) == found
    assert shuffled.delta == pytest.approx(found.delta)
    assert (found.cases, found.clusters) == (60, 20)
    assert found.method.endswith("paired bootstrap over clusters")


def test_few_cases_without_a_flip_are_not_certain() -> None:
    decisions = {}
    for cases in (10, 30, 300):
        same = counted(np.arange(cases) % LABELS, np.arange(cases) % LABELS)
        found = figure_decision(same, same, macro_f1)
        decisions[cases] = found.decision
        assert (found.delta, found.p_regressed, found.p_improved) == (0, 0.5, 0.5)
        assert found.interval.low < 0 < found.interval.high
    assert decisions == {
        10: Decision.INCONCLUSIVE,
        30: Decision.INCONCLUSIVE,
        300: Decision.NO_REGRESSION_BEYOND_MARGIN,
    }


def test_the_bootstrap_is_about_the_difference_and_as_wide_as_the_padded_interval() -> None:
    before, after = many(400, 20)
    interval, error = paired_bootstrap(before, after, micro_f1, 400)
    right = [side[..., 0].sum(axis=1) for side in (before, after)]
    usual = paired_decision(np.repeat(right[0][:, np.newaxis], 2, axis=1), right[1])
    assert error == pytest.approx(usual.deviation / 20, rel=0.1)
    assert interval.high - interval.low == pytest.approx(usual.interval.high - usual.interval.low, rel=0.1)


def test_a_row_that_was_not_delivered_leaves_both() -> None:
    before, after = many(40, 4)
    holed = before.copy()
    holed[[0, 7]] = np.nan
    kept = np.setdiff1d(np.arange(40), [0, 7])
    assert figure_decision(holed, after, macro_f1) == figure_decision(before[kept], after[kept], macro_f1)


@pytest.mark.parametrize(
    ("baseline", "candidate", "told"),
    [
        (np.zeros((2, 3)), np.zeros((2, 3)), "the baseline's counts have the shape (2, 3) (give (cases, labels, 3)"),
        (np.zeros((2, 1, 3)), np.zeros((2, 1, 4)), "the candidate's counts have the shape (2, 1, 4) (give (cases, labels, 3)"),
        (
            np.zeros((2, 1, 3)),
            np.zeros((3, 1, 3)),
            "the shapes are (2, 1, 3) and (3, 1, 3) (give both the same cases and labels)",
        ),
        (np.zeros((1, 1, 3)), np.full((1, 1, 3), np.nan), "no case was delivered on both sides"),
        (np.full((1, 1, 3), -1.0), np.zeros((1, 1, 3)), "the baseline holds a count below 0 or without end"),
    ],
)
def test_counts_that_are_none(baseline: Floats, candidate: Floats, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        figure_decision(baseline, candidate, macro_f1)
    assert str(refused.value).startswith(f"error: {told}")
