"""Both sides asked, round by round: pairs side by side, so that neither finds a better hour than the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.comparison.model import State
from gemini_eval.comparison.sides import SideMarks
from gemini_eval.engine.jobs import Ask, Budget, Ending, Job
from gemini_eval.engine.local import run_jobs
from gemini_eval.judging.case import judge_case
from gemini_eval.providers import habits_of
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.log import AnswerLog
from gemini_eval.runs.store import AnswerStore
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.model import Samples, Suite
from gemini_eval.types import Provider, Recording, Response
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.rounds import Asking, unit_of
from gemini_eval.verbs.check.survey import both_sides, head_side
from gemini_eval.verbs.expand import BLOCK, AskedCase, Expansion, Ticket
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.prepare import make_ready, open_providers, open_recordings
from gemini_eval.verbs.sink import AnswerSink, answered_of

SideName: TypeAlias = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class SideTicket(Ticket):
    """A job of one side of one variant."""

    asking: Asking
    side: SideName


@dataclass(slots=True)
class PairSink(AnswerSink):
    """Judges each round of a case as it comes in, and marks it on its side."""

    progress: Callable[[int, int, int], None] | None
    total: int
    done: int = field(default=0, init=False)
    failed: int = field(default=0, init=False)

    def finished(self, job: Job) -> bool:
        ticket = job.ticket
        assert isinstance(ticket, SideTicket)
        side: SideMarks = getattr(ticket.asking, ticket.side)
        failed = False
        for part in _votes(job, ticket.samples):
            result = judge_case(ticket.judge, ticket.case, ticket.samples, answered_of(part))
            side.add(result, cached=sum(ask.cached for ask in part.asks))
            failed = failed or result.passed is False
        side.answered_at(ask.at for ask in job.asks if isinstance(ask.answer, Response) and (ask.at or ask.attempts))
        self.done += 1
        self.failed += failed
        if self.progress:
            self.progress(self.done, self.failed, max(self.total, self.done))
        return True


def _votes(job: Job, samples: Samples) -> Iterator[Job]:
    """The job's rounds where each is a vote of its own, else the whole job."""
    size = unit_of(samples) if samples.vote else len(job.asks)
    yield from (replace(job, asks=job.asks[at : at + size]) for at in range(0, len(job.asks), size))


@dataclass(slots=True)
class Asker:
    """Asks what is still open. One call of `rounds` asks the next rounds of every variant that is not done."""

    renderer: TemplateRenderer
    options: CheckOptions
    folder: RunFolder
    suites: Sequence[Suite]
    """Every suite that is asked, the bases' too: their models are opened."""
    ending: Ending = field(default_factory=Ending)
    cached: int = 0

    def all_rounds(self, askings: Sequence[Asking], known: Callable[[ExitStack], Known]) -> None:
        """Rounds until every variant is decided, the budget is spent, or the user has had enough."""
        while left := [asking for asking in askings if not asking.done]:
            within = affordable(left, self.options.run.budget, self.ending)
            for asking in left:
                asking.done = asking.done or asking not in within
            if not within:
                return
            with ExitStack() as stack:
                self._ask(within, known(stack))
            if self.ending.over:
                return

    def _ask(self, askings: Sequence[Asking], known: Known) -> None:
        run = self.options.run
        expansion = Expansion(self.renderer, run.selection, known)
        spans = {id(asking): asking.next_rounds() for asking in askings}
        blocks = _blocks(_jobs(askings, spans, expansion), known, self.options.base_max_age_s)
        first = next(blocks, None)
        live = {seat: provider for seat, provider in known.providers.items() if not isinstance(provider, Recording)}
        if first is not None:
            make_ready(first, live)
            self._run(first, blocks, live, known, sum(asking.jobs for asking in askings))
        if not self.ending.over:
            for asking in askings:
                asking.finish_rounds(spans[id(asking)][1])

    def _run(
        self,
        first: Sequence[Job],
        rest: Iterator[Sequence[Job]],
        live: dict[str, Provider],
        known: Known,
        total: int,
    ) -> None:
        run = self.options.run
        with AnswerLog(self.folder.answers) as answers:
            sink = PairSink(answers, known.cache, known.cached_seats, run.progress, total)
            ending = run_jobs(
                _chained(first, rest),
                live,
                sink,
                slots=run.jobs,
                budget=run.budget.after(self.ending) if run.budget else None,
                elsewhere=known.cache,
                say=run.say,
            )
        self.cached += sink.cached
        self.ending = self.ending.then(ending)


def known_for(
    suites: Sequence[Suite], options: CheckOptions, folder: RunFolder | None, cache: AnswerCache | None
) -> Callable[[ExitStack], Known]:
    """Opens what answers, for as long as a stack is open: models, recordings, the answers of this check so far."""
    run = options.run

    def opened(stack: ExitStack) -> Known:
        providers = open_providers(suites, run, stack)
        kept = [folder.answers] if folder is not None and folder.answers.exists() else []
        return Known(
            providers,
            kept=stack.enter_context(AnswerStore(kept)) if kept else None,
            offline=open_recordings(run, stack),
            ask_nobody=run.ask_nobody,
            cache=cache,
            fresh=run.cache == "refresh",
        )

    return opened


# ---- jobs, in pairs --------------------------------------------------------------------------------------

Pair: TypeAlias = tuple[Job | None, Job | None]
"""Before and after; None where that side is not asked, or not any more."""


def _jobs(askings: Sequence[Asking], spans: dict[int, tuple[int, int]], expansion: Expansion) -> Iterator[tuple[Asking, Pair]]:
    for asking in askings:
        start, end = spans[id(asking)]
        yield from ((asking, pair) for pair in pairs_of(asking, expansion, start, end))


def pairs_of(asking: Asking, expansion: Expansion, start: int, end: int) -> Iterator[Pair]:
    """The jobs of rounds `start` to `end`, before and after for each case; the head's alone where nothing is compared."""
    found, rounds = asking.surveyed, (start, end)
    after = found.suite.head_judge(found.pair)

    def count(asked: AskedCase) -> int:
        return asking.span(asked, start, end, further=True)[1]

    if found.state is not State.COMPARED:
        for head in head_side(found.suite, found.pair, expansion, count):
            yield None, _job(expansion, SideTicket(after, head.case, head.samples, asking, "after"), head, rounds)
        return
    before = found.suite.base_judge(found.pair)
    for head, base in both_sides(found.suite, found.pair, expansion, count):
        first = _job(expansion, SideTicket(before, base.case, base.samples, asking, "before"), base, rounds)
        yield first, _job(expansion, SideTicket(after, head.case, head.samples, asking, "after"), head, rounds)


def _job(expansion: Expansion, ticket: SideTicket, asked: AskedCase, rounds: tuple[int, int]) -> Job | None:
    first, last = ticket.asking.span(asked, *rounds, further=ticket.side == "after")
    requests = asked.requests[first:last]
    return expansion.job(ticket, requests) if requests else None


def _blocks(pairs: Iterator[tuple[Asking, Pair]], known: Known, max_age_s: float) -> Iterator[Sequence[Job]]:
    """Jobs in blocks, answers put in place where they may be used; pair by pair, but for a model that never drifts one side after
    the other, since it reads a prompt's head once."""
    block: list[Pair] = []
    size, steady = 0, True
    for asking, pair in pairs:
        block.append(pair)
        size += sum(len(job.asks) for job in pair if job)
        steady = steady and _never_drifts(asking)
        if size >= BLOCK:
            yield _completed(block, known, max_age_s, steady)
            block, size, steady = [], 0, True
    if block:
        yield _completed(block, known, max_age_s, steady)


def _completed(block: Sequence[Pair], known: Known, max_age_s: float, steady: bool) -> list[Job]:
    jobs = [job for pair in block for job in pair if job is not None]
    known.from_cache(jobs)
    if not steady and not known.ask_nobody:
        for before, after in block:
            if before is not None and after is not None:
                drop_stale(before.asks, after.asks, max_age_s)
    known.pair(jobs)
    if steady:
        jobs.sort(key=_side_of)
    return jobs


def _side_of(job: Job) -> str:
    assert isinstance(job.ticket, SideTicket)
    return job.ticket.side


def _never_drifts(asking: Asking) -> bool:
    """The embedded model is a file: it answers today as it did last year."""
    pair = asking.surveyed.pair
    return all(habits_of(variant.model.id).deterministic for variant in (pair.head, pair.base) if variant)


def drop_stale(before: Sequence[Ask], after: Sequence[Ask], max_age_s: float) -> None:
    """Saved answers of a pair, the cache's or those of the check that is resumed, that are further apart than `max_age_s` are not
    used: both sides are asked anew, side by side."""
    now = datetime.now(UTC)
    for one, other in zip(before, after, strict=False):
        if one.key == other.key or not (_is_saved(one) or _is_saved(other)):
            continue
        ages = [(now - _moment(ask.at)).total_seconds() if _is_saved(ask) else 0.0 for ask in (one, other)]
        if abs(ages[0] - ages[1]) > max_age_s:
            for ask in filter(_is_saved, (one, other)):
                ask.answer, ask.cached, ask.kept, ask.at = None, False, False, ""


def _is_saved(ask: Ask) -> bool:
    return bool(ask.at) and (ask.cached or ask.kept)


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00"))


def affordable(askings: Sequence[Asking], budget: Budget | None, ending: Ending) -> list[Asking]:
    """Those of which the budget holds another round, all together, at today's price; what is open of the others then stays so."""
    found: list[Asking] = []
    more = 0
    each = ending.cost_micros / max(1, ending.sent)
    for asking in askings:
        wanted = more + asking.requests if asking.asked else more
        sent, cost = ending.sent + wanted, ending.cost_micros + wanted * each
        over = budget is not None and (
            (budget.requests is not None and sent > budget.requests)
            or (budget.cost_micros is not None and cost > budget.cost_micros)
        )
        if asking.asked == 0 or not over:
            found.append(asking)
            more = wanted
    return found


def _chained(first: Sequence[Job], rest: Iterator[Sequence[Job]]) -> Iterator[Sequence[Job]]:
    yield first
    yield from rest
