from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from gemini_eval.metrics.call_facts import calls_of, plain, show_calls
from gemini_eval.metrics.json_schema import JsonSchema
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.tool_schema import declared
from gemini_eval.metrics.wording import either, failed, passed
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class IsValidCall:
    """The model called functions, and every call is of a declared one with arguments that its declaration allows.

    Declarations are those of the variant's `params.tools`, else `tools` here, written alike:
    `[{function_declarations: [{name, parameters}]}]`. Types, `required`, `enum` and limits are checked; an argument that is not
    declared is wrong.
    """

    tools: tuple[dict[str, Json], ...] | Missing = MISSING
    _declared: dict[str, JsonSchema] = field(init=False, repr=False, compare=False)

    NAME: ClassVar[str] = "is_valid_call"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        found = {} if self.tools is MISSING else declared(self.tools)
        if self.tools is not MISSING and not found:
            raise ParameterError("is_valid_call: `tools` declares no function", "write function_declarations", ("tools",))
        try:
            schemas = {name: JsonSchema(schema) for name, schema in found.items()}
        except ParameterError as error:
            raise ParameterError(f"is_valid_call: {error.reason}", error.hint, ("tools",)) from None
        object.__setattr__(self, "_declared", schemas)

    def judge(self, subject: Subject) -> Verdict:
        calls = calls_of(subject.response)
        said = show_calls(calls)
        if not self._declared:
            return Verdict(None, 0.0, "neither params.tools nor `tools` declares a function that can be checked")
        if not calls:
            return failed(f"{said}; {either(list(self._declared))} may be")
        for call in calls:
            schema = self._declared.get(call.name)
            if schema is None:
                return failed(f"{said}; there is no function {plain(call.name)}, only {either(list(self._declared), 'and')}")
            verdict = schema.check(dict(call.args))
            if not verdict.passed:
                return Verdict(verdict.passed, 0.0, f"{said}; {call.name}: {verdict.reason}")
        return passed(said)
