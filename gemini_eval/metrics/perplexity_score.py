from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.overlap import check_threshold
from gemini_eval.metrics.probabilities import NO_LOGPROBS, perplexity_of
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class PerplexityScore:
    """How sure the model was of its words, as a score: 1 / (1 + perplexity), at least `threshold`.

    0.5 is complete certainty, 0 none. It is promptfoo's perplexity-score; see `perplexity`, and ask for
    `params: {response_logprobs: true}`.
    """

    threshold: float = 0.0

    NAME: ClassVar[str] = "perplexity_score"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = "threshold"
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    def judge(self, subject: Subject) -> Verdict:
        found = perplexity_of(subject.response)
        if found is None:
            return NO_LOGPROBS
        score = 1 / (1 + found)
        return Verdict(score >= self.threshold, score, f"perplexity score {score:.3f}, at least {self.threshold:g} expected")
