"""The second pass of a run whose suites ask judges: its kept answers become questions to judges, and their replies verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from msgspec import structs

from gemini_eval.assertions.evaluate import Inquiry
from gemini_eval.engine.jobs import Ask, Job
from gemini_eval.errors import Fault, InputError, Place, TemplateRefusedError
from gemini_eval.judging.case import Wanted, asked_of_judges, judge_case
from gemini_eval.judging.pairs import Rivals, Side, asked_about_pairs, judge_pairs
from gemini_eval.judging.sample import Answered, Replies
from gemini_eval.metrics.embedding_models import ToEmbed
from gemini_eval.prompts import embedding_request, judge_request, service_request
from gemini_eval.providers import EVALUATION_SERVICE, habits_of
from gemini_eval.rubrics.likelihood import LikelihoodQuestion
from gemini_eval.safe.templates import TemplateRenderer, TemplateSource
from gemini_eval.suites.build.models import service_of
from gemini_eval.suites.model import Case, Model, Suite
from gemini_eval.types import Answer, CaseResult, Failure, Json, Outcome, Progress, Request, Response
from gemini_eval.verbs.expand import Ticket
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.sink import AnswerSink, RunSink, answered_of
from gemini_eval.vertex.metric import Instance


@dataclass(frozen=True, slots=True)
class Hearing(Ticket):
    """One case whose answers are in, with what its judges are asked. `of` is the ticket that it was answered under, `waiting` are
    the seats that have not answered all of it."""

    answers: tuple[Answered, ...]
    of: Ticket
    rivals: Rivals
    asked: list[tuple[Wanted, Ask]] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)

    def judged(self) -> CaseResult:
        """The case with all its verdicts, once everybody has replied."""
        replies = self._replies()
        result = judge_case(self.judge, self.case, self.samples, self.answers, replies)
        pairs = judge_pairs(self.side, self.case, self.rivals, replies)
        return structs.replace(result, pairs=pairs) if pairs else result

    @property
    def side(self) -> Side:
        return Side(self.judge, self.samples, self.answers)

    def _replies(self) -> Replies:
        found: dict[int, dict[Inquiry, Answer]] = defaultdict(dict)
        for wanted, ask in self.asked:
            assert ask.answer is not None
            found[wanted.sample][wanted.question] = ask.answer
        return found

    def said(self) -> list[Response]:
        """The replies that came, equal questions' once."""
        return list({ask.key: ask.answer for _, ask in self.asked if isinstance(ask.answer, Response)}.values())

    @property
    def not_recorded(self) -> int:
        """How many replies nobody has who may be asked."""
        return sum(_is_not_recorded(ask) for _, ask in self.asked)


def heard(job: Job) -> Hearing | None:
    """The case all of whose judges have replied, now that one is done; None where others are not."""
    hearing = job.ticket
    assert isinstance(hearing, Hearing)
    hearing.waiting.discard(job.provider)
    return None if hearing.waiting else hearing


@dataclass(slots=True)
class KeepingSink(AnswerSink):
    """The first pass: answers are kept, and not judged yet."""

    total: int
    progress: Progress | None
    done: int = 0

    def finished(self, job: Job) -> bool:
        self.done += 1
        if self.progress:
            self.progress(self.done, 0, self.total)
        return True


@dataclass(slots=True)
class HearingSink(RunSink):
    """The second pass: a case is judged once all its judges have replied."""

    def finished(self, job: Job) -> bool:
        hearing = heard(job)
        if hearing is None:
            return True
        result = hearing.judged()
        self.tallies[result.suite].add_judging(result, hearing.said())
        return self.judged(result)


_Heard: TypeAlias = tuple[Hearing, list[tuple[Wanted, Request | None]]]
_Row: TypeAlias = tuple[Hearing, Wanted, Request | None]
"""A question, and the request of the sample that it is about; None where the data has the answer."""


def no_rivals(jobs: Sequence[Job]) -> list[Rivals]:
    """No answer is held against another variant's: between the rounds of a check each is judged by itself."""
    return [{} for _ in jobs]


@dataclass(slots=True)
class Court:
    """Turns jobs whose answers are kept into jobs for judges. `known` has the judges' replies that need no asking; `over`: the
    run ended before all was answered, so that nobody is asked, and what lacks an answer or a reply is left out. `sift` takes out
    what it does not want of the cache's replies, `rivals` has what the answers of jobs are compared with; `pairs_alone`: judges
    are asked about that and nothing else. A broken reply that was given before the moment `again_before` is asked for again: it
    judges nothing."""

    renderer: TemplateRenderer
    known: Known
    over: bool = False
    sift: Callable[[Sequence[Job]], None] = lambda _jobs: None
    rivals: Callable[[Sequence[Job]], list[Rivals]] = no_rivals
    pairs_alone: bool = False
    again_before: str = ""
    _services: dict[tuple[str, str, str], Model] = field(default_factory=dict)

    def blocks(self, answered: Iterator[Sequence[Job]]) -> Iterator[Sequence[Job]]:
        for block in answered:
            yield self._completed(self._heard([job for job in block if not (self.over and _never_asked(job))]))

    def hearings(self, answered: Sequence[Job]) -> list[Hearing]:
        """The same, each case once, where every reply is there or is not to be had."""
        found = [job.ticket for job in self._completed(self._heard(answered))]
        return list({id(hearing): hearing for hearing in found if isinstance(hearing, Hearing)}.values())

    def _heard(self, jobs: Sequence[Job]) -> list[_Heard]:
        return [self._hearing(job, rivals) for job, rivals in zip(jobs, self.rivals(jobs), strict=True)]

    def _hearing(self, job: Job, rivals: Rivals) -> _Heard:
        ticket = job.ticket
        assert isinstance(ticket, Ticket)
        answers = tuple(answered_of(job))
        requests = {ask.index: ask.request for ask in job.asks}
        hearing = Hearing(ticket.judge, ticket.case, ticket.samples, answers, ticket, rivals)
        wanted = [] if self.pairs_alone else asked_of_judges(ticket.judge, ticket.case, ticket.samples, answers)
        wanted += asked_about_pairs(hearing.side, ticket.case, rivals)
        return hearing, [(each, requests.get(each.sample)) for each in wanted]

    def _completed(self, hearings: Sequence[_Heard]) -> list[Job]:
        rendered = self._rendered([(hearing, *each) for hearing, wanted in hearings for each in wanted])
        jobs: list[Job] = []
        for hearing, wanted in hearings:
            seats: dict[str, list[Ask]] = defaultdict(list)
            for each, _ in wanted:
                seat, ask = self._asked(hearing, each, next(rendered))
                hearing.asked.append((each, ask))
                seats[seat].append(ask)
            hearing.waiting.update(seats)
            jobs += [Job(hearing, seat, asks) for seat, asks in seats.items()] or [Job(hearing, "", [])]
        if self.over:
            return [job for job in jobs if not _lacks_replies(job)]
        self.known.from_cache(jobs)
        self._forget_broken(hearing for hearing, _ in hearings)
        self.sift(jobs)
        self.known.pair(jobs)
        return jobs

    def _asked(self, hearing: Hearing, wanted: Wanted, rubric: str) -> tuple[str, Ask]:
        suite, question = hearing.judge.suite, wanted.question
        if isinstance(question, Instance):
            model = self._service(suite, EVALUATION_SERVICE, question.location)
            request = service_request(self.known.named(suite, model), question, rubric, hearing=hearing.of.hearing)
        elif isinstance(question, ToEmbed):
            model = self._service(suite, question.model, question.location)
            request = embedding_request(self.known.named(suite, model), question)
        else:
            model = suite.judges.models[question.judge]
            asked = self.known.named(suite, model)
            request = judge_request(asked, model.settings, question, rubric, hearing=hearing.of.hearing)
        ask = self.known.ask(request, model.seat)
        ask.index = wanted.sample
        return model.seat, ask

    def _forget_broken(self, hearings: Iterable[Hearing]) -> None:
        """Where somebody may be asked, and might say something else this time."""
        if self.known.ask_nobody or not self.again_before:
            return
        for wanted, ask in (asked for hearing in hearings for asked in hearing.asked):
            former = (ask.kept or ask.cached) and "" < ask.at < self.again_before
            if former and not repeats_itself(ask) and wanted.question.broken(ask.answer):
                ask.forget()

    def _service(self, suite: Suite, model_id: str, location: str) -> Model:
        key = (suite.name, model_id, location)
        if key not in self._services:
            self._services[key] = service_of(suite, model_id, location)
        return self._services[key]

    def _rendered(self, wanted: Sequence[_Row]) -> Iterator[str]:
        """The rubric of each question, in their order; those of one template are rendered together. For the evaluation service
        what the model was asked."""
        places: dict[TemplateSource, list[int]] = defaultdict(list)
        texts = [""] * len(wanted)
        for number, (_, each, request) in enumerate(wanted):
            if isinstance(each.question, ToEmbed):
                continue
            if not isinstance(each.question, Instance):
                places[each.question.rubric].append(number)
            elif request is not None:
                texts[number] = input_text(request)
        for source, numbers in places.items():
            rows = [wanted[number] for number in numbers]
            for number, text in zip(numbers, self._render(source, rows), strict=True):
                texts[number] = text
        return iter(texts)

    def _render(self, source: TemplateSource, rows: Sequence[_Row]) -> list[str]:
        try:
            return self.renderer.render(source, {}, [_values(hearing.case, each, request) for hearing, each, request in rows])
        except TemplateRefusedError as error:
            case = rows[error.row][0].case if error.row is not None and error.row < len(rows) else None
            of_case = f" (case {case.id})" if case else ""
            place = Place(error.path, error.line) if error.path else case.place if case else None
            raise InputError([Fault(f"what a judge is asked: {error.reason}{of_case}", place, error.hint)]) from error


def _values(case: Case, wanted: Wanted, request: Request | None) -> Mapping[str, Json]:
    """What a question's template sees; one of how sure a judge is never sees `expected`."""
    values: dict[str, Json] = {"vars": dict(case.vars), "answer": wanted.answer}
    if isinstance(wanted.question, LikelihoodQuestion):
        values["labels"] = list(wanted.question.labels)
    else:
        values["output"] = wanted.output
        if case.expected is not None:
            values["expected"] = list(case.expected.any_of) or case.expected.value
    if request is not None:
        values["input"] = input_text(request)
    return values


def input_text(request: Request) -> str:
    """What was asked, as one text: a single turn as it is, several with their roles."""
    turns = [("system", request.system)] if request.system else []
    turns += [(message.role, message.text) for message in request.messages]
    return turns[0][1] if len(turns) == 1 else "\n\n".join(f"{role}: {text}" for role, text in turns)


def repeats_itself(ask: Ask) -> bool:
    """Whether who is asked says the same every time."""
    return ask.request is not None and habits_of(ask.request.model).deterministic


def _never_asked(job: Job) -> bool:
    return any(map(_is_not_recorded, job.asks))


def _is_not_recorded(ask: Ask) -> bool:
    return isinstance(ask.answer, Failure) and ask.answer.outcome is Outcome.NOT_RECORDED


def _lacks_replies(job: Job) -> bool:
    assert isinstance(job.ticket, Hearing)
    return any(ask.answer is None for _, ask in job.ticket.asked)
