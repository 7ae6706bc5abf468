"""Where both sides' answers go, and what judges say of them: each round of a case becomes a mark of its side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gemini_eval.comparison.sides import SideMarks
from gemini_eval.engine.jobs import Job
from gemini_eval.judging.case import judge_case
from gemini_eval.types import Response
from gemini_eval.verbs.check.jobs import SideTicket, by_vote
from gemini_eval.verbs.hearings import heard
from gemini_eval.verbs.sink import AnswerSink, answered_of


@dataclass(slots=True)
class PairSink(AnswerSink):
    """Judges each round of a case as it comes in, and marks it on its side; where judges are to be asked, they come first."""

    progress: Callable[[int, int, int], None] | None
    total: int
    done: int = 0
    failed: int = 0

    def finished(self, job: Job) -> bool:
        ticket = job.ticket
        assert isinstance(ticket, SideTicket)
        given = (ask.at for ask in job.asks if isinstance(ask.answer, Response) and (ask.at or ask.attempts))
        side_marks(ticket).answered_at(given, cached=sum(ask.cached for ask in job.asks))
        return self.counted(failed=False if ticket.asking.heard else _marked(ticket, job))

    def counted(self, *, failed: bool) -> bool:
        """One more is done."""
        self.done += 1
        self.failed += failed
        if self.progress:
            self.progress(self.done, self.failed, max(self.total, self.done))
        return True


@dataclass(slots=True)
class PairHearingSink(PairSink):
    """Marks each round of a case once all its judges have replied."""

    def finished(self, job: Job) -> bool:
        hearing = heard(job)
        if hearing is None:
            return True
        assert isinstance(hearing.of, SideTicket)
        result, side = hearing.judged(), side_marks(hearing.of)
        side.add(result)
        side.heard(hearing.said())
        hearing.of.asking.questions += len(hearing.asked)
        return self.counted(failed=result.passed is False)


@dataclass(slots=True)
class ComparingSink(PairSink):
    """Keeps what judges say of two variants' answers, and counts it on its side; `counted_keys` are those that were."""

    counted_keys: set[str] = field(default_factory=set)

    def finished(self, job: Job) -> bool:
        hearing = heard(job)
        if hearing is None:
            return True
        assert isinstance(hearing.of, SideTicket)
        new = {ask.key: ask.answer for _, ask in hearing.asked if ask.key not in self.counted_keys}
        side_marks(hearing.of).heard(answer for answer in new.values() if isinstance(answer, Response))
        self.counted_keys.update(new)
        return self.counted(failed=False)


def _marked(ticket: SideTicket, job: Job) -> bool:
    """Judge a job's rounds and mark them; whether one of them failed."""
    results = [judge_case(ticket.judge, ticket.case, ticket.samples, answered_of(vote)) for vote in by_vote(job)]
    for result in results:
        side_marks(ticket).add(result)
    return any(result.passed is False for result in results)


def side_marks(ticket: SideTicket) -> SideMarks:
    return ticket.asking.before if ticket.side == "before" else ticket.asking.after
