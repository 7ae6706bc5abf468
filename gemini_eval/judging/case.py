"""A case with its answers -> one `CaseResult`: vote or requirement over its samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from msgspec import Struct, structs

from gemini_eval.assertions.evaluate import Inquiry, questions_in
from gemini_eval.assertions.tree import has_rubrics
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.sample import Answered, Read, Replies, is_asserted, judge_sample, read_sample, scene_of, without_fields
from gemini_eval.rubrics.likelihood import Likelihood, LikelihoodQuestion
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

NO_REPLIES: Replies = {}
NOTHING_SAID: Mapping[str, Any] = {}


def judge_case(
    judge: Judge, case: Case, samples: Samples, answers: Sequence[Answered], replies: Replies = NO_REPLIES
) -> CaseResult:
    """Judge one case. `answers` are all its samples, in order of their index; `replies` answer `asked_of_judges`."""
    expected = judge.expected_of(case)
    read = [read_sample(judge, answered) for answered in answers]
    decide = _voted if samples.vote else _required
    decision = decide(judge, case, read, samples=samples, expected=expected, replies=replies)
    stated, unstated = _heard(judge, replies) if replies else (NOTHING_SAID, NOTHING_SAID)
    return CaseResult(
        suite=judge.suite.name,
        variant=judge.variant.name,
        case_id=case.id,
        ordinal=case.ordinal,
        outcome=decision.outcome,
        passed=decision.passed,
        score=decision.score,
        samples=decision.samples,
        reason=decision.reason,
        expected=case.expected,
        expected_label=judge.labels.canonical(expected.value) if judge.labels and expected else None,
        expected_labels=tuple(expected.value) if judge.several and expected else None,
        answer=decision.answer,
        label=decision.label,
        labels=decision.labels,
        vote=decision.vote,
        confidences={**decision.confidences, **stated} if stated else decision.confidences,
        vars=case.vars,
        tags=case.tags,
        cluster=case.cluster,
        must_pass=case.must_pass,
        xfail=case.xfail,
        draft=case.draft,
        place=case.place,
        judged=judge.judged_by(case),
        unstated=unstated,
    )


def _heard(judge: Judge, replies: Replies) -> tuple[Mapping[str, float], Mapping[str, str]]:
    """By source: how sure its judge is of the case's answer, and why it is not where its reply was broken."""
    stated: dict[str, float] = {}
    unstated: dict[str, str] = {}
    for name, likelihood, question in _likelihoods(judge):
        for reply in (said[question] for said in replies.values() if question in said):
            found = likelihood.read(reply)
            if found.value is None:
                unstated[name] = found.broken
            else:
                stated[name] = found.value
    return stated, unstated


def _likelihoods(judge: Judge) -> Iterator[tuple[str, Likelihood, LikelihoodQuestion]]:
    labels = judge.suite.labels.names if judge.suite.labels else ()
    for name, source in judge.suite.confidence.items():
        if source.likelihood is not None:
            yield name, source.likelihood, source.likelihood.question(labels)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question about one sample, whose answer, as extraction found it, its template may quote."""

    sample: int
    question: Inquiry
    answer: Json
    output: str


def asked_of_judges(judge: Judge, case: Case, samples: Samples, answers: Sequence[Answered]) -> list[Wanted]:
    """What judges are to be asked before the case can be judged: of a vote about its winner alone. How sure they are is asked of
    the answer that stands for the case: the winner, else the first delivered."""
    assertions = judge.assertions_of(case)
    likelihoods = list(_likelihoods(judge))
    if not likelihoods and not has_rubrics(assertions):
        return []
    expected = judge.expected_of(case)
    read = [read_sample(judge, answered) for answered in answers]
    if samples.vote:
        every = [sample for sample, _ in read]
        lost = any(sample.outcome.family is Family.NOT_DELIVERED for sample in every)
        read = [read[at] for at in _election(every).places[:1]] if not lost else []
    wanted = [
        Wanted(sample.index, question, found.value if found else None, sample.output)
        for sample, found in read
        if is_asserted(case, sample, expected)
        for question in questions_in(assertions, scene_of(judge, case, (sample, found), expected, NO_REPLIES))
    ]
    sample, found = next((one for one in read if one[0].outcome.family is not Family.NOT_DELIVERED), (None, None))
    if sample is not None and found is not None and is_asserted(case, sample, expected):
        wanted += [Wanted(sample.index, question, found.value, sample.output) for _, _, question in likelihoods]
    return wanted


# ---- several samples -------------------------------------------------------------------------------------


class _Decision(Struct, frozen=True):
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


def _required(
    judge: Judge, case: Case, read: Sequence[Read], *, samples: Samples, expected: Expected | None, replies: Replies
) -> _Decision:
    """Each sample is judged; the case passes by `require`."""
    lost = Family.NOT_DELIVERED
    judged = tuple(
        [one[0] if one[0].outcome.family is lost else judge_sample(judge, case, one, expected, replies) for one in read]
    )
    delivered = [sample for sample in judged if sample.outcome.family is not lost]
    if not delivered:
        first = judged[0]
        return _Decision(first.outcome, judged, reason=first.reason)
    first = delivered[0]
    score = sum([sample.score for sample in delivered]) / len(delivered)
    verdicts = [sample.passed for sample in delivered]
    passed: bool | None = None
    if None not in verdicts:
        # One answer of a deterministic model stands for all the samples that were wanted.
        times = (samples.count or 1) if len(judged) == 1 else 1
        passed = _meets(samples.require if samples.require is not None else "majority", delivered, times)
    reason = delivered[verdicts.index(False)].reason if passed is not True and False in verdicts else ""
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
    if isinstance(require, float):
        return sum(sample.score for sample in delivered) / len(delivered) >= require
    passed = [sample.passed for sample in delivered].count(True)
    if isinstance(require, int):
        return passed * times >= require
    if require == "majority":
        return passed * 2 > len(delivered)
    return passed == len(delivered) if require == "all" else passed > 0


def _case_outcome(delivered: Sequence[SampleResult]) -> Outcome:
    """Judged where any sample was; else what became of the first."""
    outcomes = [sample.outcome for sample in delivered]
    return Outcome.JUDGED if Outcome.JUDGED in outcomes else outcomes[0]


def _voted(
    judge: Judge, case: Case, read: Sequence[Read], *, samples: Samples, expected: Expected | None, replies: Replies
) -> _Decision:
    """All samples make one answer: the most frequent. A tie is an abstention; a vote needs all its samples."""
    every = tuple(sample for sample, _ in read)
    lost = [sample for sample in every if sample.outcome.family is Family.NOT_DELIVERED]
    if lost:
        return _Decision(lost[0].outcome, every, reason=lost[0].reason)
    election = _election(every)
    if not election.places:
        reason = "the vote is a tie: an abstention" if election.share else (every[0].reason or "no sample has an answer")
        outcome = Outcome.JUDGED if election.share else every[0].outcome
        right = case.expected_outcome is not None and outcome is case.expected_outcome
        if case.expected_outcome is None:
            every = (structs.replace(every[0], fields=without_fields(judge, case, expected)), *every[1:])
        return _Decision(outcome, every, right, float(right), reason, vote=election.share)
    at = election.places[0]
    winner = judge_sample(judge, case, read[at], expected, replies)
    stated = _vote_confidences(judge, election.share, [every[i] for i in election.places])
    return _Decision(
        winner.outcome,
        (*every[:at], winner, *every[at + 1 :]),
        winner.passed,
        winner.score,
        winner.reason,
        winner.answer,
        winner.label,
        vote=election.share,
        labels=winner.labels,
        confidences=stated if winner.outcome is Outcome.JUDGED else {},
    )


def elected(every: Sequence[SampleResult]) -> int | None:
    """The place of the first sample that gave the vote's winner; None for a tie, and where none has an answer."""
    return next(iter(_election(every).places), None)


class _Election(NamedTuple):
    """Where the samples with the most frequent answer stand, none for a tie; and its share of all votes, 0 without an answer."""

    places: tuple[int, ...]
    share: float


def _election(every: Sequence[SampleResult]) -> _Election:
    ballots = [_ballot(sample) if sample.answer is not None else None for sample in every]
    ranked = Counter(ballot for ballot in ballots if ballot is not None).most_common(2)
    if not ranked:
        return _Election((), 0.0)
    leading, count = ranked[0]
    tied = len(ranked) > 1 and ranked[1][1] == count
    return _Election(() if tied else tuple(i for i, ballot in enumerate(ballots) if ballot == leading), count / len(every))


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
