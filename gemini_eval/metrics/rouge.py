from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.lcs import lcs_length, lcs_positions
from gemini_eval.metrics.ngrams import ngrams, shared
from gemini_eval.metrics.overlap import check_threshold, judge_overlap
from gemini_eval.metrics.parameters import Text
from gemini_eval.metrics.words import By, words
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class Rouge:
    """The answer shares words with the value, else `expected`: ROUGE of at least `threshold` (0 to 1).

    `rouge1` and `rouge2` count shared words and pairs of words, `rougeL` the longest common subsequence, `rougeLsum` that of each
    line (Lin 2004, https://aclanthology.org/W04-1013). `score` is recall = shared / the reference's, precision = shared / the
    answer's, or their harmonic mean `f1`. Of several references the best counts.

    A word is a run of letters and digits in lower case, without stemming; each Han or Kana character is one, so Chinese and
    Japanese are compared too. `by: character` counts characters: for Korean with its particles, and Thai. On ASCII text scores
    are those of the package rouge-score 0.1.2.
    """

    value: Text | Missing = MISSING
    type: Literal["rouge1", "rouge2", "rougeL", "rougeLsum"] = "rougeL"
    threshold: float = 0.75
    score: Literal["f1", "precision", "recall"] = "f1"
    by: By = "word"

    NAME: ClassVar[str] = "rouge"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    def judge(self, subject: Subject) -> Verdict:
        named = self.type if self.score == "f1" else f"{self.type} {self.score}"
        return judge_overlap(subject, self.value, self.threshold, named, self._best)

    def _best(self, answer: str, references: Sequence[str]) -> float:
        return max(self._score(answer, reference) for reference in references)

    def _score(self, answer: str, reference: str) -> float:
        if self.type == "rougeLsum":
            hits, has, needs = _by_line(*([words(line, self.by) for line in text.split("\n")] for text in (answer, reference)))
        else:
            one, other = words(answer, self.by), words(reference, self.by)
            short = int(self.type == "rouge2")
            has, needs = max(0, len(one) - short), max(0, len(other) - short)
            hits = lcs_length(one, other) if self.type == "rougeL" else shared(ngrams(one, 1 + short), ngrams(other, 1 + short))
        precision, recall = hits / max(1, has), hits / max(1, needs)
        both = precision + recall
        return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / both if both else 0.0}[self.score]


MOST_CELLS = 400_000_000
MOST_PAIRS = 200_000
"""Of lines, beyond which rougeLsum, which compares each with each, would take seconds."""


def _by_line(answer: Sequence[Sequence[str]], reference: Sequence[Sequence[str]]) -> tuple[int, int, int]:
    """Words of the reference's lines that the answer's lines have in order, none counted twice; words of each."""
    left = Counter(word for line in answer for word in line)
    right = Counter(word for line in reference for word in line)
    has, needs, hits = left.total(), right.total(), 0
    answer, reference = [line for line in answer if line], [line for line in reference if line]
    if has * needs > MOST_CELLS or len(answer) * len(reference) > MOST_PAIRS:
        raise ValueRefusedError(f"too long for rougeLsum: {len(answer):,} lines, {has:,} words", "use rougeL")
    for line in reference:
        union = sorted({index for other in answer for index in lcs_positions(line, other)})
        for word in (line[index] for index in union):
            if left[word] > 0 and right[word] > 0:
                hits += 1
                left[word] -= 1
                right[word] -= 1
    return hits, has, needs
