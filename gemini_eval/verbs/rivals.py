"""Beside the answers of a block, those of the variants that they are compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gemini_eval.engine.jobs import Job
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.pairs import Rivals, Side, pairs_of
from gemini_eval.suites.model import Case
from gemini_eval.verbs.expand import Expansion, Ticket
from gemini_eval.verbs.sink import answered_of


@dataclass(frozen=True, slots=True)
class RivalAnswers:
    """`expansion` asks nobody: it has the answers that the run kept. Those of a block are held, of no more."""

    expansion: Expansion

    def __call__(self, jobs: Sequence[Job]) -> list[Rivals]:
        """For each job the sides that its answer is held against."""
        places: dict[str, list[int]] = defaultdict(list)
        judges: dict[str, Judge] = {}
        tickets = [_ticket(job) for job in jobs]
        for place, ticket in enumerate(tickets):
            suite, variant = ticket.judge.suite, ticket.judge.variant
            places[f"{suite.name}\0{variant.name}"].append(place)
            judges[f"{suite.name}\0{variant.name}"] = ticket.judge
        found: list[dict[str, Side]] = [{} for _ in jobs]
        for key, judge in judges.items():
            cases = [tickets[place].case for place in places[key]]
            asked = {variant.name for variant in self.expansion.selection.variants(judge.suite)}
            for over in dict.fromkeys(pair.over for pair in pairs_of(judge) if pair.over in asked):
                for place, side in zip(places[key], self._sides(judge, over, cases), strict=True):
                    found[place][over] = side
        return [*found]

    def _sides(self, judge: Judge, over: str, cases: Sequence[Case]) -> Iterator[Side]:
        (variant,) = (variant for variant in judge.suite.variants if variant.name == over)
        rival = Judge.of(judge.suite, variant)
        for asked in self.expansion.asked_cases(rival, cases):
            job = self.expansion.job(Ticket(rival, asked.case, asked.samples), asked.requests)
            yield Side(rival, asked.samples, answered_of(job))


def _ticket(job: Job) -> Ticket:
    assert isinstance(job.ticket, Ticket)
    return job.ticket
