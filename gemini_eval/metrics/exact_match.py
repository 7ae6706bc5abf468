from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.parameters import Text
from gemini_eval.metrics.wanted import NO_EXPECTED, wanted_values
from gemini_eval.metrics.wording import either, failed, kind_of, passed, show, show_both
from gemini_eval.numbers import as_number
from gemini_eval.paths import MISSING, Missing
from gemini_eval.text import normalise, text_of
from gemini_eval.types import Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class ExactMatch:
    """The answer is exactly `expected`, or the given value: NFC and strip on both, no folding of its own.

    Where the suite reads answers `as: number`, `expected` is read as a number too.
    """

    value: Text | Missing = MISSING

    NAME: ClassVar[str] = "exact_match"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def judge(self, subject: Subject) -> Verdict:
        wanted = wanted_values(self.value, subject.expected)
        if not wanted:
            return NO_EXPECTED
        for value in (subject.value, *wanted):
            if not isinstance(value, str) and text_of(value) is None:
                whose = "the answer" if value is subject.value else "expected"
                return failed(f"{whose} is {kind_of(value)}; exact_match compares text, equals and json_match compare the rest")
        for value in wanted:
            if _same(subject.value, value):
                return passed(f"the answer is {show(subject.value)}")
        if len(wanted) > 1:
            return failed(f"expected {either([show(value) for value in wanted])}, answered {show(subject.value)}")
        expected, answer = show_both(_text(wanted[0]), _text(subject.value))
        return failed(f"expected {expected}, answered {answer}")


def _same(answer: Json, expected: Json) -> bool:
    if isinstance(answer, (int, float)) and not isinstance(answer, bool) and not isinstance(expected, bool):
        number = as_number(answer)
        return number is not None and number == as_number(expected)
    return _text(answer) == _text(expected)


def _text(value: Json) -> str:
    return normalise(text_of(value) or "")
