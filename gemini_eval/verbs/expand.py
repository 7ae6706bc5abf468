"""Suites -> blocks of jobs: cases rendered, requests keyed, and every answer that is already there put in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gemini_eval.engine.jobs import Ask, Job
from gemini_eval.errors import Fault, InputError
from gemini_eval.judging import Judge
from gemini_eval.prompts import Asked, Rendered, render_cases, requests_of, samples_of, settings_of
from gemini_eval.providers import habits_of
from gemini_eval.runs.records import request_key
from gemini_eval.runs.store import AnswerStore
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suite.cases import iter_cases
from gemini_eval.suite.model import Case, Samples, Suite, Variant
from gemini_eval.types import Failure, Outcome, Provider, Recording, Request, Response
from gemini_eval.verbs.selection import Selection

BLOCK = 1024
"""Requests that are rendered before the first of them is sent."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the sink needs to judge a job's answers."""

    judge: Judge
    case: Case
    samples: Samples


@dataclass(slots=True)
class Expansion:
    """How suites become jobs. `kept` holds the answers of a resumed run, `offline` those of recordings; with `ask_nobody` what
    has none is *not recorded*."""

    renderer: TemplateRenderer
    selection: Selection
    providers: Mapping[str, Provider | Recording]
    default_samples: int = 1
    asked_samples: int | None = None
    kept: AnswerStore | None = None
    offline: AnswerStore | None = None
    ask_nobody: bool = False

    def blocks(self, suites: Sequence[Suite]) -> Iterator[Sequence[Job]]:
        """Jobs in blocks of about `BLOCK` requests, variant by variant, so that equal prompt heads follow one another."""
        block: list[Job] = []
        size = 0
        for job in self._jobs(suites):
            block.append(job)
            size += len(job.asks)
            if size >= BLOCK:
                yield block
                block, size = [], 0
        if block:
            yield block

    def _jobs(self, suites: Sequence[Suite]) -> Iterator[Job]:
        for suite in suites:
            for variant in self.selection.variants(suite):
                judge = Judge.of(suite, variant)
                for cases in _chunks(self.selection.cases(suite, variant, checked_cases(suite))):
                    yield from self._variant_jobs(judge, variant, cases)

    def _variant_jobs(self, judge: Judge, variant: Variant, cases: Sequence[Case]) -> Iterator[Job]:
        if variant.model.answers:
            yield from (self._from_column(judge, variant, case) for case in cases)
            return
        asked = asked_of(variant, self.providers.get(variant.model.id))
        for case, rendered in zip(cases, render_cases(self.renderer, judge.suite, variant, cases), strict=True):
            yield self._job(judge, case, rendered, asked)

    def _job(self, judge: Judge, case: Case, rendered: Rendered, asked: Asked) -> Job:
        suite, variant = judge.suite, judge.variant
        samples = samples_of(suite, case, self.default_samples, self.asked_samples)
        settings = settings_of(suite, variant, case, samples)
        requests = requests_of(asked, case, rendered, settings, samples.count or 1)
        asks = [self._ask(request, variant.model.id) for request in requests]
        return Job(Ticket(judge, case, samples), variant.model.id, asks)

    def _from_column(self, judge: Judge, variant: Variant, case: Case) -> Job:
        """An answer that the data already has: nothing is asked. A resumed run has it in its log already."""
        text = str(case.column(variant.model.answers))
        request = Request(variant.model.id, (), params={"case": case.id, "text": text})
        key = request_key(request)
        kept = self.kept is not None and self.kept.get(key) is not None
        return Job(Ticket(judge, case, Samples(1)), variant.model.id, [Ask(0, key, request, Response(text), kept=kept)])

    def _ask(self, request: Request, model_id: str) -> Ask:
        """The answer of this run, of a recording, of the recording that is the model; else it is to be asked for."""
        key = request_key(request)
        kept = self.kept.get(key) if self.kept else None
        if kept is not None and (isinstance(kept.answer, Response) or self.ask_nobody):
            return Ask(request.sample, key, request, kept.answer, kept=True)
        found = self.offline.get(key) if self.offline else None
        if found is not None:
            return Ask(request.sample, key, request, found.answer)
        provider = self.providers.get(model_id)
        if isinstance(provider, Recording):
            return Ask(request.sample, key, request, provider.find(request, key))
        missing = Failure(Outcome.NOT_RECORDED, "no saved answer to this request") if self.ask_nobody else None
        return Ask(request.sample, key, request, missing, kept=missing is not None)


def asked_of(variant: Variant, provider: Provider | Recording | None) -> Asked:
    """Who is named in a variant's requests: its own model, or the one that a recording was made of."""
    if isinstance(provider, Recording):
        return Asked(provider.model, provider.location, provider.habits)
    return Asked(variant.model.id, variant.model.location, habits_of(variant.model.id))


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
