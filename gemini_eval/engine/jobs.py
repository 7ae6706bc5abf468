"""What the engine works on (one case of one variant, its answers known or still to be asked for), and what it hands back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gemini_eval.types import Answer, Request


@dataclass(slots=True)
class Ask:
    """One sample. `answer` is set where it is already known: a recording, a resumed run, a column of the data."""

    index: int
    key: str
    request: Request | None = None
    answer: Answer | None = None
    kept: bool = False
    """The answer is already in this run's log (a resumed run)."""


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


@dataclass(slots=True)
class Ending:
    """How a run of the engine ended: `interrupted` by the user, `stopped` by the sink, or its budget `spent`; all False where
    everything was asked."""

    interrupted: bool = False
    stopped: bool = False
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use: requests sent, and cost in 1e-6 USD of the answers with a known price; None for no limit."""

    requests: int | None = None
    cost_micros: int | None = None


def tell_known(job: Job, sink: Sink) -> None:
    """The answers of a job that were not asked for just now, and that this run's log does not have yet."""
    for ask in job.asks:
        if ask.answer is not None and not ask.kept:
            sink.answered(job, ask)


def hand_back(job: Job, sink: Sink) -> bool:
    """A job that lacks nothing, to its end; what the sink says: False where no more may be asked."""
    tell_known(job, sink)
    return sink.finished(job)
