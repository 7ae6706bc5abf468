"""The texts of flipped cases, read from the judged cases on disk when they are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gemini_eval.safe.json_text import dump_json
from gemini_eval.types import CaseResult, Expected, Json, Outcome, SampleResult

LONGEST = 2_000


def flip_texts(before: Mapping[str, CaseResult], after: Mapping[str, CaseResult]) -> dict[str, tuple[str, str, str, str]]:
    """Case id -> (expected, answer before, answer after, why the failing side failed), of cases that both sides have."""
    return {case_id: _texts(before.get(case_id), result) for case_id, result in after.items()}


def wanted_cases(cases: Iterable[CaseResult], suite: str, variant: str, ids: frozenset[str]) -> dict[str, CaseResult]:
    """Of a stream of judged cases, those of one variant with these ids; none is read after the last."""
    found: dict[str, CaseResult] = {}
    for case in cases if ids else ():
        if case.suite == suite and case.variant == variant and case.case_id in ids:
            found[case.case_id] = case
            if len(found) == len(ids):
                break
    return found


def _texts(before: CaseResult | None, after: CaseResult) -> tuple[str, str, str, str]:
    failing = next((side for side in (after, before) if side is not None and not _passes(side)), after)
    return _expected(after.expected), _answer(before) if before else "", _answer(after), _cut(_telling(failing)[1])


def _passes(result: CaseResult) -> bool:
    judged = [sample.passed for sample in result.samples if sample.passed is not None]
    return sum(judged) * 2 > len(judged) if judged and result.vote is None else result.passed is True


def _telling(result: CaseResult) -> tuple[SampleResult | None, str]:
    """The first sample that ended as most of the case's did, and its reason."""
    wanted = _passes(result)
    sample = next((sample for sample in result.samples if (sample.passed is True) is wanted), None)
    return sample, (sample.reason if sample and sample.reason else result.reason)


def _answer(result: CaseResult) -> str:
    sample, _ = _telling(result)
    if sample is None or result.vote is not None:
        return _cut(_text(result.answer)) or str(result.outcome).replace("_", " ")
    if sample.outcome is not Outcome.JUDGED:
        return f"({str(sample.outcome).replace('_', ' ')})"
    return _cut(_text(sample.answer if sample.answer is not None else sample.output))


def _expected(expected: Expected | None) -> str:
    return _cut(" | ".join(_text(value) for value in expected.alternatives)) if expected else ""


def _text(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None else dump_json(value).decode()


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
