from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from gemini_eval.metrics.call_facts import Call, calls_of, plain, show_calls
from gemini_eval.metrics.equality import same
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wording import either, failed, passed, show
from gemini_eval.types import Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class CallArgs:
    """A call's arguments: it has all of `keys`, and the given `values`; `only: true` allows no others.

    `name` says which function's call; without it any will do. Values are compared as `equals` does: types strict, lists and
    objects deeply. Of several calls one must meet all; the score is the best one's share of what is asked.
    """

    keys: tuple[str, ...] = ()
    values: dict[str, Json] = field(default_factory=dict)
    only: bool = False
    name: str = ""

    NAME: ClassVar[str] = "call_args"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.keys and not self.values and not self.only:
            raise ParameterError("call_args asks for nothing", "for example {keys: [city]} or {values: {unit: C}}")

    def judge(self, subject: Subject) -> Verdict:
        calls = [call for call in calls_of(subject.response) if not self.name or call.name == self.name]
        if not calls:
            return failed(f"{show_calls(calls_of(subject.response))}; a call of {self.name or 'a function'} expected")
        asked = len({*self.keys, *self.values}) + self.only
        problems = min((self._wrong(call) for call in calls), key=len)
        if problems:
            return failed(f"{show_calls(calls)}: {either(problems, 'and')}", max(0.0, 1 - len(problems) / asked))
        return passed(show_calls(calls))

    def _wrong(self, call: Call) -> list[str]:
        wrong = [f"{key} is missing" for key in dict.fromkeys((*self.keys, *self.values)) if key not in call.args]
        for key, value in self.values.items():
            if key in call.args and not same(call.args[key], value):
                wrong.append(f"{key} is {show(call.args[key])}, {show(value)} expected")
        strange = [plain(key) for key in call.args if key not in self.keys and key not in self.values]
        if self.only and strange:
            wrong.append(f"{either(strange, 'and')} not expected")
        return wrong
