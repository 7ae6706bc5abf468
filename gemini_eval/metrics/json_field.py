from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.document import not_json, read_document
from gemini_eval.metrics.equality import same
from gemini_eval.metrics.parameters import ParameterError, tolerance_of
from gemini_eval.metrics.wording import either, failed, kind_of, passed, show, verdict
from gemini_eval.numbers import Tolerance
from gemini_eval.paths import MISSING, Missing, Path, lookup, parse_path, write_path
from gemini_eval.safe.regex import Pattern, compile_pattern
from gemini_eval.text import normalise, text_of
from gemini_eval.types import Json, Subject, Verdict

JsonType = Literal["string", "number", "integer", "boolean", "array", "object", "null"]


@dataclass(frozen=True, slots=True)
class JsonField:
    """One field of the JSON output: it `equals` a value, `matches` a pattern, is `one_of` several or has a `type`.

    `path` is dotted, with list indexes from 0 (`items.0.sku`); alone it asks that the field is there, as does `present: true`;
    `absent: true` asks that it is not. Types are strict; `tolerance` (0.5 or `1%`) is for the numbers of `equals` and `one_of`.
    """

    path: str
    equals: Json | Missing = MISSING
    matches: str | None = None
    one_of: tuple[Json, ...] | None = None
    type: JsonType | None = None
    present: bool | None = None
    absent: bool | None = None
    tolerance: int | float | str | None = None
    _path: Path = field(init=False, repr=False, compare=False)
    _pattern: Pattern | None = field(init=False, repr=False, compare=False)
    _tolerance: Tolerance = field(init=False, repr=False, compare=False)

    NAME: ClassVar[str] = "json_field"
    READS: ClassVar[Literal["answer", "output", "response"]] = "output"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "_path", parse_path(self.path))
        except ValueError as error:
            raise ParameterError(str(error), path=("path",)) from None
        try:
            object.__setattr__(self, "_pattern", None if self.matches is None else compile_pattern(self.matches))
        except ValueRefusedError as error:
            raise ParameterError(error.reason, error.hint, ("matches",)) from None
        object.__setattr__(self, "_tolerance", tolerance_of(self.tolerance))
        asked = self.matches is not None or self.one_of is not None or self.type is not None or self.equals is not MISSING
        if (self.absent and (asked or self.present)) or (self.present is False and asked):
            raise ParameterError(f"json_field: {self.path} can't be absent and be something", "keep one of the two", ("path",))
        if self.one_of == ():
            raise ParameterError("json_field: `one_of` is empty, so nothing can pass", "list the values that may be", ("one_of",))

    def judge(self, subject: Subject) -> Verdict:
        try:
            document = read_document(subject.value)
        except ValueRefusedError as error:
            return failed(not_json(subject.value, error))
        value = lookup(document, self._path)
        if self.absent or self.present is False:
            there = "absent" if value is MISSING else f"{show(value)}, expected to be absent"
            return verdict(value is MISSING, f"{self.path} is {there}")
        if value is MISSING:
            return failed(f"there is no {self.path}{_what_is_there(document, self._path)}")
        try:
            wrong = self._wrong(value)
        except ValueRefusedError as error:
            return Verdict(None, 0.0, f"{self.path} can't be judged: {error}")
        return failed(f"{self.path} is {show(value)}, expected {wrong}") if wrong else passed(f"{self.path} is {show(value)}")

    def _wrong(self, value: Json) -> str:
        """What was expected instead, '' where the value is right."""
        if self.equals is not MISSING and not same(value, self.equals, self._tolerance):
            return show(self.equals) + (f" (within {self._tolerance})" if self._tolerance.amount else "")
        if self.one_of is not None and not any(same(value, item, self._tolerance) for item in self.one_of):
            return either([show(item) for item in self.one_of])
        if self.type is not None and not _has_type(value, self.type):
            return f"a value of type {self.type}"
        if self._pattern is not None:
            text = text_of(value)
            if text is None or not self._pattern.is_in(normalise(text)):
                return f"text that matches {self.matches}"
        return ""


def _has_type(value: Json, kind: JsonType) -> bool:
    """As JSON Schema has it: 5.0 is an integer too, `true` is no number."""
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, (int, float)):
        return kind == "number" or (kind == "integer" and (isinstance(value, int) or value.is_integer()))
    python: dict[str, type] = {"string": str, "array": list, "object": dict, "null": type(None)}
    return kind in python and isinstance(value, python[kind])


def _what_is_there(document: Json, path: Path) -> str:
    """The nearest value above a missing field, and what it holds."""
    depth = next(depth for depth in range(len(path) - 1, -1, -1) if lookup(document, path[:depth]) is not MISSING)
    above = lookup(document, path[:depth])
    name = write_path(path[:depth]) if depth else "the output"
    if isinstance(above, dict):
        return f"; {name} has {either(list(above), 'and')}" if above else f"; {name} is an empty object"
    if isinstance(above, list):
        return f"; {name} has {len(above)} item{'' if len(above) == 1 else 's'}"
    return f"; {name} is {kind_of(above)}, {show(above)}"
