"""A case with its answers -> one `CaseResult`: extraction, vote or requirement, assertions, outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from gemini_eval.answer import PLAIN, AnswerRule, Found
from gemini_eval.assertions.digest import described, digest
from gemini_eval.assertions.evaluate import Scene, evaluate, questions_in, weighted_mean
from gemini_eval.assertions.tree import Assertion, Check, has_rubrics, merge
from gemini_eval.errors import ValueRefusedError
from gemini_eval.labels import Labels
from gemini_eval.metrics.build import build_metric
from gemini_eval.rubrics.rubric import Question
from gemini_eval.safe.json_text import canonical_json, read_json
from gemini_eval.suites.model import Case, Require, Samples, Suite, Variant
from gemini_eval.types import (
    Answer,
    AssertionResult,
    CaseResult,
    Expected,
    Failure,
    Family,
    Json,
    Outcome,
    Response,
    SampleResult,
)

_UNFINISHED = {"safety": Outcome.BLOCKED, "blocked": Outcome.BLOCKED, "recitation": Outcome.RECITATION}


@dataclass(frozen=True, slots=True)
class Answered:
    """One sample of a case as it was asked: its index, the key of its request, and what came back."""

    index: int
    key: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Judge:
    """What is the same for every case of a variant."""

    suite: Suite
    variant: Variant
    rule: AnswerRule
    labels: Labels | None
    assertions: tuple[Assertion, ...]
    text: str
    """A hash of what is judged by, whatever the case: labels, threshold and assertions."""

    @classmethod
    def of(cls, suite: Suite, variant: Variant) -> Judge:
        prompt = variant.prompt
        rule = (prompt.answer if prompt else None) or suite.answer or PLAIN
        labels = replace(suite.labels, folds=rule.folds) if suite.labels else None
        assertions = merge([suite.assertions, prompt.assertions if prompt else ()]).assertions
        aliases = {name: list(also) for name, also in suite.labels.aliases.items()} if suite.labels else None
        text = digest([aliases, suite.threshold, described(assertions)])
        return cls(suite, variant, rule, labels, tuple(_with_folds(item, rule) for item in assertions), text)

    def assertions_of(self, case: Case) -> tuple[Assertion, ...]:
        return merge([self.assertions, case.assertions]).assertions if case.assertions else self.assertions

    def judged_by(self, case: Case) -> str:
        """A hash of all that a case is judged by. How the answer is found in the output is the prompt's, and not in it."""
        expected = [case.expected.value, list(case.expected.any_of)] if case.expected else None
        own = described(self.assertions_of(case)) if case.assertions else None
        outcome = str(case.expected_outcome) if case.expected_outcome else None
        return digest([self.text, expected, own, case.threshold, outcome])

    def expected_of(self, case: Case) -> Expected | None:
        """`expected` under the answer's folds; with labels, aliases stand for their label."""
        if case.expected is None:
            return None
        values = tuple(self._plain(value) for value in case.expected.alternatives)
        return Expected(values[0], values if case.expected.any_of else ())

    def _plain(self, value: Json) -> Json:
        label = self.labels.canonical(value) if self.labels else None
        return label if label is not None else self.rule.normalise(value)


def _with_folds(assertion: Assertion, rule: AnswerRule) -> Assertion:
    """`label` compares names as the answer was folded."""
    if isinstance(assertion, Check) and assertion.metric_name == "label" and rule.folds:
        return replace(assertion, metric=build_metric("label", {"fold": sorted(rule.folds)}))
    return assertion


Replies: TypeAlias = Mapping[int, Mapping[Question, Answer]]
"""What judges said, by the index of the sample that they were asked about."""
_NOBODY: Replies = {}


def judge_case(judge: Judge, case: Case, samples: Samples, answers: Sequence[Answered], replies: Replies = _NOBODY) -> CaseResult:
    """Judge one case. `answers` are all its samples, in order of their index; `replies` answer `asked_of_judges`."""
    expected = judge.expected_of(case)
    read = [_read(judge, answered) for answered in answers]
    decide = _voted if samples.vote else _required
    decision = decide(judge, case, read, samples=samples, expected=expected, replies=replies)
    return CaseResult(
        suite=judge.suite.name,
        variant=judge.variant.name,
        case_id=case.id,
        ordinal=case.ordinal,
        expected=case.expected,
        expected_label=judge.labels.canonical(expected.value) if judge.labels and expected else None,
        vars=case.vars,
        tags=case.tags,
        cluster=case.cluster,
        must_pass=case.must_pass,
        xfail=case.xfail,
        draft=case.draft,
        place=case.place,
        judged=judge.judged_by(case),
        **decision._asdict(),
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A judge's question about one sample, whose answer, as extraction found it, the rubric may quote."""

    sample: int
    question: Question
    answer: Json
    output: str


def asked_of_judges(judge: Judge, case: Case, samples: Samples, answers: Sequence[Answered]) -> list[Wanted]:
    """What judges are to be asked before the case can be judged: of a vote about its winner alone."""
    assertions = judge.assertions_of(case)
    if not has_rubrics(assertions):
        return []
    expected = judge.expected_of(case)
    read = [_read(judge, answered) for answered in answers]
    if samples.vote:
        winner = _winner(read)
        read = [read[winner]] if winner is not None else []
    return [
        Wanted(sample.index, question, found.value if found else None, sample.output)
        for sample, found in read
        if _is_asserted(case, sample, expected)
        for question in questions_in(assertions, _scene(judge, case, (sample, found), expected, _NOBODY))
    ]


# ---- one sample ------------------------------------------------------------------------------------------

Read: TypeAlias = tuple[SampleResult, Found | None]
"""A sample with the answer that was found in it."""


def _read(judge: Judge, answered: Answered) -> tuple[SampleResult, Found | None]:
    """The outcome of a sample and the answer in it, before any assertion."""
    if isinstance(answered.answer, Failure):
        failure = answered.answer
        return SampleResult(answered.index, failure.outcome, failure.reason, request_key=answered.key), None
    response = answered.answer
    try:
        found = judge.rule.find(response.text)
        outcome, reason = _outcome(response, found, judge.rule)
    except ValueRefusedError as error:
        found, outcome, reason = None, Outcome.JUDGE_BROKEN, f"the answer can't be looked for: {error.reason}"
    sample = SampleResult(
        answered.index,
        outcome,
        reason,
        output=response.text,
        answer=found.value if found else None,
        rule=found.rule if found else "",
        label=judge.labels.canonical(found.value) if judge.labels and found else None,
        request_key=answered.key,
        response=response,
    )
    return sample, found


def _outcome(response: Response, found: Found | None, rule: AnswerRule) -> tuple[Outcome, str]:
    if response.finish_reason in _UNFINISHED:
        return _UNFINISHED[response.finish_reason], f"no answer: finish reason {response.finish_reason}"
    if response.finish_reason == "max_tokens" and not _complete(response.text, found, rule):
        return Outcome.CUT_OFF, "cut off at max_output_tokens before the answer was complete"
    if not response.text.strip() and not response.calls:
        return Outcome.EMPTY, "the output is empty"
    return Outcome.JUDGED, ""


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


def _is_asserted(case: Case, sample: SampleResult, expected: Expected | None) -> bool:
    """Whether the assertions decide of this sample, rather than its outcome."""
    if case.expected_outcome is not None or (case.draft and expected is None):
        return False
    return sample.outcome.family is Family.JUDGED


def _scene(judge: Judge, case: Case, read: Read, expected: Expected | None, replies: Replies) -> Scene:
    sample, found = read
    assert sample.response is not None
    return Scene(
        sample.response,
        found,
        expected,
        case.vars,
        judge.labels.aliases if judge.labels else {},
        {"vars": case.vars, "expected": case.expected.value if case.expected else None},
        replies.get(sample.index),
    )


def _judged(judge: Judge, case: Case, read: Read, expected: Expected | None, replies: Replies) -> SampleResult:
    """A delivered sample under the case's assertions; one without an answer counts 0."""
    sample, _ = read
    if case.expected_outcome is not None:
        return _by_outcome(case.expected_outcome, sample)
    if sample.outcome.family is Family.NO_ANSWER:
        return replace(sample, passed=False, score=0.0)
    if case.draft and expected is None:
        return sample
    results = evaluate(judge.assertions_of(case), _scene(judge, case, read, expected, replies))
    return _with_verdict(sample, results, case.threshold if case.threshold is not None else judge.suite.threshold)


def _by_outcome(wanted: Outcome, sample: SampleResult) -> SampleResult:
    right = sample.outcome is wanted
    reason = f"expected outcome {wanted}, was {sample.outcome}"
    return replace(sample, passed=right, score=float(right), reason="" if right else reason)


def _with_verdict(sample: SampleResult, results: tuple[AssertionResult, ...], threshold: float | None) -> SampleResult:
    judged = [result for result in results if not result.measured]
    if not judged:
        return _sealed(sample, results, None, 0.0)
    unknown = [result for result in judged if result.verdict.passed is None]
    if unknown:
        reason = f"{unknown[0].name} could not judge: {unknown[0].verdict.reason}"
        return replace(sample, assertions=results, outcome=Outcome.JUDGE_BROKEN, reason=reason)
    score = weighted_mean(judged)
    failed = [result for result in judged if not result.verdict.passed]
    if not failed and threshold is None:
        return _sealed(sample, results, True, score)
    wrong_label = any(result.name == "label" for result in failed)
    passed = not failed if threshold is None else score >= threshold and not wrong_label
    reasons = [f"{result.name}: {result.verdict.reason}" for result in failed]
    if threshold is not None and score < threshold:
        reasons.insert(0, f"the score {score:.3g} is below the threshold {threshold:g}")
    return _sealed(sample, results, passed, score, "" if passed else "; ".join(reasons))


def _sealed(
    sample: SampleResult, results: tuple[AssertionResult, ...], passed: bool | None, score: float, reason: str = ""
) -> SampleResult:
    """The sample with its verdict. Written out, as every answer passes here and `replace` looks at each field by name."""
    return SampleResult(
        sample.index,
        sample.outcome,
        reason if passed is not None else sample.reason,
        sample.output,
        sample.answer,
        sample.rule,
        sample.label,
        passed,
        score,
        results,
        sample.request_key,
        sample.response,
    )


# ---- several samples -------------------------------------------------------------------------------------


class _Decision(NamedTuple):
    """What a case's samples decide of its `CaseResult`."""

    outcome: Outcome
    samples: tuple[SampleResult, ...]
    passed: bool | None = None
    score: float = 0.0
    reason: str = ""
    answer: Json = None
    label: str | None = None
    vote: float | None = None


def _required(
    judge: Judge, case: Case, read: Sequence[Read], *, samples: Samples, expected: Expected | None, replies: Replies
) -> _Decision:
    """Each sample is judged; the case passes by `require`."""
    judged = tuple(
        _judged(judge, case, (sample, found), expected, replies) if sample.outcome.family is not Family.NOT_DELIVERED else sample
        for sample, found in read
    )
    delivered = [sample for sample in judged if sample.outcome.family is not Family.NOT_DELIVERED]
    if not delivered:
        first = judged[0]
        return _Decision(first.outcome, judged, reason=first.reason)
    first = delivered[0]
    score = sum(sample.score for sample in delivered) / len(delivered)
    passed: bool | None = None
    if all(sample.passed is not None for sample in delivered):
        # One answer of a deterministic model stands for all the samples that were wanted.
        times = (samples.count or 1) if len(judged) == 1 else 1
        passed = _meets(samples.require if samples.require is not None else "majority", delivered, times)
    reason = next((sample.reason for sample in delivered if sample.passed is False), "") if passed is not True else ""
    return _Decision(_case_outcome(delivered), judged, passed, score, reason, first.answer, first.label)


def _meets(require: Require, delivered: Sequence[SampleResult], times: int) -> bool:
    passed = sum(sample.passed is True for sample in delivered)
    if isinstance(require, float):
        return sum(sample.score for sample in delivered) / len(delivered) >= require
    if isinstance(require, int):
        return passed * times >= require
    return {"majority": passed * 2 > len(delivered), "all": passed == len(delivered), "any": passed > 0}[require]


def _case_outcome(delivered: Sequence[SampleResult]) -> Outcome:
    """Judged where any sample was; else what became of the first."""
    return next((s.outcome for s in delivered if s.outcome is Outcome.JUDGED), delivered[0].outcome)


def _voted(
    judge: Judge, case: Case, read: Sequence[Read], *, samples: Samples, expected: Expected | None, replies: Replies
) -> _Decision:
    """All samples make one answer: the most frequent. A tie is an abstention; a vote needs all its samples."""
    every = tuple(sample for sample, _ in read)
    lost = [sample for sample in every if sample.outcome.family is Family.NOT_DELIVERED]
    if lost:
        return _Decision(lost[0].outcome, every, reason=lost[0].reason)
    ranked = _ranked(every)
    at = _winner(read)
    if at is None:
        reason = "the vote is a tie: an abstention" if ranked else (every[0].reason or "no sample has an answer")
        outcome = Outcome.JUDGED if ranked else every[0].outcome
        right = case.expected_outcome is not None and outcome is case.expected_outcome
        share = ranked[0][1] / len(every) if ranked else 0.0
        return _Decision(outcome, every, right, float(right), reason, vote=share)
    winner = _judged(judge, case, read[at], expected, replies)
    return _Decision(
        winner.outcome,
        (*every[:at], winner, *every[at + 1 :]),
        winner.passed,
        winner.score,
        winner.reason,
        winner.answer,
        winner.label,
        vote=ranked[0][1] / len(every),
    )


def _ranked(samples: Sequence[SampleResult]) -> list[tuple[bytes, int]]:
    """The two ballots with the most votes."""
    return Counter(_ballot(sample) for sample in samples if sample.answer is not None).most_common(2)


def _winner(read: Sequence[Read]) -> int | None:
    """Where the first sample of the most frequent answer stands; None for a tie, no answer, or a sample that is missing."""
    every = [sample for sample, _ in read]
    ranked = _ranked(every)
    lost = any(sample.outcome.family is Family.NOT_DELIVERED for sample in every)
    if lost or not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return next(i for i, sample in enumerate(every) if sample.answer is not None and _ballot(sample) == ranked[0][0])


def _ballot(sample: SampleResult) -> bytes:
    """Equal answers, and aliases of one label, are one vote."""
    return canonical_json(sample.label if sample.label is not None else sample.answer)
