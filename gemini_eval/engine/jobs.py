"""What the engine works on: one case of one variant, with the answers it already has and those still to be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
