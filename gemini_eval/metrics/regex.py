from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.parameters import ParameterError, Text
from gemini_eval.metrics.wanted import Wanted, check_texts, choose, judge_text
from gemini_eval.paths import MISSING, Missing, Path
from gemini_eval.safe.regex import Pattern, compile_pattern
from gemini_eval.text import Fold, fold, nfc, normalise, text_of
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class Regex:
    """A pattern matches somewhere in the answer: one, `any` of several or `all` of them. Of a list, an item must match.

    Patterns are RE2's (https://github.com/google/re2/wiki/Syntax), so they have no look-around and never hang. `fold: [case]`
    makes them blind to case, other folds apply to the answer.
    """

    value: Text | Missing = MISSING
    any: tuple[Text, ...] | None = None
    all: tuple[Text, ...] | None = None
    fold: tuple[Fold, ...] = ()
    _compiled: dict[str, Pattern] = field(init=False, repr=False, compare=False)
    _wanted: Wanted = field(init=False, repr=False, compare=False)

    NAME: ClassVar[str] = "regex"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_texts(self.NAME, self.value, self.any, self.all)
        places: list[tuple[Text, Path]] = [] if self.value is MISSING else [(self.value, ("value",))]
        for name, patterns in (("any", self.any or ()), ("all", self.all or ())):
            places += [(pattern, (name, index)) for index, pattern in enumerate(patterns)]
        if not places:
            raise ParameterError("regex needs a pattern", "for example regex: '^[A-Z]{3}$'")
        object.__setattr__(self, "_compiled", {text_of(pattern): self._compile(pattern, path) for pattern, path in places})
        object.__setattr__(self, "_wanted", choose(self.value, self.any, self.all, None))

    def judge(self, subject: Subject) -> Verdict:
        try:
            return judge_text(subject, self._wanted, self._meets, ("matches", "does not match"))
        except ValueRefusedError as error:
            return Verdict(None, 0.0, str(error))

    def _meets(self, text: str, pattern: str) -> bool:
        text = normalise(text)
        if self.fold:
            text = fold(text, [name for name in self.fold if name != "case"])
        return self._compiled[pattern].is_in(text)

    def _compile(self, pattern: Text, path: Path) -> Pattern:
        try:
            return compile_pattern(("(?i)" if "case" in self.fold else "") + nfc(text_of(pattern) or ""))
        except ValueRefusedError as error:
            raise ParameterError(error.reason, error.hint, path) from None
