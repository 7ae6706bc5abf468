"""Rounds of one variant -> jobs, in pairs: what both sides are asked, and which saved answers of it may be used."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Literal, TypeAlias

from gemini_eval.assertions.evaluate import Inquiry
from gemini_eval.comparison.model import State
from gemini_eval.engine.jobs import Ask, Job
from gemini_eval.metrics.embedding_models import ToEmbed
from gemini_eval.providers import habits_of
from gemini_eval.verbs.check.rounds import Asking, unit_of
from gemini_eval.verbs.check.survey import CHUNK, both_sides, head_side
from gemini_eval.verbs.expand import BLOCK, AskedCase, Expansion, Ticket
from gemini_eval.verbs.hearings import Hearing, repeats_itself
from gemini_eval.verbs.known import Known
from gemini_eval.vertex.metric import Instance

SideName: TypeAlias = Literal["before", "after"]

Pair: TypeAlias = tuple[Job | None, Job | None]
"""Before and after; None where that side is not asked, or not any more."""

Spans: TypeAlias = Mapping[int, tuple[int, int]]
"""The rounds of each variant, by the id of its `Asking`: from and to, the latter not included."""


@dataclass(frozen=True, slots=True)
class SideTicket(Ticket):
    """A job of one side of one variant."""

    asking: Asking
    side: SideName

    @property
    def hearing(self) -> int:
        """A side that is compared with itself shares no reply of a judge either."""
        return int(self.asking.itself and self.side == "after")


def side_of(job: Job) -> SideName:
    assert isinstance(job.ticket, SideTicket)
    return job.ticket.side


def by_vote(job: Job) -> Iterator[Job]:
    """The job's rounds where each is a vote of its own, else the whole job."""
    assert isinstance(job.ticket, SideTicket)
    samples = job.ticket.samples
    size = unit_of(samples) if samples.vote else len(job.asks)
    yield from (replace(job, asks=job.asks[at : at + size]) for at in range(0, len(job.asks), size))


def _pairs(askings: Sequence[Asking], spans: Spans, expansion: Expansion) -> Iterator[tuple[Asking, Pair]]:
    for asking in askings:
        yield from ((asking, pair) for pair in pairs_of(asking, expansion, *spans[id(asking)]))


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


def blocks_of(askings: Sequence[Asking], spans: Spans, expansion: Expansion, max_age_s: float) -> Iterator[Sequence[Job]]:
    """Jobs in blocks, answers put in place where they may be used; pair by pair, but for a model that never drifts one side after
    the other, since it reads a prompt's head once."""
    block: list[Pair] = []
    size, steady = 0, True
    known = expansion.known
    for asking, pair in _pairs(askings, spans, expansion):
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
        jobs.sort(key=lambda job: side_of(job) == "after")
    return jobs


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
                ask.forget()


def _is_saved(ask: Ask) -> bool:
    return bool(ask.at) and (ask.cached or ask.kept)


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00"))


# ---- all that was answered -------------------------------------------------------------------------------

UNTOUCHED = frozenset({State.UNCHANGED})
"""Variants of which head and base are one, which are asked for another variant's sake."""


def whole_jobs(asking: Asking, expansion: Expansion, both: Collection[State] = UNTOUCHED) -> Iterator[Job]:
    """The cases of a variant with all their answers; of a vote with the first one's. A variant whose requests are unchanged was
    asked once: in these states its answers are the base's too."""
    rounds = 1 if asking.surveyed.suite.head.samples.vote else asking.asked
    for before, after in pairs_of(asking, expansion, 0, max(1, rounds)):
        shared = _as_before(after) if after is not None and asking.surveyed.state in both else None
        yield from (_as_required(job) for job in (before or shared, after) if job is not None)


def _as_before(job: Job) -> Job:
    assert isinstance(job.ticket, SideTicket)
    return replace(job, ticket=replace(job.ticket, side="before"))


def whole_blocks(askings: Sequence[Asking], expansion: Expansion) -> Iterator[Sequence[Job]]:
    """The same of several variants, in blocks, both sides of a case in one; of what was judged otherwise before too."""
    jobs = (job for asking in askings for job in whole_jobs(asking, expansion, frozenset({State.UNCHANGED, State.REJUDGED})))
    return in_blocks(jobs)


def _as_required(job: Job) -> Job:
    """A case that must pass so many times of its own count is judged on that count alone."""
    ticket = job.ticket
    assert isinstance(ticket, SideTicket)
    samples = ticket.samples
    counted = isinstance(samples.require, int) and not isinstance(samples.require, bool) and not samples.vote
    return replace(job, asks=job.asks[: samples.count or 1]) if counted else job


# ---- judges' replies -------------------------------------------------------------------------------------


def answered_blocks(
    askings: Sequence[Asking], spans: Spans, expansion: Expansion, only: SideName | None = None
) -> Iterator[Sequence[Job]]:
    """The jobs of rounds whose answers are in, always pair by pair: judges hear both sides in turn. `only` one side's. Where each
    round is a vote it is a job of its own."""
    pairs = (pair for _, pair in _pairs(askings, spans, expansion))
    jobs = (vote for pair in pairs for job in pair if job is not None and only in (None, side_of(job)) for vote in by_vote(job))
    return in_blocks(jobs)


def in_blocks(jobs: Iterator[Job]) -> Iterator[Sequence[Job]]:
    """A case's jobs, both sides' and all votes, are in one block: how far apart their replies are is seen there."""
    block: list[Job] = []
    for _, of_case in groupby(jobs, _case_of):
        block += of_case
        if len(block) >= CHUNK:
            yield block
            block = []
    if block:
        yield block


def _case_of(job: Job) -> tuple[int, str]:
    assert isinstance(job.ticket, SideTicket)
    return id(job.ticket.asking), job.ticket.case.id


def drop_stale_replies(jobs: Sequence[Job], max_age_s: float) -> None:
    """The same of judges, about one case on both sides: a judge that has changed since must not have heard one of them alone."""
    asked: dict[Hashable, list[Ask]] = {}
    for hearing in {id(job.ticket): job.ticket for job in jobs}.values():
        assert isinstance(hearing, Hearing) and isinstance(hearing.of, SideTicket)
        for wanted, ask in hearing.asked:
            asked.setdefault((id(hearing.of.asking), hearing.case.id, *_asked_by(wanted.question)), []).append(ask)
    now = datetime.now(UTC)
    for asks in asked.values():
        ages = [(now - _moment(ask.at)).total_seconds() if _is_saved(ask) else 0.0 for ask in asks]
        if max(ages) - min(ages) > max_age_s and not repeats_itself(asks[0]):
            for ask in filter(_is_saved, asks):
                ask.forget()


def _asked_by(question: Inquiry) -> tuple[Hashable, Hashable]:
    """Who is asked, and by which text."""
    if isinstance(question, ToEmbed):
        return question.model, question.dimensions
    return (question.metric, question.spec) if isinstance(question, Instance) else (question.judge, question.rubric)
