from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wording import verdict
from gemini_eval.numbers import plain
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class Cost:
    """The answer cost at most `max_usd` US dollars; it can't be judged where the price is not known."""

    max_usd: int | float

    NAME: ClassVar[str] = "cost"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = "max_usd"
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.max_usd >= 0:
            raise ParameterError(f"max_usd is {self.max_usd:g}; no answer costs less than nothing", path=("max_usd",))

    def judge(self, subject: Subject) -> Verdict:
        if subject.response.cost_micros is None:
            return Verdict(None, 0.0, "cost unknown: the model has no price in the table")
        cost, most = Decimal(subject.response.cost_micros).scaleb(-6), Decimal(repr(self.max_usd))
        return verdict(cost <= most, f"cost ${plain(cost)}, at most ${plain(most)} expected")
