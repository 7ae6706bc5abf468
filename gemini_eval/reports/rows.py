"""One case as a flat row (CSV, Parquet) and as an object (JSON, JSONL): the columns and keys that other programs rely on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal, TypeAlias

from gemini_eval.reports.diff import as_text, json_text
from gemini_eval.types import AssertionResult, CaseResult, FieldReport, Json, Response, SampleResult

Kind: TypeAlias = Literal["text", "bool", "number", "count"]

COLUMNS: dict[str, Kind] = {
    "suite": "text",
    "variant": "text",
    "case_id": "text",
    "outcome": "text",
    "passed": "bool",
    "score": "number",
    "expected": "text",
    "answer": "text",
    "label": "text",
    "vote": "number",
    "output": "text",
    "reason": "text",
    "tags": "text",
    "tokens": "count",
    "latency_ms": "number",
    "cost_usd": "number",
    "vars": "text",
}
"""Columns in their order. Lists and objects are JSON text; what is absent is an empty cell, never 0."""


def row_of(case: CaseResult) -> dict[str, Any]:
    """The case as one row. Of several samples `output` is that of the answer that counts, `latency_ms` their mean, `tokens` and
    `cost_usd` their sum (absent where one sample's is unknown)."""
    plain = _shared(case)
    expected = plain["expected"]
    return {
        **plain,
        "expected": None if expected is None else as_text(expected),
        "answer": None if case.answer is None else as_text(case.answer),
        "tags": json_text(list(case.tags)),
        "vars": json_text(dict(case.vars)),
    }


def case_json(case: CaseResult) -> dict[str, Json]:
    """The case as an object: the same keys with their JSON values, then its place, marks, confidences (where it has any), why a
    judge stated none, comparisons, and samples."""
    return {
        **_shared(case),
        "expected_label": case.expected_label,
        "place": str(case.place) if case.place else None,
        "cluster": case.cluster,
        "must_pass": case.must_pass,
        "xfail": case.xfail,
        "draft": case.draft,
        **({"confidences": dict(case.confidences)} if case.confidences else {}),
        **({"pairs": {name: asdict(pair) for name, pair in case.pairs.items()}} if case.pairs else {}),
        **({"unstated": dict(case.unstated)} if case.unstated else {}),
        "samples": [_sample(sample) for sample in case.samples],
    }


def _shared(case: CaseResult) -> dict[str, Any]:
    telling = _telling(case)
    responses = [sample.response for sample in case.samples if sample.response is not None]
    judged = case.passed is not None
    return {
        "suite": case.suite,
        "variant": case.variant,
        "case_id": case.case_id,
        "outcome": case.outcome.value,
        "passed": case.passed,
        "score": case.score if judged else None,
        "expected": _expected(case),
        "answer": case.answer,
        "label": case.label,
        "vote": case.vote,
        "output": telling.output if telling and telling.response else None,
        "reason": case.reason,
        "tags": list(case.tags),
        "tokens": _sum([_tokens(response) for response in responses]),
        "latency_ms": sum(response.latency_ms for response in responses) / len(responses) if responses else None,
        "cost_usd": _dollars(_sum([response.cost_micros for response in responses])),
        "vars": dict(case.vars),
    }


def _telling(case: CaseResult) -> SampleResult | None:
    """The sample whose answer is the case's, else the first that was delivered."""
    delivered = [sample for sample in case.samples if sample.response is not None]
    same = (sample for sample in delivered if sample.answer == case.answer)
    return next(same, delivered[0] if delivered else None)


def _expected(case: CaseResult) -> Json:
    if case.expected is None:
        return None
    return {"any_of": list(case.expected.any_of)} if case.expected.any_of else case.expected.value


def _tokens(response: Response) -> int | None:
    usage = response.usage
    if usage.prompt is None or usage.output is None:
        return None
    return usage.prompt + usage.output + (usage.thoughts or 0)


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _dollars(micros: int | None) -> float | None:
    return None if micros is None else micros / 1_000_000


def _sample(sample: SampleResult) -> dict[str, Json]:
    return {
        "index": sample.index,
        "outcome": sample.outcome.value,
        "passed": sample.passed,
        "score": sample.score if sample.passed is not None else None,
        "output": sample.output if sample.response else None,
        "answer": sample.answer,
        "label": sample.label,
        "reason": sample.reason,
        "assertions": [_assertion(result) for result in sample.assertions],
        **({"fields": _fields(sample.fields)} if sample.fields is not None else {}),
    }


def _fields(report: FieldReport) -> Json:
    """What became of an answer's fields; '' are those that are not declared."""
    kinds = ("right", "wrong", "missing", "hallucinated")
    counts = {name: dict(zip(kinds, parts, strict=True)) for name, parts in report.counts.items()}
    return {"counts": counts, "problems": [asdict(problem) for problem in report.problems]}


def _assertion(result: AssertionResult) -> dict[str, Json]:
    verdict = result.verdict
    found: dict[str, Json] = {"name": result.name, "passed": verdict.passed, "score": verdict.score, "reason": verdict.reason}
    if result.measured:
        found["measured"] = True
    if verdict.fields is not None:
        found["fields"] = _fields(verdict.fields)
    if result.children:
        found["children"] = [_assertion(child) for child in result.children]
    return found
