"""Everything that was answered, judged once more as whole cases: the two case files, and both sides' summaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from gemini_eval.comparison.model import State
from gemini_eval.engine.jobs import Job
from gemini_eval.errors import InputError
from gemini_eval.gates import tags_of
from gemini_eval.judging.judge import Judge
from gemini_eval.runs.cases import CaseLog
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.load import figure_context
from gemini_eval.suites.model import Case, Suite
from gemini_eval.summary.build import SuiteTally
from gemini_eval.summary.model import Summary
from gemini_eval.types import CaseResult, Failure, Outcome
from gemini_eval.verbs.check.comparisons import same_comparisons
from gemini_eval.verbs.check.jobs import SideName, SideTicket, whole_jobs
from gemini_eval.verbs.check.rounds import Asking
from gemini_eval.verbs.check.survey import CHUNK
from gemini_eval.verbs.expand import Expansion
from gemini_eval.verbs.hearings import Court, Hearing


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


@dataclass(frozen=True, slots=True)
class Written:
    """Where judged cases go: each side's file, and its tally."""

    before: CaseLog
    after: CaseLog
    sides: Sides

    def keep(self, hearing: Hearing, side: SideName) -> CaseResult:
        result = hearing.judged()
        log, tallies = (self.after, self.sides.after) if side == "after" else (self.before, self.sides.before)
        log.append(result)
        tallies[result.suite].add(result)
        tallies[result.suite].add_judging(result, hearing.said())
        return result


def judge_whole(askings: Sequence[Asking], expansion: Expansion, court: Court, written: Written, *, offline: bool) -> int:
    """Write `cases.jsonl` and `base.jsonl`. `expansion` knows this check's answers, `court` its judges' replies; a case that
    lacks any, as the run was cut short, is left out. `offline`: recordings alone were asked, and what they lack is told.
    Returns how many requests they lack, of cases of which they have none, and of judges."""
    not_recorded = 0
    for asking in askings:
        again = _by_the_base(asking)
        jobs = (job for job in whole_jobs(asking, expansion) if offline or not _never_asked(job))
        while block := list(islice(jobs, CHUNK)):
            not_recorded += sum(len(job.asks) for job in block if _never_asked(job) and _is_counted(job.ticket))
            for hearing in court.hearings(block):
                assert isinstance(hearing.of, SideTicket)
                if offline or not hearing.not_recorded:
                    written.keep(hearing, hearing.of.side)
                    not_recorded += hearing.not_recorded if _is_counted(hearing.of) else 0
            if again is not None:
                found = _at_hand(court, map(again, block))
                asking.unheard += len(block) - len(found)
                for hearing in found:
                    asking.before.add(written.keep(hearing, "before"))
                    asking.before.heard(hearing.said())
    return not_recorded


def _at_hand(court: Court, jobs: Iterable[Job]) -> list[Hearing]:
    """Those of which every reply is at hand: by a text that is the base's alone no judge is asked."""
    try:
        found = court.hearings(list(jobs))
    except InputError:  # a rubric of the base that does not go with its own cases, which nobody can mend there
        return []
    return [hearing for hearing in found if not hearing.not_recorded]


def _is_counted(ticket: object) -> bool:
    """What stands for both sides is one request."""
    assert isinstance(ticket, SideTicket)
    return ticket.side == "after" or ticket.asking.surveyed.state is State.COMPARED


def _never_asked(job: Job) -> bool:
    return all(isinstance(ask.answer, Failure) and ask.answer.outcome is Outcome.NOT_RECORDED for ask in job.asks)


def _by_the_base(asking: Asking) -> Callable[[Job], Job] | None:
    """Where the requests are the same and the judging is not: the head's answers under the base's text, of cases that it has."""
    suite, pair = asking.surveyed.suite, asking.surveyed.pair
    if asking.surveyed.state is not State.REJUDGED or suite.base is None or pair.base is None:
        return None
    same = same_comparisons(suite.head, suite.base)
    judge = Judge.of(replace(suite.base, name=suite.head.name, pairwise=same), replace(pair.base, name=pair.head.name))
    theirs = suite.base.samples
    cases = {case.id: case for case in iter_cases(suite.base) if isinstance(case, Case)}

    def judged(job: Job) -> Job:
        """An added case is the head's alone: the base would have answered it alike."""
        ticket = job.ticket
        assert isinstance(ticket, SideTicket)
        case = cases.get(ticket.case.id)
        if case is None:
            return job
        samples = replace(ticket.samples, vote=theirs.vote, require=theirs.require)
        return replace(job, ticket=replace(ticket, judge=judge, case=case, samples=samples, side="before"))

    return judged
