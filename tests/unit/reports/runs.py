"""Hand-made runs: fixed cases, summarised and gated by the real rooms below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import structs

from gemini_eval.errors import Place
from gemini_eval.gates import FigureContext, decide_exit, evaluate_gates, gates_asked, parse_gate
from gemini_eval.reports.view import CaseOrder, CaseSource, RunView, SuiteView, VariantView
from gemini_eval.summary import SuiteTally, Summary
from gemini_eval.types import (
    AssertionResult,
    CaseResult,
    Expected,
    Family,
    FinishReason,
    Json,
    Outcome,
    Response,
    SampleResult,
    Usage,
    Verdict,
)

LABELS = ("Red wine", "White wine")
MODEL = "gemini-2.5-flash"


def source_of(cases: Sequence[CaseResult]) -> CaseSource:
    def read(order: CaseOrder) -> Iterator[CaseResult]:
        if order == "canonical":
            return iter(sorted(cases, key=lambda case: (case.suite, case.variant, case.case_id)))
        return iter(sorted(cases, key=lambda case: case.passed is not False) if order == "failing" else cases)

    return read


def response(text: str, finish: FinishReason = "stop", cost: int | None = 50) -> Response:
    usage = Usage(prompt=38, output=3)
    return Response(text, finish, usage, 100.0, "flash-001", cost, response_id="r-1")


def verdict(name: str, passed: bool | None, reason: str = "", **more: Any) -> AssertionResult:
    return AssertionResult(name, Verdict(passed, float(bool(passed)), reason), **more)


def labelled(number: int, expected: str, answer: str, **more: Any) -> CaseResult:
    """A case of the wine suite, answered by a label (or by something that is none)."""
    right = answer == expected
    reason = f"the answer is {answer}" if right else f"the answer is {answer}, expected {expected}"
    label = answer if answer in LABELS else None
    cost = more.pop("cost", 50)
    sample = SampleResult(
        0,
        Outcome.JUDGED,
        output=answer,
        answer=answer,
        rule="output",
        label=label,
        passed=right,
        score=float(right),
        assertions=(verdict("label", right, reason),),
        response=response(answer, cost=cost),
    )
    return _case(number, sample, expected=Expected(expected), expected_label=expected, label=label, answer=answer, **more)


def judged(number: int, expected: Json, answer: Json, *assertions: AssertionResult, output: str = "", **more: Any) -> CaseResult:
    """A case without labels, passed where all `assertions` are."""
    passed = all(result.verdict.passed for result in assertions if not result.measured) if assertions else None
    text = output or (answer if isinstance(answer, str) else "")
    sample = SampleResult(
        0,
        Outcome.JUDGED,
        output=text,
        answer=answer,
        passed=passed,
        score=float(bool(passed)),
        assertions=assertions,
        response=response(text),
    )
    return _case(number, sample, expected=None if expected is None else Expected(expected), answer=answer, **more)


def unanswered(number: int, outcome: Outcome, reason: str, **more: Any) -> CaseResult:
    """A case without an answer, or one that was not delivered."""
    delivered = outcome.family is Family.NO_ANSWER
    sample = SampleResult(
        0, outcome, reason, passed=False if delivered else None, response=response("", "safety") if delivered else None
    )
    case = _case(number, sample, expected=Expected("Red wine"), expected_label="Red wine", **more)
    return structs.replace(case, passed=False if delivered else None, reason=reason)


def _case(number: int, sample: SampleResult, **more: Any) -> CaseResult:
    defaults: dict[str, Any] = {
        "suite": "wine",
        "variant": "few@flash",
        "case_id": f"case-{number:02}",
        "vars": {"name": f"wine number {number}"},
        "place": Place("wine.yaml", number + 10, 5),
        "reason": "; ".join(f"{a.name}: {a.verdict.reason}" for a in sample.assertions if a.verdict.passed is False),
    }
    base = {"ordinal": number, "outcome": sample.outcome, "passed": sample.passed, "score": sample.score, "samples": (sample,)}
    return CaseResult(**{**base, **defaults, **more})


def suite_view(name: str = "wine", variants: Sequence[str] = ("few@flash",), **more: Any) -> SuiteView:
    gated = more.pop("gated", variants)
    views = tuple(
        VariantView(v, v.partition("@")[0], "few_shot", MODEL, "my-project", "us-central1", "models of wine.yaml", v in gated)
        for v in variants
    )
    return SuiteView(name, f"{name}.yaml", variants=views, **more)


def run_of(cases: Sequence[CaseResult], suites: Sequence[SuiteView], gates: Sequence[str] = (), **more: Any) -> RunView:
    """What `run` would leave of these cases."""
    partial = more.get("partial", False)
    tallies: dict[str, SuiteTally] = {}
    results = []
    for suite in suites:
        names = tuple(variant.name for variant in suite.variants)
        context = FigureContext(labels=suite.labels, variants=names)
        tally = tallies[suite.name] = SuiteTally(suite.name, context)
        for case in cases:
            if case.suite == suite.name:
                tally.add(case)
        own = [parse_gate(gate, known=context) for gate in gates]
        gated = [variant.name for variant in suite.variants if variant.gated]
        results += evaluate_gates(gates_asked(own, names), tally.summary(), gated, partial=partial)
    summary = Summary({name: tally.summary() for name, tally in tallies.items()})
    defaults: dict[str, Any] = {
        "id": f"20260102t030405Z-{suites[0].name}-abc123",
        "created": "2026-01-02T03:04:05.678Z",
        "tool": "gemini-eval 1.2.3",
        "status": "invalid" if summary.invalid else "done",
        "exit_status": decide_exit(results, summary, False),
        "partial": partial,
        "path": f".gemini-eval/runs/20260102t030405Z-{suites[0].name}-abc123",
    }
    base = {"suites": tuple(suites), "summary": summary, "gates": tuple(results), "source": source_of(cases)}
    return RunView(**{**base, **defaults, **more})
