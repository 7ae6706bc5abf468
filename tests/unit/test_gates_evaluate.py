"""Gates held against summaries: status, reason, exit status."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from gemini_eval.gates import FigureContext, GateResult, GateStatus, decide_exit, evaluate_gates, gates_asked, parse_gate, tags_of
from gemini_eval.summary import SuiteSummary, SuiteTally, Summary
from gemini_eval.types import AssertionResult, CaseResult, Json, Outcome, Response, SampleResult, Verdict

KNOWN = FigureContext(
    labels=("Red wine", 'say "hi"', "refund"),
    assertions=("label", "either", "either/contains"),
    common=("label",),
    variants=("zero", "few"),
    tags=("lang=ko", "long"),
)


def result(number: int, passed: bool | None, outcome: Outcome = Outcome.JUDGED, **more: Any) -> CaseResult:
    delivered = outcome is Outcome.JUDGED
    found = (AssertionResult("label", Verdict(passed, float(passed), "")),) if delivered and passed is not None else ()
    label = "refund" if passed else None
    sample = SampleResult(
        0, outcome, label=label, passed=passed, assertions=found, response=Response("x", latency_ms=1234.5, cost_micros=100)
    )
    defaults: dict[str, Any] = {"variant": "few", "expected_label": "refund", "label": label}
    return CaseResult(
        suite="tickets",
        case_id=f"c{number}",
        ordinal=number,
        outcome=outcome,
        passed=passed,
        score=0.0,
        samples=(sample,),
        **{**defaults, **more},
    )


def summary_of(*results: CaseResult, **more: Any) -> SuiteSummary:
    tally = SuiteTally("tickets", KNOWN, **more)
    for one in results:
        tally.add(one)
    return tally.summary()


def many(passed: int, failed: int, **more: Any) -> list[CaseResult]:
    return [result(n, n < passed, **more) for n in range(passed + failed)]


def held(
    specs: list[Json], *results: CaseResult, gated: tuple[str, ...] = ("few",), partial: bool = False
) -> list[tuple[str, ...]]:
    gates = [parse_gate(spec, known=KNOWN) for spec in specs]
    found = evaluate_gates(gates_asked(gates, KNOWN.variants), summary_of(*results, tags=tags_of(gates)), gated, partial=partial)
    return [(one.gate, one.variant, one.status.value, one.reason) for one in found]


def test_reasons_show_the_value_its_interval_and_what_was_needed() -> None:
    assert held(["accuracy >= 0.9", "accuracy >= 92%", "p95_latency < 2s and cost <= 0.005"], *many(91, 9)) == [
        ("accuracy >= 0.9", "few", "holds", "accuracy = 0.91 (0.84–0.95, n = 100), needs >= 0.9"),
        ("accuracy >= 92%", "few", "fails", "accuracy = 0.91 (0.84–0.95, n = 100), needs >= 92%"),
        (
            "p95_latency < 2s and cost <= 0.005",
            "few",
            "fails",
            "p95_latency = 1,234 ms (n = 100), needs < 2s; cost = $0.0100 (n = 100), needs <= 0.005",
        ),
    ]


def test_a_gate_on_the_number_itself_is_exact() -> None:
    assert [one[2] for one in held(["accuracy >= 0.9", "accuracy > 0.9", "accuracy == 90%", "accuracy != 0.9"], *many(9, 1))] == [
        *("holds", "fails", "holds", "fails"),
    ]
    close = held(["accuracy >= 0.9"], *many(1799, 201))[0]
    assert close[2:] == ("fails", "accuracy = 0.8995 (0.89–0.91, n = 2000), needs >= 0.9")


def test_every_gated_variant_must_hold_an_unscoped_gate() -> None:
    results = [*many(2, 0), *many(1, 1, variant="zero")]
    both = held(["pass_rate == 1"], *results, gated=("few", "zero"))
    assert [(one[1], one[2]) for one in both] == [("few", "holds"), ("zero", "fails")]
    scoped = held([{"variant": "zero", "require": "pass_rate == 1", "name": "all of zero"}], *results, gated=("few",))
    assert [one[:3] for one in scoped] == [("all of zero", "zero", "fails")]


def test_a_figure_without_a_value_fails_its_gate_with_the_reason() -> None:
    assert held(['recall["Red wine"] >= 0', 'score["either"] >= 0'], *many(1, 0)) == [
        (
            'recall["Red wine"] >= 0',
            "few",
            "fails",
            'recall["Red wine"] has no value: no delivered case expects "Red wine"; needs >= 0',
        ),
        ('score["either"] >= 0', "few", "fails", 'score["either"] has no value: "either" judged no case; needs >= 0'),
    ]


def test_tags_narrow_a_gate() -> None:
    results = [*many(1, 0, tags=("lang=ko",)), *many(0, 3)]
    spec = {"tag": "lang=ko", "require": "accuracy == 1"}
    assert held([spec], *results) == [("lang=ko: accuracy == 1", "few", "holds", "accuracy = 1 (0.21–1.00, n = 1), needs == 1")]
    absent = {"tag": "long", "require": "accuracy == 1"}
    assert held([absent], *results)[0][2:] == ("fails", "no case has the tag long")
    assert held([absent], *results, partial=True)[0][2:] == ("not_evaluated", "no case has the tag long")
    with pytest.raises(ValueError, match="keeps no figures of the tag lang=ko"):
        evaluate_gates([parse_gate(spec, known=KNOWN)], summary_of(*results), ["few"])


def test_paired_gates_are_not_evaluated() -> None:
    specs: list[Json] = [
        {"no_regression": {"metric": "accuracy"}},
        {"no_worse": {"variant": "few", "than": "zero", "metric": "accuracy"}},
    ]
    assert [one[1:] for one in held(specs, *many(1, 0), gated=("few",))] == [
        ("few", "not_evaluated", "no baseline"),
        ("few", "not_evaluated", "this run has not both few and zero"),
    ]


def test_without_a_gate_every_case_must_pass() -> None:
    every = "every case must pass"
    assert held([], *many(3, 0)) == [(every, "few", "holds", "3 of 3 cases pass")]
    assert held([], *many(3, 1)) == [(every, "few", "fails", "1 of 4 cases did not pass")]
    lost = result(9, None, Outcome.QUOTA)
    assert held([], *many(3, 0), lost) == [(every, "few", "inconclusive", "3 of 3 cases pass, 1 more not delivered")]
    assert held([], result(0, None)) == [(every, "few", "not_evaluated", "nothing judged: no case has an assertion")]
    assert held([]) == [(every, "few", "not_evaluated", "nothing judged: there is no case")]
    assert held([], *many(1, 0), result(5, False, Outcome.BLOCKED))[0][2:] == ("fails", "1 of 2 cases did not pass")
    unknown = evaluate_gates(gates_asked([], ["tuned"]), summary_of(), ["tuned"])
    assert unknown == [GateResult("tickets", every, "tuned", GateStatus.FAILS, "the run has no result of tuned")]


def test_must_pass_cases_have_their_own_results() -> None:
    good = [result(n, True, must_pass=True) for n in range(2)]
    bad = result(7, False, must_pass=True, reason="label: expected refund, got none")
    assert held(["pass_rate >= 0"], *good)[1:] == [("must_pass", "few", "holds", "all 2 must-pass cases pass")]
    assert held(["pass_rate >= 0"], *good, bad)[1:] == [("must_pass: c7", "few", "fails", "label: expected refund, got none")]
    crowd = [result(n, False, must_pass=True) for n in range(103)]
    found = held(["pass_rate >= 0"], *crowd)
    assert (len(found), found[-1]) == (102, ("must_pass", "few", "fails", "and 3 more cases"))
    assert held(["pass_rate >= 0"], *good, result(7, None, Outcome.QUOTA, must_pass=True))[1][2:] == (
        "fails",
        "not passed: quota",
    )
    open_case = result(7, None, Outcome.NOT_RECORDED, must_pass=True)
    assert held(["pass_rate >= 0"], *good, open_case)[1][2:] == ("inconclusive", "no recording answers it")


def test_an_invalid_run_evaluates_nothing() -> None:
    lost = [result(n, None, Outcome.QUOTA, must_pass=True) for n in range(10, 13)]
    reason = "the run is invalid: few: 3 of 6 cases not delivered (3 quota); at most 2 % or 1 case may be missing"
    assert held(["accuracy >= 0.9"], *many(3, 0), *lost) == [
        ("accuracy >= 0.9", "few", "not_evaluated", reason),
        ("must_pass", "few", "not_evaluated", reason),
    ]


def test_gates_of_a_partial_run_warn() -> None:
    found = held(["accuracy >= 0.9", "accuracy >= 0.1"], *many(1, 1), gated=("few", "zero"), partial=True)
    assert [one[1:] for one in found] == [
        ("few", "warning", "accuracy = 0.5 (0.09–0.91, n = 2), needs >= 0.9 (a partial run: a warning)"),
        ("zero", "not_evaluated", "this part of the suite has no case of it"),
        ("few", "holds", "accuracy = 0.5 (0.09–0.91, n = 2), needs >= 0.1"),
        ("zero", "not_evaluated", "this part of the suite has no case of it"),
    ]


# ---- the exit status -------------------------------------------------------------------------------------

INVALID = [result(n, None, Outcome.QUOTA) for n in range(3)]
UNEXPECTED = [*many(1, 0), result(5, True, xfail="known")]
UNRECORDED = [*many(5, 0), result(5, None, Outcome.NOT_RECORDED)]


@pytest.mark.parametrize(
    ("results", "strict", "more", "status"),
    [
        (many(1, 0), True, {}, 0),
        (many(0, 1), False, {}, 1),
        (INVALID, True, {}, 3),
        (UNEXPECTED, False, {}, 0),
        (UNEXPECTED, True, {}, 1),
        ([*many(1, 0), *INVALID[:1]], False, {}, 0),
        ([*many(1, 0), *INVALID[:1]], True, {}, 4),
        ([*many(1, 0), *INVALID[:1]], False, {"on_inconclusive": "fail"}, 4),
        ([*many(1, 0), *INVALID[:1]], False, {"on_inconclusive": "pass"}, 0),
        (UNRECORDED, False, {"recordings_only": True}, 4),
        ([*UNRECORDED, result(6, False)], False, {"recordings_only": True}, 1),
    ],
)
def test_exit_status(results: list[CaseResult], strict: bool, more: dict[str, Any], status: int) -> None:
    suite = summary_of(*results)
    found = evaluate_gates(gates_asked([], ["few"]), suite, ["few"])
    assert decide_exit(found, Summary({"tickets": suite}), strict, **more) == status


def test_results_are_json() -> None:
    gate = evaluate_gates(gates_asked([], ["few"]), summary_of(*many(1, 0)), ["few"])[0]
    assert gate.to_json() == {
        **{"suite": "tickets", "gate": "every case must pass", "variant": "few"},
        **{"status": "holds", "reason": "1 of 1 cases pass"},
    }


def test_must_pass_cases_count_where_the_suites_gates_are_of_other_variants() -> None:
    failing = structs.replace(result(0, False), must_pass=True)
    others = gates_asked([parse_gate({"variant": "zero", "require": "pass_rate >= 0.5"}, known=KNOWN)], ["few"])
    found = evaluate_gates(others, summary_of(failing, *many(1, 0)), ["few"])
    assert [(gate.gate, gate.status) for gate in found] == [("must_pass: c0", GateStatus.FAILS)]
