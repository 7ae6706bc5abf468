"""Where the engine's answers go: into the run's log, to the judge, into the tallies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.engine.jobs import Ask, Job
from gemini_eval.judging.case import judge_case
from gemini_eval.judging.sample import Answered
from gemini_eval.runs.cases import CaseLog
from gemini_eval.runs.log import AnswerLog
from gemini_eval.runs.records import AnswerRecord, utc_stamp
from gemini_eval.summary.build import SuiteTally
from gemini_eval.types import CaseResult, Failure, Family
from gemini_eval.verbs.expand import Ticket


@dataclass(slots=True)
class AnswerSink:
    """Keeps each answer as it arrives: in the run's log, and for other runs in the cache."""

    answers: AnswerLog
    cache: AnswerCache | None
    kept_seats: frozenset[str]
    cached: int = field(default=0, init=False)

    def answered(self, job: Job, ask: Ask) -> None:
        ticket = job.ticket
        assert isinstance(ticket, Ticket)
        assert ask.answer is not None
        suite, variant = ticket.judge.suite, ticket.judge.variant
        model, location = (ask.request.model, ask.request.location) if ask.request else (variant.model.id, "")
        record = AnswerRecord(
            n=self.answers.next_n,
            key=ask.key,
            suite=suite.name,
            variant=variant.name,
            case=ticket.case.id,
            sample=ask.index,
            model=model,
            answer=ask.answer,
            at=ask.at or utc_stamp(datetime.now(UTC)),
            attempt=max(ask.attempts, 1),
            location=location,
            cached=ask.cached,
        )
        self.answers.append(record)
        self.cached += ask.cached
        if self.cache is not None and ask.attempts:
            self._keep(job, record)

    def _keep(self, job: Job, record: AnswerRecord) -> None:
        """For other runs: a delivered answer of a model whose answers are worth keeping; after a failure others may try."""
        assert self.cache is not None
        if isinstance(record.answer, Failure):
            self.cache.release([record.key])
        elif job.provider in self.kept_seats:
            self.cache.put(record)


@dataclass(slots=True)
class RunSink(AnswerSink):
    """Judges each case as it is complete, and counts it."""

    cases: CaseLog
    tallies: Mapping[str, SuiteTally]
    max_failures: int | None
    progress: Callable[[int, int, int], None] | None
    total: int
    done: int = 0
    failed: int = 0

    def finished(self, job: Job) -> bool:
        ticket = job.ticket
        assert isinstance(ticket, Ticket)
        return self.judged(judge_case(ticket.judge, ticket.case, ticket.samples, answered_of(job)))

    def judged(self, result: CaseResult) -> bool:
        """Keep and count a case; False where enough have failed."""
        self.cases.append(result)
        self.tallies[result.suite].add(result)
        self.done += 1
        self.failed += _counts_as_failure(result)
        if self.progress:
            self.progress(self.done, self.failed, self.total)
        return self.max_failures is None or self.failed < self.max_failures


def answered_of(job: Job) -> list[Answered]:
    """The job's answers, as judging takes them."""
    return [Answered(ask.index, ask.key, ask.answer) for ask in job.asks if ask.answer is not None]


def _counts_as_failure(result: CaseResult) -> bool:
    return result.passed is False or result.outcome.family is Family.NOT_DELIVERED
