from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import punctuation
from typing import ClassVar, Literal

from gemini_eval.metrics.ngrams import ngrams, shared
from gemini_eval.metrics.overlap import check_threshold, judge_overlap
from gemini_eval.metrics.parameters import ParameterError, Text
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Subject, Verdict

CHARACTERS = 6
BETA = 2


@dataclass(frozen=True, slots=True)
class Chrf:
    """The answer shares runs of up to six characters with the value, else `expected`: chrF of at least `threshold` (0 to 1).

    chrF = 5·P·R / (4·P + R), with P and R the mean precision and recall of character n-grams, n = 1 to 6, white space left out
    (Popović 2015, https://aclanthology.org/W15-3049). It needs no tokeniser, so it suits any language. `words: 2` adds runs of
    up to two words: chrF++. Of several references the best counts. It is sacrebleu's `sentence_chrf` / 100:
    case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0.
    """

    value: Text | Missing = MISSING
    threshold: float = 0.5
    words: int = 0

    NAME: ClassVar[str] = "chrf"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_threshold(self.threshold)
        if not 0 <= self.words <= 4:
            raise ParameterError(f"words is {self.words}; it is from 0 (chrF) to 4", "2 is chrF++", ("words",))

    def judge(self, subject: Subject) -> Verdict:
        return judge_overlap(subject, self.value, self.threshold, "chrf++" if self.words else "chrf", self._best)

    def _best(self, answer: str, references: Sequence[str]) -> float:
        return max(self._score(answer, reference) for reference in references)

    def _score(self, answer: str, reference: str) -> float:
        orders, precision, recall = 0, 0.0, 0.0
        for one, other, order in self._orders(answer, reference):
            has, needs = len(one) - order + 1, len(other) - order + 1
            if has > 0 and needs > 0:
                same = shared(ngrams(one, order), ngrams(other, order))
                orders, precision, recall = orders + 1, precision + same / has, recall + same / needs
        if not precision + recall:
            return 0.0
        precision, recall = precision / orders, recall / orders
        return (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)

    def _orders(self, answer: str, reference: str) -> Iterator[tuple[Sequence[str], Sequence[str], int]]:
        bare = "".join(answer.split()), "".join(reference.split())
        yield from ((*bare, order) for order in range(1, CHARACTERS + 1))
        split = _words(answer), _words(reference)
        yield from ((*split, order) for order in range(1, self.words + 1))


def _words(text: str) -> list[str]:
    """One mark set apart from the end of each word, else from its beginning."""
    found: list[str] = []
    for word in text.split():
        if len(word) > 1 and word[-1] in punctuation:
            found += [word[:-1], word[-1]]
        elif len(word) > 1 and word[0] in punctuation:
            found += [word[0], word[1:]]
        else:
            found.append(word)
    return found
