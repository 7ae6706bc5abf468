"""The metrics of function calls, as the service computes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.call_facts import Call, calls_of, show_calls
from gemini_eval.metrics.overlap import check_threshold
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.types import Json, Subject, Verdict
from gemini_eval.vertex.metric import Instance, ServiceMetric, no_verdict
from gemini_eval.vertex.reply import Result


@dataclass(frozen=True, slots=True)
class _OfCalls(ServiceMetric):
    calls: tuple[dict[str, Json], ...] = ()

    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = "calls"
    NEEDS_EXPECTED: ClassVar[bool] = False
    TOGETHER: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not self.calls:
            raise ParameterError(f"vertex {self.NAME} needs the expected `calls`", "for example [{name: get_weather}]")
        self.check_calls()

    def check_calls(self) -> None:
        for index, call in enumerate(self.calls):
            right = isinstance(call.get("name"), str) and isinstance(call.get("args", {}), dict)
            if not right or call.keys() - {"name", "args"}:
                hint = "for example {name: get_weather, args: {city: Seoul}}"
                raise ParameterError("a call is a map with `name` and `args`", hint, ("calls", index))

    @property
    def least(self) -> float:
        return 1.0

    def asked(self, subject: Subject) -> tuple[Instance, ...] | Verdict:
        expected = [Call(call["name"], call.get("args", {})) for call in self.calls]
        made = calls_of(subject.response)
        return (self.instance(self.spec, {"prediction": _written(subject.output, made), "reference": _written("", expected)}),)

    def verdict(self, subject: Subject, results: Sequence[Result]) -> Verdict:
        (result,) = results
        if result.broken:
            return no_verdict(results)
        said = f"{self.NAME} of the service {result.score:.3f}, at least {self.least:g} expected"
        passed = result.score >= self.least
        return Verdict(passed, result.score, said if passed else f"{said}: {show_calls(calls_of(subject.response))}")


@dataclass(frozen=True, slots=True)
class ToolCallValid(_OfCalls):
    """The answer is a valid function call."""

    NAME: ClassVar[str] = "tool_call_valid"

    def __post_init__(self) -> None:
        self.check_calls()


@dataclass(frozen=True, slots=True)
class ToolNameMatch(_OfCalls):
    """The answer calls the function that the first of `calls` names."""

    NAME: ClassVar[str] = "tool_name_match"


@dataclass(frozen=True, slots=True)
class _OfParameters(_OfCalls):
    threshold: float = 1.0

    def __post_init__(self) -> None:
        check_threshold(self.threshold)
        _OfCalls.__post_init__(self)

    @property
    def least(self) -> float:
        return self.threshold


@dataclass(frozen=True, slots=True)
class ToolParameterKeyMatch(_OfParameters):
    """The share of the first call's parameter names that the answer's call has, of at least `threshold`."""

    NAME: ClassVar[str] = "tool_parameter_key_match"


@dataclass(frozen=True, slots=True)
class ToolParameterKvMatch(_OfParameters):
    """The share of the first call's parameters that the answer's call has with the same value, of at least `threshold`."""

    use_strict_string_match: bool = False

    NAME: ClassVar[str] = "tool_parameter_kv_match"

    @property
    def spec(self) -> dict[str, Json]:
        return {"use_strict_string_match": self.use_strict_string_match}


def _written(content: str, calls: Sequence[Call]) -> str:
    """A text with calls in it, as the service reads one; in one order, since a server may give arguments in any."""
    called = [{"name": call.name, "arguments": dict(call.args)} for call in calls]
    return canonical_json({"content": content, "tool_calls": called}).decode()
