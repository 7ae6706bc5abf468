from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.equality import EXACT, same
from gemini_eval.metrics.wanted import NO_EXPECTED, check_choice, choose, describe
from gemini_eval.metrics.wording import failed, show_both
from gemini_eval.paths import MISSING, Missing
from gemini_eval.text import Fold, fold, normalise, text_of
from gemini_eval.types import Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class Equals:
    """The answer is the value, else `expected`: one, `any` of several, or `all` of them among the items of a list.

    Types are strict (`true` is not 1, `"5"` is not 5), lists and objects are compared deeply; but where the answer is text, a
    bare number stands for its text as written. Texts are NFC and stripped, then folded as `fold` says. A list is also searched
    for an item that is the value.
    """

    value: Json | Missing = MISSING
    any: tuple[Json, ...] | None = None
    all: tuple[Json, ...] | None = None
    fold: tuple[Fold, ...] = ()

    NAME: ClassVar[str] = "equals"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_choice(self.NAME, self.value, self.any, self.all)

    def judge(self, subject: Subject) -> Verdict:
        wanted = choose(self.value, self.any, self.all, subject.expected)
        if not wanted.values:
            return NO_EXPECTED
        met = [value for value in wanted.values if self._is(subject.value, value)]
        if not met and len(wanted.values) == 1 and isinstance(subject.value, str) and isinstance(wanted.values[0], str):
            expected, answer = show_both(self._text(wanted.values[0]), self._text(subject.value))
            return failed(f"expected {expected}, answered {answer}")
        return describe(wanted, wanted.values, met, subject.value, ("is", "is not"), said="it is ")

    def _is(self, answer: Json, value: Json) -> bool:
        if isinstance(answer, list) and not isinstance(value, list):
            return any(self._is(item, value) for item in answer)
        if isinstance(answer, str):
            text = text_of(value)
            return text is not None and self._text(answer) == self._text(text)
        return same(answer, value, EXACT, self._text)

    def _text(self, text: str) -> str:
        return fold(normalise(text), self.fold)
