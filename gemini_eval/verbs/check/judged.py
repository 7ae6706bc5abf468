"""Everything that was answered, judged once more as whole cases: the two case files, and both sides' summaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from gemini_eval.comparison.model import State
from gemini_eval.engine.jobs import Job
from gemini_eval.gates import tags_of
from gemini_eval.judging.case import judge_case
from gemini_eval.judging.judge import Judge
from gemini_eval.runs.cases import CaseLog
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.load import figure_context
from gemini_eval.suites.model import Case, Suite
from gemini_eval.summary.build import SuiteTally
from gemini_eval.summary.model import Summary
from gemini_eval.types import CaseResult, Failure, Outcome
from gemini_eval.verbs.check.asking import SideTicket, pairs_of
from gemini_eval.verbs.check.rounds import Asking
from gemini_eval.verbs.expand import Expansion
from gemini_eval.verbs.sink import answered_of


@dataclass(slots=True)
class Sides:
    """Both sides' tallies, by suite."""

    before: dict[str, SuiteTally] = field(default_factory=dict)
    after: dict[str, SuiteTally] = field(default_factory=dict)

    @classmethod
    def of(cls, suites: Sequence[Suite], variants: Mapping[str, Sequence[str]], *, recordings_only: bool) -> Sides:
        """`variants` names those that were asked, by suite."""
        sides = cls()
        for suite in suites:
            context = replace(figure_context(suite), variants=tuple(variants[suite.name]))
            for side in (sides.before, sides.after):
                side[suite.name] = SuiteTally(suite.name, context, tags=tags_of(suite.gates), recordings_only=recordings_only)
        return sides

    def summaries(self) -> tuple[Summary, Summary]:
        before, after = ({name: tally.summary() for name, tally in side.items()} for side in (self.before, self.after))
        return Summary(before), Summary(after)


def judge_whole(askings: Sequence[Asking], expansion: Expansion, folder: RunFolder, sides: Sides, *, offline: bool) -> int:
    """Write `cases.jsonl` and `base.jsonl`. `expansion` knows this check's answers; a case that was never asked, as the run was
    cut short, is left out. `offline`: recordings alone were asked, and what they lack is told. Returns how many requests
    they lack, of cases of which they have none."""
    not_recorded = 0
    with ExitStack() as stack:
        after, before = (stack.enter_context(CaseLog(path)) for path in (folder.cases, folder.base_cases))
        for asking in askings:
            again = _by_the_base(asking)
            for job in _jobs(asking, expansion, offline):
                ticket = job.ticket
                assert isinstance(ticket, SideTicket)
                not_recorded += len(job.asks) if _never_asked(job) else 0
                result = judge_case(ticket.judge, ticket.case, ticket.samples, answered_of(job))
                log, tallies = (after, sides.after) if ticket.side == "after" else (before, sides.before)
                _keep(result, log, tallies)
                if again is not None:
                    other = again(job)
                    asking.before.add(other)
                    _keep(other, before, sides.before)
    return not_recorded


def _keep(result: CaseResult, log: CaseLog, tallies: Mapping[str, SuiteTally]) -> None:
    log.append(result)
    tallies[result.suite].add(result)


def _jobs(asking: Asking, expansion: Expansion, offline: bool) -> Iterator[Job]:
    rounds = 1 if asking.surveyed.suite.head.samples.vote else asking.asked
    for pair in pairs_of(asking, expansion, 0, max(1, rounds)):
        for job in pair:
            if job is not None and (offline or not _never_asked(job)):
                yield _as_required(job)


def _never_asked(job: Job) -> bool:
    return all(isinstance(ask.answer, Failure) and ask.answer.outcome is Outcome.NOT_RECORDED for ask in job.asks)


def _as_required(job: Job) -> Job:
    """A case that must pass so many times of its own count is judged on that count alone."""
    ticket = job.ticket
    assert isinstance(ticket, SideTicket)
    samples = ticket.samples
    counted = isinstance(samples.require, int) and not isinstance(samples.require, bool) and not samples.vote
    return replace(job, asks=job.asks[: samples.count or 1]) if counted else job


def _by_the_base(asking: Asking) -> Callable[[Job], CaseResult] | None:
    """Where the requests are the same and the judging is not: the head's answers under the base's text, of cases that it has."""
    suite, pair = asking.surveyed.suite, asking.surveyed.pair
    if asking.surveyed.state is not State.REJUDGED or suite.base is None or pair.base is None:
        return None
    judge = Judge.of(replace(suite.base, name=suite.head.name), replace(pair.base, name=pair.head.name))
    theirs = suite.base.samples
    cases = {case.id: case for case in iter_cases(suite.base) if isinstance(case, Case)}

    def judged(job: Job) -> CaseResult:
        """An added case is the head's alone: the base would have answered it alike."""
        ticket = job.ticket
        assert isinstance(ticket, SideTicket)
        case = cases.get(ticket.case.id)
        if case is None:
            return judge_case(ticket.judge, ticket.case, ticket.samples, answered_of(job))
        samples = replace(ticket.samples, vote=theirs.vote, require=theirs.require)
        return judge_case(judge, case, samples, answered_of(job))

    return judged
