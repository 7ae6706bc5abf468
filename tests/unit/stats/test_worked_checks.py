"""The worked checks of the rule, as a table: one pass/fail sample a case unless a row says otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from gemini_eval.stats import Decision, PairedDecision, paired_decision


def flipped(cases: int, failing: int, passing: int, margin: float) -> PairedDecision:
    baseline, candidate = np.ones(cases), np.ones(cases)
    candidate[:failing] = 0
    baseline[failing : failing + passing] = 0
    return paired_decision(baseline[:, np.newaxis], candidate[:, np.newaxis], margin=margin)


@pytest.mark.parametrize(
    ("cases", "failing", "passing", "margin", "p", "low", "high", "decision", "more"),
    [
        (20, 1, 0, 0.05, 0.250, -0.196, 0.075, Decision.INCONCLUSIVE, 328),
        (20, 4, 0, 0.05, 0.03125, -0.378, -0.057, Decision.REGRESSED, 0),
        (100, 0, 0, 0.05, 0.5, -0.0263, 0.0263, Decision.NO_REGRESSION_BEYOND_MARGIN, 0),
        (100, 0, 0, 0.02, 0.5, -0.0263, 0.0263, Decision.INCONCLUSIVE, 207),
        (100, 12, 3, 0.05, 0.0106, -0.159, -0.029, Decision.REGRESSED, 0),
        (500, 22, 18, 0.05, 0.266, -0.030, 0.013, Decision.NO_REGRESSION_BEYOND_MARGIN, 0),
        (2000, 70, 40, 0.05, 0.0021, -0.024, -0.006, Decision.REGRESSED_WITHIN_MARGIN, 0),
    ],
)
def test_one_sample(
    cases: int,
    failing: int,
    passing: int,
    margin: float,
    p: float,
    low: float,
    high: float,
    decision: Decision,
    more: int,
) -> None:
    found = flipped(cases, failing, passing, margin)
    assert found.p_regressed == pytest.approx(p, abs=5e-4 if p > 0.1 else 5e-5)
    assert found.p_improved == 1 - found.p_regressed
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=5e-4)
    assert (found.decision, found.cases_needed_more) == (decision, more)
    assert (found.newly_failing, found.newly_passing, found.cases, found.clusters) == (failing, passing, cases, cases)
    assert found.delta == pytest.approx((passing - failing) / cases, abs=1e-15)
    assert found.method == "exact sign flips, Tango's score interval"


def test_three_samples() -> None:
    baseline, candidate = np.ones((100, 3)), np.ones((100, 3))
    candidate[:12, 0] = 0
    baseline[12:15, 0] = 0
    found = paired_decision(baseline, candidate)
    assert (round(found.interval.low, 3), round(found.interval.high, 3)) == (-0.060, 0.002)
    assert found.method == "exact sign flips, padded t interval over cases"
    assert (found.newly_failing, found.newly_passing) == (0, 0)


def test_two_clusters_of_ten_fail() -> None:
    baseline, candidate = np.ones((20, 1)), np.ones((20, 1))
    candidate[:4] = 0
    found = paired_decision(baseline, candidate, clusters=[f"document {at // 2}" for at in range(20)])
    assert (round(found.interval.low, 3), round(found.interval.high, 3)) == (-0.435, 0.072)
    assert (found.p_regressed, found.cases, found.clusters) == (0.125, 20, 10)
    assert found.method == "exact sign flips, padded t interval over clusters"


def test_three_cases_of_sixty_are_five_points() -> None:
    """Floats make of it a hair less; the rule does not."""
    baseline, candidate = np.ones((60, 3)), np.ones((60, 3))
    candidate[:9, 1] = 0
    found = paired_decision(baseline, candidate)
    assert (found.decision, round(found.p_regressed, 6)) == (Decision.REGRESSED, 0.000977)
    assert paired_decision(baseline, candidate, margin=0.051).decision is Decision.REGRESSED_WITHIN_MARGIN


def test_what_leans_worse_says_so() -> None:
    """Five of 40 cases fail: not enough for an alpha of 1 %, though the interval excludes that nothing changed."""
    found = paired_decision(np.ones((40, 1)), np.repeat([0.0, 1.0], [5, 35])[:, np.newaxis], alpha=0.01)
    assert (found.decision, found.p_regressed, found.leaning_worse) == (Decision.INCONCLUSIVE, 1 / 64, True)
    assert found.interval.high < 0
    assert not flipped(20, 1, 0, 0.05).leaning_worse
