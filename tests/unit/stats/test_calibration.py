"""Confidence held against the truth: scikit-learn's figures, bins by hand, and what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from gemini_eval.errors import UsageError
from gemini_eval.stats.calibration import auroc, bin_ends, brier, calibration_error, reliability
from gemini_eval.stats.coverage import CoveragePoint, accuracy_at_coverage, risk_coverage
from gemini_eval.stats.isotonic import isotonic
from gemini_eval.stats.pairs import Floats
from gemini_eval.stats.rates import wilson

said = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.4, 0.5, 0.75, 0.95, 1.0]), st.booleans()), min_size=1, max_size=40)


def parted(cases: list[tuple[float, bool]]) -> tuple[Floats, Floats]:
    return np.array([one[0] for one in cases]), np.array([one[1] for one in cases], dtype=float)


def votes(cases: int, seed: int = 0, over: float = 0.1) -> tuple[Floats, Floats]:
    """Shares of five votes, which promise `over` too much."""
    generator = np.random.default_rng(seed)
    stated = generator.choice([0.4, 0.6, 0.8, 1.0], cases, p=[0.1, 0.15, 0.25, 0.5])
    return stated, (generator.random(cases) < stated - over).astype(float)


@given(said)
def test_brier_and_auroc_are_scikit_learns(cases: list[tuple[float, bool]]) -> None:
    stated, right = parted(cases)
    assert brier(stated, right) == pytest.approx(brier_score_loss(right, stated, pos_label=1))
    if 0 < right.sum() < len(right):
        assert auroc(stated, right) == pytest.approx(roc_auc_score(right, stated))
    else:
        assert auroc(stated, right) is None


def test_bins_share_the_cases_alike() -> None:
    stated = np.linspace(0, 1, 200)
    assert bin_ends(stated) == [20, 40, 60, 80, 100, 120, 140, 160, 180, 200]
    assert bin_ends(np.linspace(0, 1, 1000)) == list(range(100, 1001, 100))
    assert bin_ends(np.linspace(0, 1, 70)) == [24, 47, 70]
    assert bin_ends(np.linspace(0, 1, 39)) == [39]


@given(st.lists(st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9, 0.95]), min_size=1, max_size=300))
def test_equal_confidences_are_never_parted_and_no_bin_is_small(values: list[float]) -> None:
    stated = np.sort(values)
    ends = bin_ends(stated)
    sizes = np.diff([0, *ends])
    assert ends[-1] == len(stated)
    assert len(ends) <= 10
    assert all(stated[end - 1] < stated[end] for end in ends[:-1])
    assert len(ends) == 1 or sizes.min() >= 20


def plain_error(cases: list[tuple[float, bool]]) -> float | None:
    """ECE over bins of equal mass as its definition reads, in plain Python."""
    if len(cases) < 40:
        return None
    left, bins = sorted(cases), min(10, len(cases) // 20)
    error, parts = 0.0, 0
    while left:
        share = max(20, -(-len(left) // max(1, bins - parts)))
        last = left[min(share, len(left)) - 1][0]
        inside = [case for case in left if case[0] <= last]
        if len(left) - len(inside) < 20:
            inside = left
        left = left[len(inside) :]
        parts += 1
        accuracy = sum(right for _, right in inside) / len(inside)
        error += len(inside) / len(cases) * abs(accuracy - sum(stated for stated, _ in inside) / len(inside))
    return error


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(0, 1_000_000), st.sampled_from([5, 20, 10_000]))
def test_the_error_is_that_of_plain_python(count: int, seed: int, grid: int) -> None:
    generator = np.random.default_rng(seed)
    cases = [(int(generator.integers(0, grid + 1)) / grid, bool(generator.random() < 0.7)) for _ in range(count)]
    found = calibration_error(*parted(cases)) if cases else None
    wanted = plain_error(cases)
    assert (found is None) == (wanted is None)
    assert found is None or found.value == pytest.approx(wanted)


def test_the_error_is_the_mean_gap_of_the_bins() -> None:
    stated, right = votes(300)
    found = calibration_error(stated, right)
    assert found is not None
    assert [(one.low, one.high) for one in found.bins] == [(0.4, 0.4), (0.6, 0.6), (0.8, 0.8), (1.0, 1.0)]
    assert found.bins == reliability(stated, right)
    for one in found.bins:
        inside = stated == one.low
        accuracy = float(right[inside].mean())
        assert (one.n, one.confidence, one.accuracy) == (inside.sum(), pytest.approx(one.low), accuracy)
        assert one.interval == wilson(accuracy, one.n)
    assert found.value == pytest.approx(sum(one.n * abs(one.accuracy - one.confidence) for one in found.bins) / 300)
    assert (found.n, found.interval.low < found.value < found.interval.high) == (300, True)


def test_the_bootstrap_interval_holds_the_true_error() -> None:
    found = [calibration_error(*votes(150, seed)) for seed in range(40)]
    held = sum(one is not None and one.interval.low <= 0.1 <= one.interval.high for one in found)
    assert held >= 35


def test_too_few_cases_for_two_bins() -> None:
    assert calibration_error(*votes(39)) is None
    assert calibration_error(*votes(40)) is not None


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_cases_is_irrelevant(seed: int) -> None:
    stated, right = votes(90)
    order = np.random.default_rng(seed).permutation(90)
    assert calibration_error(stated[order], right[order]) == calibration_error(stated, right)
    assert risk_coverage(stated[order], right[order]) == risk_coverage(stated, right)
    assert accuracy_at_coverage(stated[order], right[order], 0.7) == accuracy_at_coverage(stated, right, 0.7)


def test_risk_falls_as_fewer_are_answered() -> None:
    assert risk_coverage([0.9, 0.5, 0.9, 0.7], [1, 0, 1, 0]) == (
        CoveragePoint(0.9, 0.5, 0.0),
        CoveragePoint(0.7, 0.75, pytest.approx(1 / 3)),
        CoveragePoint(0.5, 1.0, 0.5),
    )


@pytest.mark.parametrize(
    ("coverage", "accuracy"),
    [(0.2, 1.0), (0.4, 1.0), (0.6, (2 + 1 / 2) / 3), (0.8, 3 / 4), (1.0, 3 / 5), (0.41, (2 + 1 / 2) / 3), (0.001, 1.0)],
)
def test_accuracy_of_the_surest(coverage: float, accuracy: float) -> None:
    assert accuracy_at_coverage([0.9, 0.8, 0.6, 0.6, 0.1], [1, 1, 1, 0, 0], coverage) == pytest.approx(accuracy)


@given(said)
def test_at_full_coverage_it_is_the_accuracy(cases: list[tuple[float, bool]]) -> None:
    stated, right = parted(cases)
    assert accuracy_at_coverage(stated, right, 1) == pytest.approx(right.mean())


@settings(deadline=None)
@given(said)
def test_isotonic_calibration_is_scikit_learns(cases: list[tuple[float, bool]]) -> None:
    stated, right = parted(cases)
    asked = np.linspace(0, 1, 21)
    wanted = IsotonicRegression(out_of_bounds="clip").fit(stated, right).predict(asked)
    found = isotonic(stated, right)
    assert found(asked).tolist() == pytest.approx(wanted.tolist(), abs=1e-9)
    assert list(found.values) == sorted(found.values)


def test_a_map_mends_other_cases_than_its_own() -> None:
    fitted = isotonic(*votes(2_000, seed=1, over=0.25))
    stated, right = votes(2_000, seed=2, over=0.25)
    before, after = calibration_error(stated, right), calibration_error(fitted(stated), right)
    assert before is not None
    assert after is not None
    assert (before.value > 0.2, after.value < 0.05) == (True, True)


@pytest.mark.parametrize(
    ("stated", "right", "told"),
    [
        ([0.5], [1, 0], "the confidences have the shape (1,), the outcomes (2,) (give one of each for every case)"),
        ([], [], "the confidences have the shape (0,), the outcomes (0,) (give one of each for every case)"),
        ([1.5], [1], "a confidence is 1.5 (confidences are in 0..1)"),
        ([float("nan")], [1], "a confidence is nan (confidences are in 0..1)"),
        ([0.5], [0.5], "an outcome is 0.5 (outcomes are 1 for right and 0 for wrong)"),
    ],
)
def test_what_is_no_confidence(stated: list[float], right: list[float], told: str) -> None:
    for figure in (brier, auroc, calibration_error, reliability, risk_coverage, isotonic):
        with pytest.raises(UsageError) as refused:
            figure(stated, right)
        assert str(refused.value) == f"error: {told}"


@pytest.mark.parametrize("coverage", [0, 1.1, float("nan")])
def test_coverage_is_a_share(coverage: float) -> None:
    with pytest.raises(UsageError, match=r"give a share of the cases, above 0 and at most 1"):
        accuracy_at_coverage([0.5], [1], coverage)
