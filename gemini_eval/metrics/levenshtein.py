from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.parameters import ParameterError, Text
from gemini_eval.metrics.wanted import NO_EXPECTED, wanted_values
from gemini_eval.metrics.wording import failed, kind_of, show_both
from gemini_eval.paths import MISSING, Missing
from gemini_eval.text import Fold, fold, normalise, text_of
from gemini_eval.types import Subject, Verdict

MOST_CELLS = 2_000_000_000
"""Characters of one text times those of the other, beyond which the comparison would take seconds."""


@dataclass(frozen=True, slots=True)
class Levenshtein:
    """The answer is similar to the value, else `expected`: similarity = 1 - distance / the longer text's length.

    The distance counts inserted, deleted and replaced characters (Levenshtein 1966). `min_similarity` (0 to 1) or `max_distance`
    decides; without either, only equal texts pass, and `threshold` may say otherwise. Of several, the most similar counts.
    """

    value: Text | Missing = MISSING
    min_similarity: float | None = None
    max_distance: int | None = None
    fold: tuple[Fold, ...] = ()

    NAME: ClassVar[str] = "levenshtein"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.min_similarity is not None and self.max_distance is not None:
            raise ParameterError("levenshtein has min_similarity and max_distance", "keep one", ("max_distance",))
        if self.min_similarity is not None and not 0 <= self.min_similarity <= 1:
            raise ParameterError(f"min_similarity is {self.min_similarity:g}; it is from 0 to 1", path=("min_similarity",))
        if self.max_distance is not None and self.max_distance < 0:
            raise ParameterError(f"max_distance is {self.max_distance}; a distance is never below 0", path=("max_distance",))

    def judge(self, subject: Subject) -> Verdict:
        wanted = wanted_values(self.value, subject.expected)
        if not wanted:
            return NO_EXPECTED
        for whose, value in (("the answer", subject.value), *(("expected", value) for value in wanted)):
            if text_of(value) is None:
                return failed(f"{whose} is {kind_of(value)}; levenshtein compares text")
        answer = self._text(subject.value)
        texts = [self._text(value) for value in wanted]
        if any(len(text) * len(answer) > MOST_CELLS for text in texts):
            return Verdict(None, 0.0, f"too long to compare: {len(answer):,} characters with {max(map(len, texts)):,}")
        similarity, distance, text = max((*_likeness(text, answer), text) for text in texts)
        return self._decide(similarity, -distance, *show_both(text, answer))

    def _decide(self, similarity: float, distance: int, expected: str, answer: str) -> Verdict:
        if self.max_distance is not None:
            passed = distance <= self.max_distance
            said = f"distance {distance}, at most {self.max_distance} expected"
        else:
            least = 1.0 if self.min_similarity is None else self.min_similarity
            passed = similarity >= least
            said = f"similarity {similarity:.3f}, at least {least:g} expected"
        return Verdict(passed, similarity, said if passed else f"{said}: expected {expected}, answered {answer}")

    def _text(self, value: Text) -> str:
        return fold(normalise(text_of(value) or ""), self.fold)


def _likeness(one: str, other: str) -> tuple[float, int]:
    """Similarity, and the distance negated, so that the larger is the better."""
    from rapidfuzz.distance import Levenshtein as Distance

    distance = Distance.distance(one, other)
    longest = max(len(one), len(other))
    return (1 - distance / longest if longest else 1.0), -distance
