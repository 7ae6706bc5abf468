"""exact_match, bleu and rouge, as the service computes them. Of several references the best counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.overlap import check_threshold
from gemini_eval.metrics.parameters import Text
from gemini_eval.metrics.wanted import NO_EXPECTED, wanted_values
from gemini_eval.metrics.wording import failed, kind_of, show_both
from gemini_eval.paths import MISSING, Missing
from gemini_eval.text import text_of
from gemini_eval.types import Expected, Json, Subject, Verdict
from gemini_eval.vertex.metric import Instance, ServiceMetric, no_verdict
from gemini_eval.vertex.reply import Result


@dataclass(frozen=True, slots=True)
class _OfTexts(ServiceMetric):
    value: Text | Missing = MISSING

    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True
    TOGETHER: ClassVar[bool] = True

    @property
    def least(self) -> float:
        """The score from which on the answer passes."""
        return 1.0

    def count(self, expected: Expected | None) -> int:
        return len(wanted_values(self.value, expected))

    def asked(self, subject: Subject) -> tuple[Instance, ...] | Verdict:
        wanted = wanted_values(self.value, subject.expected)
        if not wanted:
            return NO_EXPECTED
        for whose, item in (("the answer", subject.value), *(("expected", item) for item in wanted)):
            if text_of(item) is None:
                return failed(f"{whose} is {kind_of(item)}; vertex {self.NAME} compares text")
        answer = text_of(subject.value)
        return tuple(self.instance(self.spec, {"prediction": answer, "reference": text_of(item)}) for item in wanted)

    def verdict(self, subject: Subject, results: Sequence[Result]) -> Verdict:
        whole = [result.score for result in results if not result.broken]
        best = min(1.0, max(whole, default=0.0))
        if not whole or (best < self.least and len(whole) < len(results)):
            return no_verdict(results)
        said = f"{self.NAME} of the service {best:.3f}, at least {self.least:g} expected"
        if best >= self.least:
            return Verdict(True, best, said)
        first = text_of(wanted_values(self.value, subject.expected)[0]) or ""
        expected, answered = show_both(first, text_of(subject.value) or "")
        return Verdict(False, best, f"{said}: expected {expected}, answered {answered}")


@dataclass(frozen=True, slots=True)
class ExactMatch(_OfTexts):
    """The answer is the value, else `expected`, character by character."""

    NAME: ClassVar[str] = "exact_match"


@dataclass(frozen=True, slots=True)
class Bleu(_OfTexts):
    """The service's BLEU of the answer and the value, else `expected`, of at least `threshold` (0 to 1).

    `use_effective_order` leaves out orders of n-grams that a short answer does not have, as the local `bleu` always does.
    """

    use_effective_order: bool = False
    threshold: float = 0.5

    NAME: ClassVar[str] = "bleu"

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    @property
    def least(self) -> float:
        return self.threshold

    @property
    def spec(self) -> dict[str, Json]:
        return {"use_effective_order": self.use_effective_order}


@dataclass(frozen=True, slots=True)
class Rouge(_OfTexts):
    """The service's ROUGE of the answer and the value, else `expected`, of at least `threshold` (0 to 1)."""

    type: Literal[
        "rouge1", "rouge2", "rouge3", "rouge4", "rouge5", "rouge6", "rouge7", "rouge8", "rouge9", "rougeL", "rougeLsum"
    ] = "rougeL"
    use_stemmer: bool = False
    split_summaries: bool = False
    threshold: float = 0.75

    NAME: ClassVar[str] = "rouge"

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    @property
    def least(self) -> float:
        return self.threshold

    @property
    def spec(self) -> dict[str, Json]:
        return {"rouge_type": self.type, "use_stemmer": self.use_stemmer, "split_summaries": self.split_summaries}
