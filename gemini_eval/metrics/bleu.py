from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any, ClassVar, Literal

from gemini_eval.metrics.bleu_tokens import characters, tokens_13a
from gemini_eval.metrics.ngrams import ngrams, shared
from gemini_eval.metrics.overlap import check_threshold, judge_overlap
from gemini_eval.metrics.parameters import Text
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Subject, Verdict

ORDERS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Bleu:
    """The answer shares runs of up to four tokens with the value, else `expected`: BLEU of at least `threshold` (0 to 1).

    BLEU = brevity penalty · geometric mean of the n-gram precisions, n = 1 to 4 (Papineni et al. 2002,
    https://aclanthology.org/P02-1040), of one answer, so smoothed and up to the longest n that it has. Alternatives of `expected`
    are BLEU's references. It is sacrebleu's `sentence_bleu` / 100: case:mixed|eff:yes|tok:13a|smooth:exp|version:2.6.0.

    `tokens: char` makes a token of every character, for languages without spaces (tok:char).
    """

    value: Text | Missing = MISSING
    threshold: float = 0.5
    tokens: Literal["13a", "char"] = "13a"

    NAME: ClassVar[str] = "bleu"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    def judge(self, subject: Subject) -> Verdict:
        return judge_overlap(subject, self.value, self.threshold, self.NAME, self._score)

    def _score(self, answer: str, references: Sequence[str]) -> float:
        split = tokens_13a if self.tokens == "13a" else characters
        tokens, wanted = split(answer), [split(reference) for reference in references]
        nearest = min((abs(len(tokens) - len(reference)), len(reference)) for reference in wanted)[1]
        penalty = exp(1 - nearest / len(tokens)) if 0 < len(tokens) < nearest else 1.0
        smooth, logs = 1.0, []
        for order in ORDERS:
            total = len(tokens) - order + 1
            if total <= 0:
                break
            most: Counter[Any] = Counter()
            for reference in wanted:
                most |= ngrams(reference, order)
            right = shared(ngrams(tokens, order), most)
            if not right and order == 1:
                return 0.0
            smooth *= 1 if right else 2
            logs.append(log(right / total) if right else -log(smooth * total))
        return penalty * exp(sum(logs) / len(logs)) if logs else 0.0
