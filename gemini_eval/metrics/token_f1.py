from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import punctuation
from typing import ClassVar, Literal
from unicodedata import category

from gemini_eval.metrics.counting import is_unspaced
from gemini_eval.metrics.ngrams import ngrams, shared
from gemini_eval.metrics.overlap import check_threshold, judge_overlap
from gemini_eval.metrics.parameters import Text
from gemini_eval.metrics.words import By
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Subject, Verdict

ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True, slots=True)
class TokenF1:
    """The answer has the words of the value, else of `expected`, in any order: SQuAD's F1 of at least `threshold` (0 to 1).

    Both in lower case, without punctuation and the articles a, an and the, split at white space (Rajpurkar et al. 2016,
    https://arxiv.org/abs/1606.05250). `score` is recall = shared words / the reference's, precision = shared / the answer's,
    their harmonic mean `f1`, or `exact`: 1 where the words are the same in the same order. Of several references the best
    counts; where no word is left of either text, both are equal, as in SQuAD 2.0's script.

    On ASCII text it is SQuAD's script. Elsewhere all Unicode punctuation goes, and each Han or Kana character is a word. A Korean
    word is what stands between spaces, particles included: `by: character` counts characters, as KorQuAD's script does.
    """

    value: Text | Missing = MISSING
    threshold: float = 0.5
    score: Literal["f1", "precision", "recall", "exact"] = "f1"
    by: By = "word"

    NAME: ClassVar[str] = "token_f1"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    def judge(self, subject: Subject) -> Verdict:
        named = self.NAME if self.score == "f1" else f"{self.NAME} {self.score}"
        return judge_overlap(subject, self.value, self.threshold, named, self._best)

    def _best(self, answer: str, references: Sequence[str]) -> float:
        has = _tokens(answer, self.by)
        return max(self._of(has, _tokens(reference, self.by)) for reference in references)

    def _of(self, answer: Sequence[str], reference: Sequence[str]) -> float:
        if self.score == "exact" or not answer or not reference:
            return float(answer == reference)
        same = shared(ngrams(answer, 1), ngrams(reference, 1))
        precision, recall = same / len(answer), same / len(reference)
        f1 = 2 * precision * recall / (precision + recall) if same else 0.0
        return {"precision": precision, "recall": recall, "f1": f1}[self.score]


def _tokens(text: str, by: By) -> list[str]:
    lower = text.lower()
    plain = lower.translate({ord(char): _kept(char) for char in set(lower)})
    found = [word for word in plain.split() if word not in ARTICLES]
    return found if by == "word" else [char for word in found for char in word]


def _kept(char: str) -> str:
    if is_unspaced(char):
        return f" {char} "
    return "" if char in punctuation or category(char).startswith("P") else char
