from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.probabilities import NO_LOGPROBS, perplexity_of
from gemini_eval.metrics.wording import verdict
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class Perplexity:
    """The model was sure of its words: perplexity = exp(-mean log probability of the output's tokens) is at most `max`.

    1 is complete certainty, 10 as unsure as a choice of ten equal tokens (Jelinek et al. 1977). It needs
    `params: {response_logprobs: true}`; without log probabilities it can't be judged.
    """

    max: int | float

    NAME: ClassVar[str] = "perplexity"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = "max"
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.max >= 1:
            raise ParameterError(f"max is {self.max:g}; a perplexity is never below 1", path=("max",))

    def judge(self, subject: Subject) -> Verdict:
        found = perplexity_of(subject.response)
        if found is None:
            return NO_LOGPROBS
        return verdict(found <= self.max, f"perplexity {found:.3g}, at most {self.max:g} expected")
