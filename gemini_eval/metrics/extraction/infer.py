"""Strict comparators for values whose fields nobody declared, in the form that a suite declares them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gemini_eval.types import Json

MOST_DEPTH = 20


def infer_fields(values: Iterable[Json]) -> dict[str, Json]:
    """`fields:` as a suite writes it, for some values of `expected`: each field's comparator by the kind of its values. A field
    that some values lack, or have null for, is optional; one of several kinds is text, to be mended by hand."""
    objects = [value for value in values if isinstance(value, Mapping)]
    return {str(key): _declared(objects, key) for key in dict.fromkeys(key for value in objects for key in value)}


def _declared(objects: list[Mapping[str, Json]], key: str) -> Json:
    present = [value[key] for value in objects if value.get(key) is not None]
    optional = len(present) < len(objects)
    form = _form(present, MOST_DEPTH)
    if not optional:
        return form
    return {**(form if isinstance(form, dict) else {form: None}), "optional": True}


def _form(values: list[Json], depth: int) -> Json:
    kinds = {_kind(value) for value in values}
    if len(kinds) != 1 or not depth:
        return "text"
    kind = kinds.pop()
    if kind == "object":
        objects = [value for value in values if value]
        names = dict.fromkeys(key for value in objects for key in value)
        return {"object": {str(name): _declared(objects, name) for name in names}} if names else "text"
    if kind == "list":
        return {"list": {"item": _form([item for value in values for item in value if item is not None], depth - 1)}}
    return kind


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, dict):
        return "object"
    return "list" if isinstance(value, list) else "text"
