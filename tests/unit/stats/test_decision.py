"""The rule: whole records, its order, and what must not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gemini_eval.errors import UsageError
from gemini_eval.stats import Decision, PairedDecision, paired_decision
from gemini_eval.stats.decision import decide, decide_together
from gemini_eval.stats.pairs import Floats
from gemini_eval.types import Interval

NAN = float("nan")


def sides(values: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[Floats, Floats]]:
    """Two arrays with the same cases, the first of them delivered on both sides."""
    shapes = st.tuples(st.integers(1, 12), st.integers(1, 3), st.integers(1, 3))
    both = shapes.flatmap(
        lambda shape: st.tuples(arrays(float, shape[:2], elements=values), arrays(float, shape[::2], elements=values))
    )
    return both.map(first_delivered)


def first_delivered(both: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    for side in both:
        side[0] = np.nan_to_num(side[0])
    return both


pass_fail = sides(st.sampled_from([0.0, 1.0, NAN]))
graded = sides(st.sampled_from([0.0, 0.25, 0.33, 0.5, 1.0, NAN]))


def test_the_whole_record() -> None:
    found = paired_decision([[1, 1], [1, 0], [1, 1], [1, NAN], [0, 0]], [[0, 0], [0, 0], [1, 0], [1, 1], [NAN, NAN]], alpha=0.2)
    assert found == PairedDecision(
        delta=-0.5,
        p_regressed=0.125 / 2,
        p_improved=1 - 0.125 / 2,
        interval=Interval(-1.0, pytest.approx(0.3899, abs=5e-5)),
        method="exact sign flips, padded t interval over cases",
        decision=Decision.REGRESSED,
        newly_failing=2,
        newly_passing=0,
        detectable_drop=pytest.approx(0.9359, abs=5e-5),
        cases_needed_more=0,
        cases=4,
        clusters=4,
        deviation=pytest.approx(0.7528, abs=5e-5),
        margin=0.05,
        alpha=0.2,
    )


@pytest.mark.parametrize(
    ("delta", "p", "low", "decision"),
    [
        (-0.06, 0.05, -0.1, Decision.REGRESSED),
        (-0.05, 0.04, -0.1, Decision.REGRESSED),
        (-0.05 + 1e-15, 0.04, -0.1, Decision.REGRESSED),
        (-0.049, 0.05, -0.1, Decision.REGRESSED_WITHIN_MARGIN),
        (-0.02, 0.03, -0.04, Decision.REGRESSED_WITHIN_MARGIN),
        (0.02, 0.96, -0.2, Decision.IMPROVED),
        (0.0, 0.95, -0.04, Decision.NO_REGRESSION_BEYOND_MARGIN),
        (-0.01, 0.5, -0.0499, Decision.NO_REGRESSION_BEYOND_MARGIN),
        (-0.01, 0.5, -0.05, Decision.INCONCLUSIVE),
        (-0.3, 0.051, -0.6, Decision.INCONCLUSIVE),
    ],
)
def test_the_order_of_the_rule(delta: float, p: float, low: float, decision: Decision) -> None:
    assert decide(delta, p, 1 - p, low=low, margin=0.05, alpha=0.05) is decision


@settings(max_examples=80, deadline=None)
@given(st.one_of(pass_fail, graded), st.booleans(), st.data())
def test_the_order_of_cases_and_samples_is_irrelevant(both: tuple[Floats, Floats], clustered: bool, data: st.DataObject) -> None:
    cases = len(both[0])
    names = [f"c{at // 2}" if clustered else "" for at in range(cases)]
    order = data.draw(st.permutations(range(cases)))
    found = paired_decision(*both, clusters=names)
    shuffled = paired_decision(both[0][order][:, ::-1], both[1][order], clusters=[names[at] for at in order])
    for name in ("delta", "detectable_drop", "deviation"):
        assert getattr(shuffled, name) == pytest.approx(getattr(found, name), abs=1e-12)
    assert (shuffled.interval.low, shuffled.interval.high) == pytest.approx((found.interval.low, found.interval.high), abs=1e-12)
    same = {name: getattr(found, name) for name in ("delta", "interval", "detectable_drop", "deviation")}
    assert replace(shuffled, **same) == found


@settings(max_examples=80, deadline=None)
@given(st.one_of(pass_fail, graded))
def test_swapping_the_sides_mirrors(both: tuple[Floats, Floats]) -> None:
    there, back = paired_decision(*both), paired_decision(*both[::-1])
    assert (there.p_regressed, there.p_improved) == (back.p_improved, back.p_regressed)
    assert (there.newly_failing, there.newly_passing) == (back.newly_passing, back.newly_failing)
    assert (there.delta, there.interval.low, there.interval.high) == pytest.approx(
        (-back.delta, -back.interval.high, -back.interval.low), abs=1e-12
    )
    assert there.deviation == pytest.approx(back.deviation)


@given(pass_fail)
@settings(max_examples=40, deadline=None)
def test_doubling_every_sample_changes_no_direction(both: tuple[Floats, Floats]) -> None:
    """n·k samples are not n·k independent points: the same answers again add nothing."""
    doubled = paired_decision(*(np.concatenate([side, side], axis=1) for side in both))
    found = paired_decision(*both)
    assert (doubled.p_regressed, doubled.newly_failing) == (found.p_regressed, found.newly_failing)


def test_a_cluster_counts_once() -> None:
    """Nine copies of one document's case, all broken, are one piece of evidence."""
    baseline, candidate = np.ones(30), np.ones(30)
    candidate[:9] = 0
    alone, together = (paired_decision(baseline, candidate, clusters=names) for names in (None, ["doc"] * 9 + [""] * 21))
    assert (alone.p_regressed, together.p_regressed) == (1 / 1024, 0.25)
    assert (alone.decision, together.decision) == (Decision.REGRESSED, Decision.INCONCLUSIVE)
    assert together.cases_needed_more > alone.cases_needed_more == 0
    assert (together.cases, together.clusters, together.newly_failing) == (30, 22, 9)


def test_one_cluster_says_nothing_of_the_interval() -> None:
    found = paired_decision([1, 1, 1], [0, 0, 0], clusters=["a"] * 3)
    assert (found.interval, found.p_regressed, found.decision) == (Interval(-1, 1), 0.25, Decision.INCONCLUSIVE)


def test_cut_off_in_a_tenth_of_the_cases_is_a_regression() -> None:
    """What was delivered without an answer is 0 on its side."""
    candidate = np.ones((100, 1))
    candidate[::10] = 0
    found = paired_decision(np.ones((100, 1)), candidate)
    assert (found.decision, found.p_regressed, found.delta) == (Decision.REGRESSED, 2**-11, -0.1)


def test_improving() -> None:
    found = paired_decision(np.repeat([0.0, 1.0], [6, 94]), np.ones(100))
    assert (found.decision, found.p_improved, found.newly_passing) == (Decision.IMPROVED, 2**-7, 6)


def test_a_family_is_decided_together() -> None:
    """Three of forty look worse by themselves; one still does beside the others."""
    quiet = paired_decision(np.ones(100), np.ones(100))
    broken, doubtful = (paired_decision(np.ones(100), np.repeat([0.0, 1.0], [lost, 100 - lost])) for lost in (14, 5))
    found = decide_together([quiet, doubtful, broken, doubtful, *[quiet] * 36])
    assert [one.decision for one in found[:5]] == [
        Decision.NO_REGRESSION_BEYOND_MARGIN,
        Decision.INCONCLUSIVE,
        Decision.REGRESSED,
        Decision.INCONCLUSIVE,
        Decision.NO_REGRESSION_BEYOND_MARGIN,
    ]
    assert [one.p_holm for one in found[:4]] == [1.0, 39 / 64, 40 / 2**15, 39 / 64]
    assert (doubtful.decision, doubtful.cases_needed_more, found[1].leaning_worse) == (Decision.REGRESSED, 0, True)
    assert (
        found[1].cases_needed_more == paired_decision(np.ones(100), np.repeat([0.0, 1.0], [5, 95]), alpha=0.01).cases_needed_more
    )
    assert [replace(one, p_holm=None, decision=quiet.decision, cases_needed_more=0) for one in found[:1]] == [quiet]
    assert decide_together([]) == ()


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"margin": 0.0}, "the margin is 0 (give a share between 0 and 1: 0.05 for 5 points)"),
        ({"margin": 5.0}, "the margin is 5 (give a share between 0 and 1: 0.05 for 5 points)"),
        ({"alpha": 0.5}, "alpha is 0.5 (give a probability between 0 and 0.5: 0.05 as a rule)"),
        ({"alpha": NAN}, "alpha is nan (give a probability between 0 and 0.5: 0.05 as a rule)"),
    ],
)
def test_limits_out_of_range(limits: dict[str, float], told: str) -> None:
    with pytest.raises(UsageError) as refused:
        paired_decision([1], [1], **limits)
    assert str(refused.value) == f"error: {told}"
