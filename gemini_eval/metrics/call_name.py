from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.call_facts import calls_of, show_calls
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wanted import check_texts
from gemini_eval.metrics.wording import either, failed, passed
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class CallName:
    """The model called the function of this name, `any` of several or `all` of them; other calls don't matter.

    `none: true` asks that it called none. A call is recorded, never carried out.
    """

    value: str | Missing = MISSING
    any: tuple[str, ...] | None = None
    all: tuple[str, ...] | None = None
    none: bool = False

    NAME: ClassVar[str] = "call_name"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_texts(self.NAME, self.value, self.any, self.all)
        named = self.value is not MISSING or self.any is not None or self.all is not None
        if named == self.none:
            reason = "call_name has a name and `none`" if named else "call_name needs a function's name"
            raise ParameterError(reason, "for example call_name: get_weather")

    def judge(self, subject: Subject) -> Verdict:
        calls = calls_of(subject.response)
        said, names = show_calls(calls), {call.name for call in calls}
        if self.none:
            return failed(f"{said}; none expected") if calls else passed(said)
        wanted = list(self.all or self.any or (() if isinstance(self.value, Missing) else (self.value,)))
        met = [name for name in wanted if name in names]
        if len(met) == len(wanted) or (met and self.all is None):
            return passed(said)
        score = len(met) / len(wanted) if self.all else 0.0
        return failed(f"{said}; {either(wanted, 'and' if self.all else 'or')} expected", score)
