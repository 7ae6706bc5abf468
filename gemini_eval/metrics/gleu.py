from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.ngrams import ngrams, shared
from gemini_eval.metrics.overlap import check_threshold, judge_overlap
from gemini_eval.metrics.parameters import Text
from gemini_eval.metrics.words import By, words
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Subject, Verdict

ORDERS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Gleu:
    """The answer shares runs of up to four words with the value, else `expected`: GLEU of at least `threshold` (0 to 1).

    GLEU = the smaller of precision and recall over all n-grams, n = 1 to 4 (Wu et al. 2016, https://arxiv.org/abs/1609.08144,
    section 6). Words are those of `rouge`: lower case, no punctuation, a Han or Kana character each; `by: character` counts
    characters. Of several references the best counts. On the same words it is nltk's `sentence_gleu`.
    """

    value: Text | Missing = MISSING
    threshold: float = 0.5
    by: By = "word"

    NAME: ClassVar[str] = "gleu"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    def judge(self, subject: Subject) -> Verdict:
        return judge_overlap(subject, self.value, self.threshold, self.NAME, self._best)

    def _best(self, answer: str, references: Sequence[str]) -> float:
        has = words(answer, self.by)
        return max(_score(has, words(reference, self.by)) for reference in references)


def _score(answer: Sequence[str], reference: Sequence[str]) -> float:
    same = sum(shared(ngrams(answer, order), ngrams(reference, order)) for order in ORDERS)
    most = max(sum(max(0, len(items) - order + 1) for order in ORDERS) for items in (answer, reference))
    return same / most if most else 0.0
