"""Extracted fields in reports: the table, the difference of a failing case, and JSON."""

from __future__ import annotations

from gemini_eval.reports.case_facts import facts_of
from gemini_eval.reports.diff import Part
from gemini_eval.reports.grids import detail_grids
from gemini_eval.reports.rows import case_json
from gemini_eval.summary import FigureContext, SuiteTally
from gemini_eval.types import (
    AssertionResult,
    CaseResult,
    Expected,
    FieldProblem,
    FieldReport,
    Outcome,
    Response,
    SampleResult,
    Verdict,
)

REPORT = FieldReport(
    {"product": (1, 0, 0, 0), "speed": (0, 1, 0, 0), "size.width": (0, 0, 1, 0), "": (0, 0, 0, 1)},
    (
        FieldProblem("wrong", "speed", "speed", 3000, "100 Mbps", "not within 1%"),
        FieldProblem("missing", "size.width", "size.width", 3),
        FieldProblem("hallucinated", "", "colour", None, "red", "no such field is declared"),
    ),
)


def case(sample: SampleResult) -> CaseResult:
    return CaseResult("specs", "few", "a", 0, sample.outcome, False, 0.25, (sample,), expected=Expected({"speed": 3000}))


JUDGED = case(
    SampleResult(
        0,
        Outcome.JUDGED,
        output="{}",
        answer="{}",
        passed=False,
        assertions=(AssertionResult("fields", Verdict(False, 0.25, "1 of 4 fields is right", REPORT)),),
        response=Response("{}"),
    )
)
CUT_OFF = case(
    SampleResult(
        0,
        Outcome.CUT_OFF,
        passed=False,
        response=Response("{"),
        fields=FieldReport({"speed": (0, 0, 1, 0)}, (FieldProblem("missing", "speed", "speed", 3000),)),
    )
)


def test_the_difference_is_by_field_and_says_why() -> None:
    assert facts_of(JUDGED).lines == (
        Part("new", 'colour: "red"  (hallucinated: no such field is declared)'),
        Part("gone", "size.width: 3  (missing)"),
        Part("gone", "speed: 3000"),
        Part("new", 'speed: "100 Mbps"  (wrong: not within 1%)'),
    )
    assert facts_of(CUT_OFF).lines == (Part("gone", "speed: 3000  (missing)"),)


def test_the_table_has_declared_fields_then_others() -> None:
    tally = SuiteTally("specs", FigureContext(fields=("product", "speed", "size.width"), variants=("few",)))
    tally.add(JUDGED)
    tally.add(CUT_OFF)
    (grid,) = detail_grids(tally.summary().variants["few"])
    assert grid.title == "Fields"
    assert grid.rows == (
        ("product", "100.0 %", "100.0 %", "1.000", "1", "·", "·", "·"),
        ("speed", "0.0 %", "0.0 %", "0.000", "·", "1", "1", "·"),
        ("size.width", "–", "0.0 %", "0.000", "·", "·", "1", "·"),
        ("(not declared)", "0.0 %", "–", "0.000", "·", "·", "·", "1"),
    )


def test_json_carries_counts_and_problems() -> None:
    found = case_json(JUDGED)["samples"][0]["assertions"][0]["fields"]
    assert found["counts"]["speed"] == {"right": 0, "wrong": 1, "missing": 0, "hallucinated": 0}
    assert found["problems"][1] == {
        "kind": "missing",
        "name": "size.width",
        "where": "size.width",
        "expected": 3,
        "found": None,
        "why": "",
    }
    assert case_json(CUT_OFF)["samples"][0]["fields"]["counts"] == {
        "speed": {"right": 0, "wrong": 0, "missing": 1, "hallucinated": 0}
    }
