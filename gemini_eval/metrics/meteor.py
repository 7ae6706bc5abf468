from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.overlap import check_threshold, judge_overlap
from gemini_eval.metrics.parameters import Text
from gemini_eval.metrics.words import words
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Subject, Verdict

ALPHA, BETA, GAMMA = 0.9, 3, 0.5


@dataclass(frozen=True, slots=True)
class Meteor:
    """The answer shares words and English stems with the value, else `expected`: METEOR of at least `threshold` (0 to 1).

    METEOR = F · (1 - 0.5·(chunks / matches)³), F = P·R / (0.9·P + 0.1·R) (Lavie and Agarwal 2007,
    https://aclanthology.org/W07-0734). Words match as they are, then by Porter's stem. Synonyms, METEOR's third stage, are left
    out: they need WordNet, which is English alone. Of several references the best counts.

    Words are those of `rouge`. On them it is nltk's `meteor_score` with Porter's original stemmer and an empty WordNet.
    """

    value: Text | Missing = MISSING
    threshold: float = 0.5

    NAME: ClassVar[str] = "meteor"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    def judge(self, subject: Subject) -> Verdict:
        return judge_overlap(subject, self.value, self.threshold, self.NAME, _best)


def _best(answer: str, references: Sequence[str]) -> float:
    has = words(answer)
    return max(_score(has, words(reference)) for reference in references)


def _score(answer: Sequence[str], reference: Sequence[str]) -> float:
    pairs = _aligned(answer, reference)
    if not pairs:
        return 0.0
    precision, recall = len(pairs) / len(answer), len(pairs) / len(reference)
    mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall)
    chunks = sum(pairs.get(at + 1) != place + 1 for at, place in pairs.items())
    return (1 - GAMMA * (chunks / len(pairs)) ** BETA) * mean


def _aligned(answer: Sequence[str], reference: Sequence[str]) -> dict[int, int]:
    """Index in the answer -> index in the reference, words from the end first, each matched once."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for form in ({}, _stems({*answer, *reference})):
        places: defaultdict[str, list[int]] = defaultdict(list)
        for index, word in enumerate(reference):
            if index not in taken:
                places[form.get(word, word)].append(index)
        for index in reversed(range(len(answer))):
            if index not in pairs and (free := places.get(form.get(answer[index], answer[index]))):
                pairs[index] = free.pop()
                taken.add(pairs[index])
    return pairs


def _stems(distinct: Collection[str]) -> dict[str, str]:
    """The English words' stems; others have none."""
    import snowballstemmer

    stemmer = snowballstemmer.stemmer("porter")
    return {word: stemmer.stemWord(word) for word in distinct if word.isascii()}
