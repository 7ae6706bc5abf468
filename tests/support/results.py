"""Judged cases as tests need them, and streams of any of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from gemini_eval.types import AssertionResult, CaseResult, Family, Outcome, Response, SampleResult, Usage, Verdict

LABELS = ("refund", "billing")


def assertion(name: str, passed: bool | None, score: float | None = None, **more: Any) -> AssertionResult:
    return AssertionResult(name, Verdict(passed, float(bool(passed)) if score is None else score, ""), **more)


def sample(label: str | None, expected: str, index: int = 0, *extra: AssertionResult) -> SampleResult:
    right = label == expected
    response = Response(label or "?", usage=Usage(prompt=10, output=2, thoughts=1), latency_ms=100.0 + index, cost_micros=50)
    found = (assertion("label", right), *extra)
    return SampleResult(
        index, Outcome.JUDGED, answer=label, label=label, passed=right, score=float(right), assertions=found, response=response
    )


def unanswered(outcome: Outcome, index: int = 0) -> SampleResult:
    response = Response("", latency_ms=100.0, cost_micros=50) if outcome.family is Family.NO_ANSWER else None
    return SampleResult(index, outcome, reason=str(outcome), passed=False if response else None, response=response)


def case(number: int, expected: str, *samples: SampleResult, **more: Any) -> CaseResult:
    delivered = [one for one in samples if one.outcome.family is not Family.NOT_DELIVERED]
    outcome = next((one.outcome for one in delivered if one.outcome is Outcome.JUDGED), (delivered or samples)[0].outcome)
    passes = sum(one.passed is True for one in delivered)
    defaults: dict[str, Any] = {
        "passed": passes * 2 > len(delivered) if delivered else None,
        "score": passes / len(delivered) if delivered else 0.0,
        "label": delivered[0].label if delivered else None,
        "answer": delivered[0].answer if delivered else None,
    }
    return CaseResult(
        "tickets", "few", f"c{number}", number, outcome, samples=samples, expected_label=expected, **{**defaults, **more}
    )


OUTCOMES = st.sampled_from([Outcome.JUDGED, Outcome.JUDGED, *Outcome])


@st.composite
def streams(draw: st.DrawFn) -> list[CaseResult]:
    results = []
    for number in range(draw(st.integers(0, 12))):
        expected = draw(st.sampled_from(LABELS))
        labels = st.sampled_from([*LABELS, None])
        samples = [
            sample(draw(labels), expected, index) if outcome is Outcome.JUDGED else unanswered(outcome, index)
            for index, outcome in enumerate(draw(st.lists(OUTCOMES, min_size=1, max_size=3)))
        ]
        result = case(number, expected, *samples, tags=draw(st.sampled_from([(), ("ko",), ("ko", "long")])))
        results.append(
            replace(
                result,
                xfail=draw(st.sampled_from(["", "", "known"])),
                draft=draw(st.integers(0, 5)) == 0,
                must_pass=draw(st.booleans()),
            )
        )
    return results
