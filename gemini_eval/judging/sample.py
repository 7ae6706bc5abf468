"""One sample -> its outcome, the answer in it, and its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from msgspec import structs

from gemini_eval.answer import AnswerRule, Found
from gemini_eval.assertions.confidence import own_confidences
from gemini_eval.assertions.evaluate import Inquiry, Scene, evaluate, fields_of, weighted_mean
from gemini_eval.assertions.tree import asks_about_fields
from gemini_eval.errors import ValueRefusedError
from gemini_eval.judging.judge import Judge
from gemini_eval.metrics.document import read_expected
from gemini_eval.safe.json_text import read_json
from gemini_eval.suites.model import Case
from gemini_eval.types import (
    Answer,
    AssertionResult,
    Expected,
    Failure,
    Family,
    FieldReport,
    Json,
    Outcome,
    Response,
    SampleResult,
)

_UNFINISHED = {"safety": Outcome.BLOCKED, "blocked": Outcome.BLOCKED, "recitation": Outcome.RECITATION}

Read: TypeAlias = tuple[SampleResult, Found | None]
"""A sample with the answer that was found in it."""

Replies: TypeAlias = Mapping[int, Mapping[Inquiry, Answer]]
"""What judges and the evaluation service said, by the index of the sample that they were asked about."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One sample of a case as it was asked: its index, the key of its request, and what came back."""

    index: int
    key: str
    answer: Answer


def read_sample(judge: Judge, answered: Answered) -> tuple[SampleResult, Found | None]:
    """The outcome of a sample and the answer in it, before any assertion."""
    if isinstance(answered.answer, Failure):
        failure = answered.answer
        return SampleResult(answered.index, failure.outcome, failure.reason, request_key=answered.key), None
    response = answered.answer
    try:
        found = judge.rule.find(response.text)
        outcome, reason = _outcome(response, found, judge)
    except ValueRefusedError as error:
        found, outcome, reason = None, Outcome.JUDGE_BROKEN, f"the answer can't be looked for: {error.reason}"
    sources = judge.suite.confidence
    sample = SampleResult(
        answered.index,
        outcome,
        reason,
        output=response.text,
        answer=found.value if found else None,
        rule=found.rule if found else "",
        label=judge.labels.canonical(found.value) if judge.labels and found else None,
        labels=judge.several_of(found.value) if judge.several and found else None,
        request_key=answered.key,
        response=response,
        confidences=own_confidences(sources, response, found) if sources and outcome is Outcome.JUDGED else {},
    )
    return sample, found


def _outcome(response: Response, found: Found | None, judge: Judge) -> tuple[Outcome, str]:
    if response.finish_reason in _UNFINISHED:
        return _UNFINISHED[response.finish_reason], f"no answer: finish reason {response.finish_reason}"
    if response.finish_reason == "max_tokens" and not _complete(response.text, found, judge.rule):
        return Outcome.CUT_OFF, "cut off at max_output_tokens before the answer was complete"
    if not response.text.strip() and not response.calls:
        return Outcome.EMPTY, "the output is empty"
    word = judge.abstain.canonical(_alone(found.value)) if judge.abstain and found else None
    if word is not None:
        return Outcome.ABSTAINED, f'the answer is "{word}"'
    return Outcome.JUDGED, ""


def _alone(value: Json) -> Json:
    """A list's only item; any other value as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _complete(text: str, found: Found | None, rule: AnswerRule) -> bool:
    """A cut-off output is judged where the answer's match ends before the output does, or the JSON in it is complete."""
    if rule.declared and found and found.end < len(text):
        return True
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        read_json(text)
    except ValueRefusedError:
        return False
    return True


def is_asserted(case: Case, sample: SampleResult, expected: Expected | None) -> bool:
    """Whether the assertions decide of this sample, rather than its outcome."""
    if case.expected_outcome is not None or (case.draft and expected is None):
        return False
    return sample.outcome.family is Family.JUDGED


def scene_of(judge: Judge, case: Case, read: Read, expected: Expected | None, replies: Replies) -> Scene:
    """What the assertions may look at of a delivered sample."""
    sample, found = read
    assert sample.response is not None
    return Scene(
        sample.response,
        found,
        expected,
        case.vars,
        judge.labels.aliases if judge.labels else {},
        judge.suite.fields,
        replies.get(sample.index),
        case.expected.value if case.expected else None,
    )


def judge_sample(judge: Judge, case: Case, read: Read, expected: Expected | None, replies: Replies) -> SampleResult:
    """A delivered sample under the case's assertions; one without an answer counts 0."""
    sample, _ = read
    if case.expected_outcome is not None:
        return _by_outcome(case.expected_outcome, sample)
    if sample.outcome.family is Family.NO_ANSWER:
        return structs.replace(sample, passed=False, score=0.0, fields=without_fields(judge, case, expected))
    if case.draft and expected is None:
        return sample
    results = evaluate(judge.assertions_of(case), scene_of(judge, case, read, expected, replies))
    judged = _with_verdict(sample, results, case.threshold if case.threshold is not None else judge.suite.threshold)
    if judged.outcome is Outcome.JUDGE_BROKEN and any(map(_is_not_recorded, replies.get(sample.index, {}).values())):
        return structs.replace(judged, outcome=Outcome.NOT_RECORDED)
    if judge.suite.fields is None or judged.outcome is not Outcome.JUDGED or fields_of(results) is not None:
        return judged
    return structs.replace(judged, fields=without_fields(judge, case, expected))


def _is_not_recorded(reply: Answer) -> bool:
    return isinstance(reply, Failure) and reply.outcome is Outcome.NOT_RECORDED


def without_fields(judge: Judge, case: Case, expected: Expected | None) -> FieldReport | None:
    """What an answer in which no field could be looked at comes to; None where none is asked about."""
    fields = judge.suite.fields
    if fields is None or expected is None or not asks_about_fields(judge.assertions_of(case)):
        return None
    return fields.nothing(read_expected(expected.value))


def _by_outcome(wanted: Outcome, sample: SampleResult) -> SampleResult:
    right = sample.outcome is wanted
    reason = f"expected outcome {wanted}, was {sample.outcome}"
    return structs.replace(sample, passed=right, score=float(right), reason="" if right else reason)


def _with_verdict(sample: SampleResult, results: tuple[AssertionResult, ...], threshold: float | None) -> SampleResult:
    judged = [result for result in results if not result.measured]
    if not judged:
        return structs.replace(sample, assertions=results, passed=None, score=0.0)
    failed = []
    for result in judged:
        if result.verdict.passed is None:
            reason = f"{result.name} could not judge: {result.verdict.reason}"
            return structs.replace(sample, assertions=results, outcome=Outcome.JUDGE_BROKEN, reason=reason)
        if not result.verdict.passed:
            failed.append(result)
    score = weighted_mean(judged)
    if not failed and threshold is None:
        return structs.replace(sample, assertions=results, passed=True, score=score, reason="")
    wrong_label = any(result.name == "label" for result in failed)
    passed = not failed if threshold is None else score >= threshold and not wrong_label
    reasons = [f"{result.name}: {result.verdict.reason}" for result in failed]
    if threshold is not None and score < threshold:
        reasons.insert(0, f"the score {score:.3g} is below the threshold {threshold:g}")
    reason = "" if passed else "; ".join(reasons)
    return structs.replace(sample, assertions=results, passed=passed, score=score, reason=reason)
