"""When a comparison stops, and what it then says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from scipy.stats import t as student

from gemini_eval.errors import UsageError
from gemini_eval.stats import Decision, paired_decision
from gemini_eval.stats.looks import Plan, Stop, chance_of_a_decision, decision_after, early_stop, first_samples, planned_looks
from gemini_eval.stats.padded import Padded, padded
from gemini_eval.stats.pairs import Floats

PLAN = Plan(planned_looks(3, 10))
FROM_ONE = Plan(planned_looks(1, 10))


def broken(cases: int, lost: int, rounds: int) -> tuple[Floats, Floats]:
    """Every answer passes, but the candidate's of the first `lost` cases."""
    baseline, candidate = np.ones((cases, rounds)), np.ones((cases, rounds))
    candidate[:lost] = 0
    return baseline, candidate


@pytest.mark.parametrize(
    ("first", "last", "looks"),
    [(3, 10, (3, 6, 10)), (1, 10, (1, 2, 4, 8, 10)), (5, 10, (5, 10)), (3, 3, (3,)), (1, 1, (1,)), (4, 7, (4, 7))],
)
def test_looks_double(first: int, last: int, looks: tuple[int, ...]) -> None:
    assert planned_looks(first, last) == looks


@pytest.mark.parametrize(("first", "last"), [(0, 3), (4, 3)])
def test_looks_that_can_not_be(first: int, last: int) -> None:
    with pytest.raises(UsageError, match=f"the first look is after {first} rounds of {last}"):
        planned_looks(first, last)


def test_how_many_samples_are_asked_first() -> None:
    assert [first_samples(cases) for cases in (1, 499, 500, 10_000)] == [3, 3, 1, 1]


def test_worse_stops_after_any_round() -> None:
    assert [early_stop(*broken(100, lost, 1), PLAN) for lost in (6, 7)] == [None, Stop.WORSE]
    assert early_stop(*broken(100, 4, 2), PLAN) is Stop.WORSE
    forty = Plan(PLAN.looks, comparisons=40)
    assert [early_stop(*broken(100, lost, 1), forty) for lost in (12, 13)] == [None, Stop.WORSE]


def test_losses_that_are_outweighed_do_not_stop() -> None:
    """Ten slight losses, one large win: the mean rose."""
    baseline, candidate = np.full((100, 1), 0.5), np.full((100, 1), 0.5)
    candidate[:10] = 0.49
    candidate[10] = 1
    assert early_stop(baseline, candidate, PLAN) is None


def test_no_regression_stops_at_planned_looks_only() -> None:
    assert [early_stop(*broken(300, 0, rounds), PLAN) for rounds in (1, 2, 3, 4)] == [None, None, Stop.NO_REGRESSION, None]
    assert early_stop(*broken(600, 0, 1), FROM_ONE) is Stop.NO_REGRESSION


def test_before_the_last_look_more_must_be_sure() -> None:
    """With 47 to 65 cases and no flip the usual interval excludes 5 points, the early one does not yet."""
    found = {cases: early_stop(*broken(cases, 0, 3), PLAN) for cases in (46, 47, 65, 66)}
    assert found == {46: Stop.FUTILE, 47: None, 65: None, 66: Stop.NO_REGRESSION}
    assert {cases: early_stop(*broken(cases, 0, 1), FROM_ONE) for cases in (102, 103)} == {102: None, 103: Stop.NO_REGRESSION}


def test_the_last_round_never_stops_early() -> None:
    assert early_stop(*broken(300, 0, 10), PLAN) is None
    assert early_stop(*broken(300, 30, 10), PLAN) is None


def test_futility_waits_for_a_second_sample() -> None:
    """From one sample a case nothing is known of its noise."""
    assert early_stop(*broken(20, 1, 1), FROM_ONE) is None
    assert early_stop(*broken(20, 1, 2), FROM_ONE) is Stop.FUTILE


def test_what_is_decided_already_is_not_futile() -> None:
    baseline, candidate = broken(20, 5, 3)
    assert paired_decision(baseline, candidate).decision is Decision.REGRESSED
    assert early_stop(baseline, candidate, Plan((3, 10), comparisons=10**9)) is None


def test_after_worse_the_direction_is_the_e_values() -> None:
    baseline, candidate = broken(100, 7, 1)
    found, usual = decision_after(Stop.WORSE, baseline, candidate, PLAN), paired_decision(baseline, candidate)
    assert found.p_regressed == pytest.approx(8 / 256 / (1 - 2**-8) / 1, rel=1e-9)
    assert (found.decision, found.p_improved, found.interval) == (Decision.REGRESSED, usual.p_improved, usual.interval)
    assert found.method == "e-value of 7 losses and 0 wins, Tango's score interval"
    assert decision_after(None, baseline, candidate, PLAN) == decision_after(Stop.FUTILE, baseline, candidate, PLAN) == usual


def test_the_margin_parts_what_is_worse_after_an_early_stop_too() -> None:
    found = decision_after(Stop.WORSE, *broken(600, 8, 1), FROM_ONE)
    assert found.decision is Decision.REGRESSED_WITHIN_MARGIN


@given(st.floats(-0.3, 0.3), st.floats(0.01, 0.2), st.floats(0, 0.05), st.integers(2, 9))
def test_the_chance_of_a_decision_is_that_of_simulated_last_means(mean: float, error: float, noise: float, rounds: int) -> None:
    spread = Padded(np.float64(mean), np.float64(error), np.float64(error * math.sqrt(52)), 49)  # type: ignore[arg-type]
    chance = float(chance_of_a_decision(spread, 50, noise, rounds, PLAN))
    freed = noise * (1 / rounds - 1 / 10) * 50 / 52**2
    quantiles = (np.arange(20_000) + 0.5) / 20_000
    last = mean + math.sqrt(freed) * norm.ppf(quantiles)
    left = math.sqrt(max(error**2 - freed, 0))
    certified, far = last - student.ppf(0.95, 49) * left > -0.05, abs(last) > norm.ppf(0.95) * left
    assert chance == pytest.approx(certified.mean() + far.mean(), abs=1e-3)


def test_the_chance_takes_many_repetitions() -> None:
    values = np.random.default_rng(3).choice([-1, -1 / 3, 0, 0, 0, 1 / 3], (5, 40))
    sizes = np.ones(40, dtype=np.int64)
    together = chance_of_a_decision(padded(values, sizes), 40, np.full(5, 0.02), 3, PLAN)
    assert together.tolist() == [float(chance_of_a_decision(padded(row, sizes), 40, 0.02, 3, PLAN)) for row in values]
