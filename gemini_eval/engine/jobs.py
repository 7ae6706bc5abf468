"""What the engine works on (one case of one variant, its answers known or still to be asked for), and what it hands back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from gemini_eval.runs.records import AnswerRecord
from gemini_eval.types import Answer, Request

DEFAULT_WAIT_S = 120.0


@dataclass(slots=True)
class Ask:
    """One sample. `answer` is set where it is already known: a recording, the cache, a resumed run, a column of the data."""

    index: int
    key: str
    request: Request | None = None
    answer: Answer | None = None
    kept: bool = False
    """The answer is already in this run's log (a resumed run)."""
    cached: bool = False
    """The answer was not asked for on this case's behalf: the cache had it, or an equal request brought it."""
    at: str = ""
    """When the answer was given, where that was not just now."""
    elsewhere: bool = False
    """Another process is asking this request right now: its answer is waited for."""
    twin: Ask | None = None
    """An earlier sample of the same block with an equal request: its answer is this one's too."""
    seen: bool = False
    """An earlier block had an equal request: the cache may have its answer by the time that this one is asked."""
    attempts: int = 0
    """How often it was sent."""

    def forget(self) -> None:
        """Let it be asked again: what was kept or cached is not used."""
        self.answer, self.cached, self.kept, self.at = None, False, False, ""


@dataclass(frozen=True, slots=True)
class Job:
    """`ticket` is the caller's own: the engine hands it back with the answers. `provider` names who answers what is missing."""

    ticket: object
    provider: str
    asks: Sequence[Ask]

    @property
    def missing(self) -> list[Ask]:
        return [ask for ask in self.asks if ask.answer is None]


class Sink(Protocol):
    """Where answers go. Both are called in the engine's thread; what they raise stops the run."""

    def answered(self, job: Job, ask: Ask) -> None:
        """A new answer: it is acknowledged once this returns."""
        ...

    def finished(self, job: Job) -> bool:
        """All answers of a case are in. False: ask no more."""
        ...


class Elsewhere(Protocol):
    """The cache: what was answered before, and what other processes are asking that share it."""

    def find(self, keys: Sequence[str]) -> Mapping[str, AnswerRecord]:
        """The answers that are there by now."""
        ...

    def settled(self, keys: Iterable[str]) -> tuple[Mapping[str, AnswerRecord], set[str]]:
        """Of requests that another process asks: the answers that have come, and the keys that were given up there and are ours
        now."""
        ...


@dataclass(slots=True)
class Ending:
    """How a run of the engine ended: `interrupted` by the user, `stopped` by the sink, or `cut` short, which then says why; where
    everything was asked none of these. `sent` counts requests, each attempt of its own, and `cost_micros` what their answers
    cost."""

    interrupted: bool = False
    stopped: bool = False
    cut: str = ""
    sent: int = 0
    cost_micros: int = 0

    @property
    def over(self) -> bool:
        return self.interrupted or self.stopped or bool(self.cut)

    def then(self, later: Ending) -> Ending:
        """This one and a later one of the same run: the later end, and what both used."""
        ended = self if self.over else later
        return replace(ended, sent=self.sent + later.sent, cost_micros=self.cost_micros + later.cost_micros)


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use, None for no limit: requests sent, cost in 1e-6 USD of the answers with a known price, requests that
    were not delivered, and how many seconds it waits for a quota or an outage without one answer. `used` is what earlier parts of
    the same run took of the first two."""

    requests: int | None = None
    cost_micros: int | None = None
    errors: int | None = None
    wait_s: float = DEFAULT_WAIT_S
    used_requests: int = 0
    used_micros: int = 0

    def after(self, ending: Ending) -> Budget:
        """The same budget, of which an earlier part of the run has used some."""
        requests, cost = self.used_requests + ending.sent, self.used_micros + ending.cost_micros
        return replace(self, used_requests=requests, used_micros=cost)

    def within(self, requests: int | None, usd: float | None) -> Budget:
        """The same, where it stays below these limits; else those."""
        cost = None if usd is None else round(usd * 1_000_000)
        return replace(self, requests=_least(self.requests, requests), cost_micros=_least(self.cost_micros, cost))


def _least(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


def tell_known(job: Job, sink: Sink) -> None:
    """The answers of a job that were not asked for just now, and that this run's log does not have yet."""
    for ask in job.asks:
        if ask.answer is not None and not ask.kept:
            sink.answered(job, ask)


def hand_back(job: Job, sink: Sink) -> bool:
    """A job that lacks nothing, to its end; what the sink says: False where no more may be asked."""
    tell_known(job, sink)
    return sink.finished(job)
