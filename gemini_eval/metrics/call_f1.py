from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.call_facts import calls_of, plain
from gemini_eval.metrics.overlap import check_threshold
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wanted import NO_EXPECTED, wanted_values
from gemini_eval.metrics.wording import either, failed, kind_of
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class CallF1:
    """The model called the functions of these names, else of `expected`: F1 of the two sets, at least `threshold` (0 to 1).

    F1 = 2·P·R / (P + R), P = right / called, R = right / expected; order and repeats don't matter. A name or a list of names.
    """

    value: str | tuple[str, ...] | Missing = MISSING
    threshold: float = 1.0

    NAME: ClassVar[str] = "call_f1"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_threshold(self.threshold)
        if self.value is not MISSING and not self.value:
            raise ParameterError("call_f1: there is no name to look for", "name at least one function", ("value",))

    def judge(self, subject: Subject) -> Verdict:
        wanted = [_names(value) for value in wanted_values(self.value, subject.expected)]
        if not wanted:
            return NO_EXPECTED
        called = {call.name for call in calls_of(subject.response)}
        named = [names for names in wanted if names]
        if not named:
            return failed(f"expected is {kind_of(wanted_values(self.value, subject.expected)[0])}; names of functions are needed")
        best = max(named, key=lambda names: _f1(called, names))
        score = _f1(called, best)
        whats = [either(sorted(map(plain, names)), "and") or "none" for names in (called, best)]
        said = f"F1 {score:.3f}, at least {self.threshold:g} expected: called {whats[0]}, expected {whats[1]}"
        return Verdict(score >= self.threshold, score, said)


def _names(value: Json) -> set[str]:
    names = value if isinstance(value, (list, tuple)) else [value]
    return {name for name in names if isinstance(name, str)}


def _f1(called: set[str], wanted: set[str]) -> float:
    return 2 * len(called & wanted) / (len(called) + len(wanted))
