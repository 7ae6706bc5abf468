"""A case with its answers -> one `CaseResult`: vote or requirement over its samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from gemini_eval.judging.judge import Judge
from gemini_eval.judging.sample import Answered, Read, judge_sample, read_sample, without_fields
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.suites.model import Case, Require, Samples
from gemini_eval.types import (
    CaseResult,
    Expected,
    Family,
    Json,
    Outcome,
    SampleResult,
)


def judge_case(judge: Judge, case: Case, samples: Samples, answers: Sequence[Answered]) -> CaseResult:
    """Judge one case. `answers` are all its samples, in order of their index."""
    expected = judge.expected_of(case)
    read = [read_sample(judge, answered) for answered in answers]
    decide = _voted if samples.vote else _required
    decision = decide(judge, case, read, samples=samples, expected=expected)
    return CaseResult(
        suite=judge.suite.name,
        variant=judge.variant.name,
        case_id=case.id,
        ordinal=case.ordinal,
        expected=case.expected,
        expected_label=judge.labels.canonical(expected.value) if judge.labels and expected else None,
        expected_labels=tuple(expected.value) if judge.several and expected else None,
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
    confidences: Mapping[str, float] = {}
    labels: tuple[str, ...] | None = None


def _required(judge: Judge, case: Case, read: Sequence[Read], *, samples: Samples, expected: Expected | None) -> _Decision:
    """Each sample is judged; the case passes by `require`."""
    judged = tuple(
        judge_sample(judge, case, sample, found, expected) if sample.outcome.family is not Family.NOT_DELIVERED else sample
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
    return _Decision(
        _case_outcome(delivered),
        judged,
        passed,
        score,
        reason,
        first.answer,
        first.label,
        confidences=first.confidences,
        labels=first.labels,
    )


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


def _voted(judge: Judge, case: Case, read: Sequence[Read], *, samples: Samples, expected: Expected | None) -> _Decision:
    """All samples make one answer: the most frequent. A tie is an abstention; a vote needs all its samples."""
    every = tuple(sample for sample, _ in read)
    lost = [sample for sample in every if sample.outcome.family is Family.NOT_DELIVERED]
    if lost:
        return _Decision(lost[0].outcome, every, reason=lost[0].reason)
    votes = Counter(_ballot(sample) for sample in every if sample.answer is not None)
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        reason = "the vote is a tie: an abstention" if ranked else (every[0].reason or "no sample has an answer")
        outcome = Outcome.JUDGED if ranked else every[0].outcome
        right = case.expected_outcome is not None and outcome is case.expected_outcome
        if case.expected_outcome is None:
            every = (replace(every[0], fields=without_fields(judge, case, expected)), *every[1:])
        share = ranked[0][1] / len(every) if ranked else 0.0
        return _Decision(outcome, every, right, float(right), reason, vote=share)
    ballot, count = ranked[0]
    at = next(i for i, sample in enumerate(every) if _votes_for(sample, ballot))
    winner = judge_sample(judge, case, every[at], read[at][1], expected)
    return _Decision(
        winner.outcome,
        (*every[:at], winner, *every[at + 1 :]),
        winner.passed,
        winner.score,
        winner.reason,
        winner.answer,
        winner.label,
        vote=count / len(every),
        labels=winner.labels,
        confidences={}
        if winner.outcome is not Outcome.JUDGED
        else _vote_confidences(judge, count / len(every), [sample for sample in every if _votes_for(sample, ballot)]),
    )


def _votes_for(sample: SampleResult, ballot: bytes) -> bool:
    return sample.answer is not None and _ballot(sample) == ballot


def _vote_confidences(judge: Judge, share: float, winners: Sequence[SampleResult]) -> dict[str, float]:
    """Of a vote's winner: its share of all votes, and the mean of what the samples that gave it say."""
    found: dict[str, float] = {}
    for name, source in judge.suite.confidence.items():
        stated = [sample.confidences[name] for sample in winners if name in sample.confidences]
        if source.kind == "self_consistency":
            found[name] = share
        elif stated:
            found[name] = sum(stated) / len(stated)
    return found


def _ballot(sample: SampleResult) -> bytes:
    """Equal answers, aliases of one label, and all words of abstention are one vote."""
    if sample.outcome is Outcome.ABSTAINED:
        return b""
    if sample.labels is not None:
        return canonical_json(list(sample.labels))
    return canonical_json(sample.label if sample.label is not None else sample.answer)
