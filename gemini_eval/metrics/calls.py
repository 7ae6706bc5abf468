from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from msgspec import structs

from gemini_eval.metrics.call_facts import Call, calls_of, plain, show_calls
from gemini_eval.metrics.equality import same
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wording import failed, kind_of, passed, show
from gemini_eval.paths import Path
from gemini_eval.types import Json, Metric, Subject, Verdict

MOST_CALLS = 200


@dataclass(frozen=True, slots=True)
class Calls:
    """The model made these function calls and no others: `[{name, args}]`, in any order.

    An argument is a value, compared as `equals` does, or one assertion: `args: {city: {contains: {from: vars.city}}}`. Arguments
    that are not listed may be anything. `order: exact` asks for this order, `others: true` allows other calls. The score is the
    expected calls that were made / all expected or made. A call is recorded, never carried out.
    """

    value: tuple[dict[str, Json], ...]
    order: Literal["any", "exact"] = "any"
    others: bool = False
    _wanted: tuple[tuple[str, Mapping[str, Json]], ...] = field(init=False, repr=False, compare=False)

    NAME: ClassVar[str] = "calls"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if len(self.value) > MOST_CALLS:
            raise ParameterError(f"{len(self.value)} calls; at most {MOST_CALLS} can be expected", path=("value",))
        wanted = tuple(_read(call, ("value", index)) for index, call in enumerate(self.value))
        object.__setattr__(self, "_wanted", wanted)

    def judge(self, subject: Subject) -> Verdict:
        calls = calls_of(subject.response)
        if len(calls) > MOST_CALLS:
            return Verdict(None, 0.0, f"the model made {len(calls):,} calls; at most {MOST_CALLS} can be judged")
        problems = [[_wrong(call, name, args, subject) for call in calls] for name, args in self._wanted]
        fits = [[not problem for problem in row] for row in problems]
        made = _in_order(fits, len(calls)) if self.order == "exact" else _matched(fits, len(calls))
        lacking = [index for index in range(len(fits)) if index not in made]
        extra = 0 if self.others else len(calls) - len(made)
        said = show_calls(calls)
        if not lacking and not extra:
            return passed(said)
        score = len(made) / max(1, len(fits) + len(calls) - len(made) if not self.others else len(fits))
        if lacking:
            name, near = self._wanted[lacking[0]][0], [text for text in problems[lacking[0]] if text]
            why = min(near, key=lambda text: not text.startswith(f"{name}:"), default="")
            return failed(f"{said}; {name} expected" + (f" ({why})" if why.startswith(f"{name}:") else ""), score)
        return failed(f"{said}; {extra} more than expected", score)


def _read(call: dict[str, Json], path: Path) -> tuple[str, Mapping[str, Json]]:
    """A call's name, and for each argument its metric or the value that it must equal."""
    strange = [key for key in call if key not in ("name", "args")]
    if strange:
        raise ParameterError(f'a call has no "{strange[0]}"', "it has name and args", (*path, strange[0]))
    name, args = call.get("name"), call.get("args", {})
    if not isinstance(name, str) or not name:
        raise ParameterError("a call needs the function's `name`", "for example {name: get_weather}", path)
    if not isinstance(args, dict):
        raise ParameterError(f"`args` is {show(args)}; it must be a map", "for example {city: Seoul}", (*path, "args"))
    return name, {key: _condition(value, (*path, "args", key)) for key, value in args.items()}


def _condition(value: Json, path: Path) -> Json | Metric:
    from gemini_eval.metrics import METRICS
    from gemini_eval.metrics.build import build_metric

    names = {metric.NAME for metric in METRICS if metric.READS != "response"}
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in names:
        return value
    ((name, parameters),) = value.items()
    try:
        return build_metric(name, parameters)
    except ParameterError as error:
        raise ParameterError(error.reason, error.hint, (*path, name, *error.path)) from None


def _wrong(call: Call, name: str, args: Mapping[str, Json], subject: Subject) -> str:
    """Why this is not the call; '' where it is."""
    if call.name != name:
        return f"called {plain(call.name)}"
    for key, wanted in args.items():
        if key not in call.args:
            return f"{name}: {key} is missing"
        actual = call.args[key]
        if hasattr(wanted, "judge"):
            verdict = wanted.judge(structs.replace(subject, value=actual, output=actual if isinstance(actual, str) else ""))
            if not verdict.passed:
                return f"{name}: {key}: {verdict.reason}"
        elif not same(actual, wanted):
            return f"{name}: {key} is {show(actual)}, {kind_of(wanted)} {show(wanted)} expected"
    return ""


def _in_order(fits: Sequence[Sequence[bool]], calls: int) -> dict[int, int]:
    """Expected -> made, each the first that fits after the one before."""
    made: dict[int, int] = {}
    at = 0
    for index, row in enumerate(fits):
        found = next((place for place in range(at, calls) if row[place]), None)
        if found is not None:
            made[index], at = found, found + 1
    return made


def _matched(fits: Sequence[Sequence[bool]], calls: int) -> dict[int, int]:
    """Expected -> made, as many as can be, by augmenting paths (Kuhn 1955)."""
    taken: dict[int, int] = {}

    def place(index: int, seen: set[int]) -> bool:
        for call in range(calls):
            if fits[index][call] and call not in seen:
                seen.add(call)
                if call not in taken or place(taken[call], seen):
                    taken[call] = index
                    return True
        return False

    for index in range(len(fits)):
        place(index, set())
    return {index: call for call, index in taken.items()}
