"""Suites -> blocks of jobs: cases rendered, requests keyed, and every answer that is already there put in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from gemini_eval.engine.jobs import Ask, Job
from gemini_eval.errors import Fault, InputError
from gemini_eval.judging.judge import Judge
from gemini_eval.prompts import render_cases, requests_of, samples_of, settings_of
from gemini_eval.runs.records import request_key
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.model import Case, Samples, Settings, Suite, Variant
from gemini_eval.types import Request, Response
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.selection import Selection

BLOCK = 1024
"""Requests that are rendered before the first of them is sent."""

Manner: TypeAlias = tuple[Samples, Settings]
"""How a case is asked: how often, and with which parameters."""

_SILENT = Samples()


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the sink needs to judge a job's answers."""

    judge: Judge
    case: Case
    samples: Samples

    @property
    def hearing(self) -> int:
        """Which time judges are asked; what they said another time does not count."""
        return 0


@dataclass(frozen=True, slots=True)
class AskedCase:
    """One case as its variant asks it: how often, and the request of each sample."""

    case: Case
    samples: Samples
    requests: tuple[Request, ...] = ()


Count: TypeAlias = int | Callable[[AskedCase], int]
"""How many samples: of every case, or of one whose requests are still to be made."""


@dataclass(slots=True)
class Expansion:
    """How suites become jobs. `known` has the answers that need no asking, `held` the cases of a suite, by its name, that need
    not be read again."""

    renderer: TemplateRenderer
    selection: Selection
    known: Known
    held: Mapping[str, Sequence[Case]] = field(default_factory=dict)
    default_samples: int = 1
    asked_samples: int | None = None

    def blocks(self, suites: Sequence[Suite]) -> Iterator[Sequence[Job]]:
        """Jobs in blocks of about `BLOCK` requests, variant by variant, so that equal prompt heads follow one another."""
        block: list[Job] = []
        size = 0
        for job in self._jobs(suites):
            block.append(job)
            size += len(job.asks)
            if size >= BLOCK:
                yield self._completed(block)
                block, size = [], 0
        if block:
            yield self._completed(block)

    def _completed(self, block: list[Job]) -> list[Job]:
        self.known.from_cache(block)
        self.known.pair(block)
        return block

    def _jobs(self, suites: Sequence[Suite]) -> Iterator[Job]:
        for suite in suites:
            for variant in self.selection.variants(suite):
                judge = Judge.of(suite, variant)
                cases_of_suite = self.held.get(suite.name) or checked_cases(suite)
                for cases in _chunks(self.selection.cases(suite, variant, iter(cases_of_suite))):
                    yield from self._variant_jobs(judge, variant, cases)

    def _variant_jobs(self, judge: Judge, variant: Variant, cases: Sequence[Case]) -> Iterator[Job]:
        for asked in self.asked_cases(judge, cases):
            yield self.job(Ticket(judge, asked.case, asked.samples), asked.requests)

    def asked_cases(self, judge: Judge, cases: Sequence[Case], count: Count | None = None) -> Iterator[AskedCase]:
        """How each case is asked of the judge's variant; `count` samples, or as many as it says of a case, None for as many as
        the case wants."""
        variant = judge.variant
        if variant.model.answers:
            yield from (AskedCase(case, Samples(1), (_from_column(variant, case),)) for case in cases)
            return
        asked = self.known.named(judge.suite, variant.model)
        shared = self._manner(judge, None)
        for case, rendered in zip(cases, render_cases(self.renderer, judge.suite, variant, cases), strict=True):
            samples, settings = self._manner(judge, case) if case.settings or case.samples != _SILENT else shared
            one = AskedCase(case, samples)
            wanted = (samples.count or 1) if count is None else count if isinstance(count, int) else count(one)
            yield replace(one, requests=tuple(requests_of(asked, case, rendered, settings, wanted)))

    def job(self, ticket: Ticket, requests: Sequence[Request]) -> Job:
        """The requests of one case, with the answers that are there already."""
        model = ticket.judge.variant.model
        if not model.answers:
            return Job(ticket, model.seat, [self.known.ask(request, model.seat) for request in requests])
        return Job(ticket, model.seat, [self._answered_by_data(request) for request in requests])

    def _manner(self, judge: Judge, case: Case | None) -> Manner:
        """How a case is asked; None: any case that says nothing of its own."""
        samples = samples_of(judge.suite, case, self.default_samples, self.asked_samples)
        return samples, settings_of(judge.suite, judge.variant, case, samples)

    def _answered_by_data(self, request: Request) -> Ask:
        """An answer that the data already has: nothing is asked. A resumed run has it in its log already."""
        key = request_key(request)
        kept = self.known.kept is not None and self.known.kept.get(key) is not None
        return Ask(request.sample, key, request, Response(request.params["text"], cost_micros=0), kept=kept)


def _from_column(variant: Variant, case: Case) -> Request:
    """What stands for a request where the data has the answer."""
    text = str(case.column(variant.model.answers))
    return Request(variant.model.id, (), params={"case": case.id, "text": text})


def checked_cases(suite: Suite) -> Iterator[Case]:
    """The cases, which a pass before has checked; a fault now means that the data changed under the run."""
    for found in iter_cases(suite):
        if isinstance(found, Case):
            yield found
        elif found.severity == "error":
            raise InputError([found, Fault("the data changed while the run was reading it")])


def _chunks(cases: Iterator[Case], size: int = 256) -> Iterator[list[Case]]:
    chunk: list[Case] = []
    for case in cases:
        chunk.append(case)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
