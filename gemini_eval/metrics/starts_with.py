from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.parameters import Text
from gemini_eval.metrics.wanted import check_texts, choose, judge_text
from gemini_eval.paths import MISSING, Missing
from gemini_eval.text import Fold, fold, nfc, normalise
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class StartsWith:
    """The answer starts with the value, else `expected`: one text, `any` of several or `all` of them.

    Of a list, an item must. A text is looked for as written, NFC on both sides, under `fold`.
    """

    value: Text | Missing = MISSING
    any: tuple[Text, ...] | None = None
    all: tuple[Text, ...] | None = None
    fold: tuple[Fold, ...] = ()

    NAME: ClassVar[str] = "starts_with"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_texts(self.NAME, self.value, self.any, self.all)

    def judge(self, subject: Subject) -> Verdict:
        wanted = choose(self.value, self.any, self.all, subject.expected)
        return judge_text(subject, wanted, self._meets, ("starts with", "does not start with"))

    def _meets(self, text: str, needle: str) -> bool:
        return fold(normalise(text), self.fold).startswith(fold(nfc(needle), self.fold))
