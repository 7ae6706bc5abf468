"""Beside the answers of one side of a check, those of the variants that they are compared with on that side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gemini_eval.comparison.model import State
from gemini_eval.engine.jobs import Job
from gemini_eval.judging.pairs import Rivals, Side, pairs_of
from gemini_eval.suites.model import Case
from gemini_eval.verbs.check.jobs import SideTicket
from gemini_eval.verbs.check.rounds import Asking
from gemini_eval.verbs.expand import AskedCase, Expansion, Ticket
from gemini_eval.verbs.sink import answered_of


@dataclass(slots=True)
class SideRivals:
    """`expansion` asks nobody: it has the answers of the check so far. A variant that is not asked is no rival, nor is one that
    the base lacks on that side."""

    askings: Sequence[Asking]
    expansion: Expansion
    _base_cases: dict[str, Mapping[str, Case]] = field(default_factory=dict)

    def __call__(self, jobs: Sequence[Job]) -> list[Rivals]:
        """For each job the sides that its answer is held against."""
        known = {asking.surveyed.name: asking for asking in self.askings}
        found: list[dict[str, Side]] = [{} for _ in jobs]
        places: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
        tickets = [_ticket(job) for job in jobs]
        for place, ticket in enumerate(tickets):
            for over in dict.fromkeys(pair.over for pair in pairs_of(ticket.judge)):
                rival = known.get((ticket.asking.surveyed.name[0], over))
                if rival is not None and (ticket.side == "after" or rival.surveyed.state is not State.NEW):
                    places[*rival.surveyed.name, ticket.side == "before"].append(place)
        for (suite, over, before), numbers in places.items():
            sides = self._sides(known[suite, over], [tickets[place] for place in numbers], before=before)
            for place, side in zip(numbers, sides, strict=True):
                found[place][over] = side
        return [*found]

    def _sides(self, rival: Asking, tickets: Sequence[SideTicket], *, before: bool) -> Iterator[Side]:
        """Where the rival's requests are unchanged its answers are the base's too."""
        suite, pair = rival.surveyed.suite, rival.surveyed.pair
        base = before and rival.surveyed.state is State.COMPARED
        judge = suite.base_judge(pair) if base else suite.head_judge(pair)
        rounds = max(1, 1 if suite.head.samples.vote else rival.asked)

        def span(asked: AskedCase) -> tuple[int, int]:
            return rival.span(asked, 0, rounds, further=not before)

        cases = [self._case(ticket, base=base) for ticket in tickets]
        for asked in self.expansion.asked_cases(judge, cases, lambda asked: span(asked)[1]):
            first, last = span(asked)
            job = self.expansion.job(Ticket(judge, asked.case, asked.samples), asked.requests[first:last])
            yield Side(judge, asked.samples, answered_of(job))

    def _case(self, ticket: SideTicket, *, base: bool) -> Case:
        """The case as the base asks it, where the ticket has it as the head does."""
        suite = ticket.asking.surveyed.suite
        if not base or ticket.asking.surveyed.state is State.COMPARED:
            return ticket.case
        if suite.head.name not in self._base_cases:
            self._base_cases[suite.head.name] = {theirs.id: theirs for _, theirs in suite.cases()}
        return self._base_cases[suite.head.name][ticket.case.id]


def _ticket(job: Job) -> SideTicket:
    assert isinstance(job.ticket, SideTicket)
    return job.ticket
