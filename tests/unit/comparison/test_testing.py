"""Judged cases on two sides -> what the rule says: its worked checks, clusters, lost cases, tags, figures that are no means."""

from __future__ import annotations

import pytest

from gemini_eval.comparison.build import Pairing, compare_variant, decided_together
from gemini_eval.comparison.gating import decision_reason, relative_results, wishes_of
from gemini_eval.comparison.model import State
from gemini_eval.comparison.sides import ACCURACY, PASS_RATE, SideMarks
from gemini_eval.comparison.testing import Ended, Paired, Wish, figure_tested, stop_of
from gemini_eval.gates import FigureContext, GateStatus
from gemini_eval.gates.grammar import parse_figure
from gemini_eval.gates.parse import parse_gate
from gemini_eval.stats.decision import Decision
from gemini_eval.stats.looks import Plan, Stop, planned_looks
from gemini_eval.types import Outcome
from tests.support.results import LABELS, case, sample, unanswered
from tests.unit.comparison.sides import EXPECTED, flips, paired, side

KNOWN = FigureContext(labels=LABELS, assertions=("label",), common=("label",), variants=("few", "zero"))
MARGIN = Wish(ACCURACY, 0.05)


@pytest.mark.parametrize(
    ("cases", "failing", "passing", "margin", "p", "low", "high", "decision"),
    [
        (20, 1, 0, 0.05, 0.25, -0.196, 0.075, Decision.INCONCLUSIVE),
        (20, 4, 0, 0.05, 0.03125, -0.378, -0.057, Decision.REGRESSED),
        (100, 0, 0, 0.05, 0.5, -0.0263, 0.0263, Decision.NO_REGRESSION_BEYOND_MARGIN),
        (100, 0, 0, 0.02, 0.5, -0.0263, 0.0263, Decision.INCONCLUSIVE),
        (100, 12, 3, 0.05, 0.0106, -0.159, -0.029, Decision.REGRESSED),
        (500, 22, 18, 0.05, 0.266, -0.030, 0.013, Decision.NO_REGRESSION_BEYOND_MARGIN),
        (2000, 70, 40, 0.05, 0.0021, -0.024, -0.006, Decision.REGRESSED_WITHIN_MARGIN),
    ],
)
def test_the_worked_checks_from_judged_cases(
    cases: int, failing: int, passing: int, margin: float, p: float, low: float, high: float, decision: Decision
) -> None:
    found = figure_tested(paired(*flips(cases, failing, passing)), Wish(ACCURACY, margin)).decision
    assert found is not None
    assert (found.decision, found.newly_failing, found.newly_passing) == (decision, failing, passing)
    assert found.p_regressed == pytest.approx(p, abs=5e-4)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=5e-4)


def test_clusters_are_the_cases_own() -> None:
    before = [[True]] * 20
    after = [[False]] * 4 + [[True]] * 16
    found = figure_tested(paired(before, after, cluster=[f"d{n // 2}" for n in range(20)]), MARGIN).decision
    assert found is not None and (found.clusters, found.cases) == (10, 20)
    assert (found.interval.low, found.interval.high) == pytest.approx((-0.435, 0.072), abs=5e-4)


def test_a_case_that_one_side_lost_leaves_both() -> None:
    found = paired([[True], [True], [None]], [[True], [None], [True]])
    assert found.delivered() == ("c0",)
    tested = figure_tested(found, MARGIN)
    assert tested.decision is not None and tested.decision.cases == 1


def test_nothing_delivered_is_not_decided() -> None:
    tested = figure_tested(paired([[None]], [[True]]), MARGIN)
    assert (tested.decision, tested.why) == (None, "no case was delivered on both sides")


def test_without_an_answer_counts_as_wrong() -> None:
    before, after = SideMarks("before", [ACCURACY]), SideMarks("after", [ACCURACY])
    for number in range(100):
        before.add(case(number, EXPECTED, sample(EXPECTED, EXPECTED)))
        after.add(case(number, EXPECTED, unanswered(Outcome.CUT_OFF) if number < 10 else sample(EXPECTED, EXPECTED)))
    tested = figure_tested(Paired.of(before, after, LABELS), MARGIN)
    assert tested.verdict is Decision.REGRESSED
    assert after.described().no_answer == 10


def test_a_rise_of_what_should_be_low_is_worse_and_shown_as_it_is() -> None:
    before, after = SideMarks("before"), SideMarks("after", [])
    wish = Wish(parse_figure("cut_off_rate", KNOWN), 0.05)
    before, after = SideMarks("before", [wish.figure]), SideMarks("after", [wish.figure])
    for number in range(100):
        before.add(case(number, EXPECTED, sample(EXPECTED, EXPECTED)))
        after.add(case(number, EXPECTED, unanswered(Outcome.CUT_OFF) if number < 10 else sample(EXPECTED, EXPECTED)))
    tested = figure_tested(Paired.of(before, after, LABELS), wish)
    assert (tested.verdict, tested.before, tested.lower_is_better) == (Decision.REGRESSED, 0.0, True)
    assert tested.after == pytest.approx(0.1)
    assert decision_reason(tested).startswith("cut_off_rate = 0.100, before 0.000: +10.0 points (+6.1 to +16.0), p =")


def test_differences_of_a_coefficient_are_no_points() -> None:
    before, after = (SideMarks(name, [parse_figure("kappa", KNOWN)]) for name in ("before", "after"))
    for number in range(100):
        expected = LABELS[number % 2]
        before.add(case(number, expected, sample(expected, expected)))
        after.add(case(number, expected, sample(expected if number >= 20 else LABELS[(number + 1) % 2], expected)))
    reason = decision_reason(figure_tested(Paired.of(before, after, LABELS), Wish(parse_figure("kappa", KNOWN), 0.05)))
    assert reason.startswith("kappa = 0.600, before 1.000: -0.400 (-0.")


def test_a_gate_asked_in_rounds_is_decided_by_its_own_margin() -> None:
    plan = Plan((3, 6))
    unsteady = [[True, True, False]] * 3
    before, after = unsteady + [[True] * 3] * 97, [[True] * 3] * 97 + unsteady
    found = paired(before, after)
    stops = [stop_of(found, Wish(ACCURACY, margin), plan, 3) for margin in (0.05, 0.01)]
    assert stops == [Stop.NO_REGRESSION, Stop.FUTILE]
    ended = zip((0.05, 0.01), stops, strict=True)
    told = [figure_tested(found, Wish(ACCURACY, margin), plan, Ended(3, stop)) for margin, stop in ended]
    assert [test.decision.margin for test in told if test.decision] == [0.05, 0.01]
    assert [test.verdict for test in told] == [Decision.NO_REGRESSION_BEYOND_MARGIN, Decision.INCONCLUSIVE]


def test_only_the_cases_of_a_tag() -> None:
    before, after = flips(40, 10, 0)
    tags = [("ko",)] * 20 + [()] * 20
    tested = figure_tested(paired(before, after, tags=tags), Wish(ACCURACY, 0.05, tag="ko"))
    assert tested.decision is not None and (tested.decision.cases, tested.decision.newly_failing) == (20, 10)


@pytest.mark.parametrize("figure", ["macro_f1", "kappa", "mcc", 'f1["refund"]', 'precision["refund"]', 'recall["refund"]'])
def test_figures_that_are_no_means_are_tested_by_counts(figure: str) -> None:
    wish = Wish(parse_figure(figure, KNOWN), 0.05)
    before, after = SideMarks("before", [wish.figure]), SideMarks("after", [wish.figure])
    for number in range(60):
        expected = LABELS[number % 2]
        before.add(case(number, expected, sample(expected, expected)))
        after.add(case(number, expected, sample(LABELS[0] if number % 3 == 0 else expected, expected)))
    tested = figure_tested(Paired.of(before, after, LABELS), wish)
    assert tested.decision is not None and tested.before is not None and tested.after is not None
    same = figure == 'recall["refund"]'
    assert (tested.after < tested.before, tested.decision.p_regressed < 0.05) == (not same, not same)


def test_cases_of_one_side_alone_are_not_paired() -> None:
    before, after = side("before", [[True]] * 3), side("after", [[True]] * 5)
    assert Paired.of(before, after).ids == ("c0", "c1", "c2")
    assert Paired.of(before, after, only=frozenset({"c1"})).ids == ("c1",)


def test_what_was_asked_after_a_tests_own_stop_does_not_count() -> None:
    plan = Plan(planned_looks(3, 10))
    before = [[True] * 5] * 30
    after = [[False, False, True, True, True]] * 10 + [[True] * 5] * 20
    whole = figure_tested(paired(before, after), MARGIN, plan, Ended(2, Stop.WORSE))
    cut = figure_tested(paired([row[:2] for row in before], [row[:2] for row in after]), MARGIN, plan, Ended(2, Stop.WORSE))
    assert (whole.decision, whole.rounds, whole.stopped) == (cut.decision, 2, "worse")
    assert whole.decision is not None and whole.decision.p_regressed < 0.001


# ---- together, and the gates -----------------------------------------------------------------------------


def compared(before, after, **more):
    own = wishes_of((), "few", gated=True, default=True)
    pairing = Pairing("tickets", "few", side("few", before), side("few", after), own, LABELS, **more)
    return compare_variant(pairing, lambda _ids: {})


def test_holm_over_all_gating_comparisons_of_an_invocation() -> None:
    worse = compared(*flips(100, 7, 1))
    alone, together = decided_together([worse])
    assert alone[0].tested[0].verdict is Decision.REGRESSED and together is not None and together.after_holm == 1
    among, together = decided_together([worse, *(compared(*flips(100, 0, 0)) for _ in range(39))])
    assert among[0].tested[0].verdict is not Decision.REGRESSED
    assert together is not None and (together.comparisons, together.small, together.after_holm) == (40, 1, 0)
    assert together.expected == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("sides", "status"),
    [
        (flips(100, 12, 3), GateStatus.FAILS),
        (flips(2000, 70, 40), GateStatus.WARNING),
        (flips(100, 3, 20), GateStatus.HOLDS),
        (flips(100, 0, 0), GateStatus.HOLDS),
        (flips(20, 1, 0), GateStatus.INCONCLUSIVE),
        (([[None]], [[True]]), GateStatus.INCONCLUSIVE),
    ],
    ids=["regressed", "within the margin", "improved", "no regression", "inconclusive", "not decided"],
)
def test_gates(sides, status: GateStatus) -> None:
    variants, _ = decided_together([compared(*sides)])
    (result,) = relative_results(variants)
    assert (result.gate, result.variant, result.status) == ("no_regression: pass_rate, margin 0.05", "few", status)


def test_which_tests_a_suite_asks_for() -> None:
    gates = [
        parse_gate({"no_regression": {"metric": "accuracy", "margin": 0.02}}, known=KNOWN),
        parse_gate({"variant": "zero", "no_regression": {"metric": "macro_f1"}, "name": "calm"}, known=KNOWN),
        parse_gate("accuracy >= 0.9", known=KNOWN),
    ]
    assert [(w.figure.name, w.margin, w.gate) for w in wishes_of(gates, "few", gated=True, default=True)] == [
        ("accuracy", 0.02, "no_regression: accuracy, margin 0.02")
    ]
    assert [w.gate for w in wishes_of(gates, "zero", gated=True, default=True)] == [
        "no_regression: accuracy, margin 0.02",
        "calm",
    ]
    assert [w.gate for w in wishes_of(gates, "zero", gated=False, default=True)] == ["calm"]
    assert wishes_of(gates[2:], "few", gated=True, default=False) == ()
    assert [w.figure for w in wishes_of(gates[2:], "few", gated=True, default=True)] == [PASS_RATE]


def test_nothing_paired_is_not_decided() -> None:
    found = compared([[None]] * 3, [[True]] * 3)
    assert (found.state, found.why) == (State.NOT_DECIDED, "no case was delivered on both sides")


def test_cases_are_paired_in_the_order_of_the_suite() -> None:
    """Answers come in as the servers please; what is drawn and listed must not depend on that."""
    before, after = side("before", [[True]] * 3, ordinal=[2, 0, 1]), side("after", [[True]] * 3, ordinal=[2, 0, 1])
    assert Paired.of(before, after, LABELS).ids == ("c1", "c2", "c0")
