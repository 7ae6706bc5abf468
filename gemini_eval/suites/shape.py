"""A YAML tree against a wire model: every misshapen value becomes a fault at its place, in this project's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gemini_eval.errors import Faults, did_you_mean
from gemini_eval.safe.yaml_reader import YamlMap
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.params import unquoted
from gemini_eval.suites.wire import LATER

MAX_SHOWN = 100
_KINDS = {dict: "a map", list: "a list", str: "text", bool: "true or false", int: "a whole number", float: "a number"}


def check_shape(model: type[BaseModel], tree: YamlMap, faults: Faults) -> frozenset[str]:
    """Add a fault for each misshapen value; the top-level keys that have one are returned."""
    try:
        model.model_validate(tree)
    except ValidationError as error:
        return add_shape_faults(error, model, Cursor.top(tree), faults)
    return frozenset()


def add_shape_faults(error: ValidationError, model: type[BaseModel], cursor: Cursor, faults: Faults) -> frozenset[str]:
    """Each error at its place below `cursor`; the first keys of their paths are returned, with the key a misspelt one means."""
    broken = set()
    for detail in error.errors(include_url=False):
        path = tuple(step for step in detail["loc"] if not str(step).startswith("<"))
        broken.add(str(path[0]) if path else "")
        if detail["type"] == "extra_forbidden" and len(path) == 1:
            broken.update(get_close_matches(str(path[0]), _known_keys(detail["loc"], model), n=1))
        reason, hint = _words(detail, path, model)
        found = cursor.walk(path)
        faults.add(reason, found.key if detail["type"] == "extra_forbidden" else found.place, hint)
    return frozenset(broken)


def _words(detail: ErrorDetails, path: tuple[str | int, ...], model: type[BaseModel]) -> tuple[str, str]:
    """(reason, hint) for one pydantic error."""
    name = str(path[-1]) if path else "the file"
    explain = _EXPLAIN.get(detail["type"])
    if explain is not None:
        return explain(detail, name, path, model)
    if "expected" in (context := detail.get("ctx", {})):
        return _choice(path, detail["input"], str(context["expected"]))
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ").removeprefix("should ")
    return f"{_where(path)} is {_shown(detail['input'])}; it must {message}", ""


def _unknown_key(detail: ErrorDetails, name: str, path: tuple[str | int, ...], model: type[BaseModel]) -> tuple[str, str]:
    if name in LATER:
        return f'"{name}" ({LATER[name]}) is not part of this version of gemini-eval', "take it out"
    known = _known_keys(detail["loc"], model)
    return f'unknown key "{name}"', did_you_mean(name, known) or f"known here: {', '.join(known)}"


def _missing(detail: ErrorDetails, name: str, path: tuple[str | int, ...], model: type[BaseModel]) -> tuple[str, str]:
    example = {"version": "version: 1", "name": "name: my_suite"}.get(name, f"{name}: …")
    return f"`{name}` is missing", f"add the line {example}"


_MENDS = {
    "a list": "write it in brackets, or begin each item with a dash",
    "a map": "write its entries as NAME: VALUE",
    "text": "write it on one line, without braces, brackets and dashes",
}


def _wrong_kind(wanted: str) -> Callable[..., tuple[str, str]]:
    def explain(detail: ErrorDetails, name: str, path: tuple[str | int, ...], model: type[BaseModel]) -> tuple[str, str]:
        hint = _MENDS.get(wanted, "")
        if wanted == "text" and isinstance(detail["input"], (int, float, bool)):
            hint = "quote it"
        if wanted in ("a number", "a whole number", "true or false"):
            hint = unquoted(detail["input"])
        if detail["type"] == "model_type":
            hint = f"its keys are {', '.join(_known_keys((*detail['loc'], ''), model))}"
        return f"{_where(path)} is {_shown(detail['input'])}; it must be {wanted}", hint

    return explain


def _range(sign: str, key: str) -> Callable[..., tuple[str, str]]:
    def explain(detail: ErrorDetails, name: str, path: tuple[str | int, ...], model: type[BaseModel]) -> tuple[str, str]:
        return f"{_where(path)} is {detail['input']!r}; it must be {sign} {detail['ctx'][key]:g}", ""

    return explain


_EXPLAIN: Mapping[str, Callable[..., tuple[str, str]]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "string_type": _wrong_kind("text"),
    "bool_type": _wrong_kind("true or false"),
    "int_type": _wrong_kind("a whole number"),
    "float_type": _wrong_kind("a number"),
    "dict_type": _wrong_kind("a map"),
    "model_type": _wrong_kind("a map"),
    "list_type": _wrong_kind("a list"),
    "date_from_datetime_parsing": _wrong_kind("a date such as 2026-12-31"),
    "date_type": _wrong_kind("a date such as 2026-12-31"),
    "greater_than_equal": _range("at least", "ge"),
    "less_than_equal": _range("at most", "le"),
    "greater_than": _range("above", "gt"),
}


def _where(path: tuple[str | int, ...]) -> str:
    """A key by its name, an item of a list by its number from 1."""
    if not path:
        return "the file"
    return f"item {path[-1] + 1} of `{path[-2]}`" if isinstance(path[-1], int) and len(path) > 1 else f"`{path[-1]}`"


def _choice(path: tuple[str | int, ...], value: object, expected: str) -> tuple[str, str]:
    choices = [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]
    return f"{_where(path)} is {_shown(value)}; it must be {' or '.join(choices)}", did_you_mean(value, choices)


def _known_keys(loc: tuple[str | int, ...], model: type[BaseModel]) -> list[str]:
    """The keys of the model that refused one: found by walking the error's path, tags of union branches included."""
    kinds: list[Any] = [model]
    for step in loc[:-1]:
        kinds = [kind for found in kinds for kind in _below(found, step)]
    names: list[str] = []
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names += [field.alias or name for name, field in kind.model_fields.items()]
    return list(dict.fromkeys(names))


def _below(kind: Any, step: str | int) -> list[Any]:
    """The types that may stand at `step` below `kind`."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return _flat(fields[step]) if step in fields else [kind]
    return [kind]


def _flat(annotation: Any) -> list[Any]:
    """Every model class inside an annotation."""
    arguments = get_args(annotation)
    if not arguments:
        return [annotation]
    return [kind for argument in arguments for kind in _flat(argument) if isinstance(kind, type)]


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    for kind, words in _KINDS.items():
        if isinstance(value, kind) and kind in (dict, list):
            return words
    text = "true" if value is True else "false" if value is False else repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
