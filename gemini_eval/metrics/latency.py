from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wording import verdict
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class Latency:
    """The answer took at most `max_ms` milliseconds of wall time."""

    max_ms: int | float

    NAME: ClassVar[str] = "latency"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = "max_ms"
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.max_ms > 0:
            raise ParameterError(f"max_ms is {self.max_ms:g}; no answer is that fast", "give milliseconds: 2000", ("max_ms",))

    def judge(self, subject: Subject) -> Verdict:
        took = subject.response.latency_ms
        return verdict(took <= self.max_ms, f"took {took:.0f} ms, at most {self.max_ms:g} ms expected")
