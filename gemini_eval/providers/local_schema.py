"""Gemini's response schema as the JSON Schema that constrains what the embedded model may write.

Gemini takes two notations: the OpenAPI 3.0 subset of `response_schema` (types in capitals, `nullable`, `propertyOrdering`) and
plain JSON Schema in `response_json_schema`. Both arrive here; keywords that don't constrain text are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from gemini_eval.errors import ValueRefusedError, did_you_mean
from gemini_eval.types import Json

_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri"})
_SNAKE = {
    "any_of": "anyOf", "one_of": "oneOf", "all_of": "allOf", "min_items": "minItems", "max_items": "maxItems",
    "min_length": "minLength", "max_length": "maxLength", "min_properties": "minProperties", "max_properties": "maxProperties",
    "additional_properties": "additionalProperties", "property_ordering": "propertyOrdering", "prefix_items": "prefixItems",
    "defs": "$defs", "ref": "$ref",
}  # fmt: skip
_COUNTS = frozenset({"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"})
_LIMITS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_KEPT = _COUNTS | _LIMITS | {"pattern", "const", "required"}
_MAPS = ("properties", "$defs", "definitions")
_LISTS = ("anyOf", "allOf", "prefixItems")


def json_schema(schema: Json) -> dict[str, Json]:
    """The constraint for `schema`, in either notation.

    An object that names its properties takes no others unless `additionalProperties` says so, as with Gemini. `oneOf` is
    read as `anyOf`. Left out, so that more is allowed than the schema says: formats beyond the well-known ones, `not`,
    `if`, `uniqueItems`, `patternProperties` and the like. Raises `ValueRefusedError` where it is no schema.
    """
    if not isinstance(schema, Mapping):
        raise ValueRefusedError(f"a response schema must be a map, got {schema!r}")
    return _schema(schema, closed=True)


def _schema(source: Json, *, closed: bool) -> dict[str, Json]:
    if isinstance(source, bool):
        return {} if source else {"not": {}}
    if not isinstance(source, Mapping):
        raise ValueRefusedError(f"a response schema must be a map, got {source!r}")
    given = {_SNAKE.get(str(key), str(key)): value for key, value in source.items()}
    given["anyOf"] = [*_list(given, "anyOf"), *_list(given, "oneOf")]
    closed = closed and not given.get("allOf")
    out = {key: _count(key, value) for key, value in given.items() if key in _KEPT}
    out |= _type_and_values(given) | _children(given, closed=closed)
    if "properties" in out and closed:
        out.setdefault("additionalProperties", False)
    return _nullable(out) if given.get("nullable") is True else out


def _type_and_values(given: Mapping[str, Json]) -> dict[str, Json]:
    out: dict[str, Json] = {}
    if given.get("type") not in (None, "TYPE_UNSPECIFIED"):
        kinds = given["type"] if isinstance(given["type"], list) else [given["type"]]
        names = [_type(kind) for kind in kinds]
        out["type"] = names if isinstance(given["type"], list) else names[0]
    if given.get("enum"):
        out["enum"] = list(_list(given, "enum"))
    if given.get("format") in _FORMATS:
        out["format"] = given["format"]
    if given.get("$ref"):
        out["$ref"] = str(given["$ref"]).replace("#/defs/", "#/$defs/", 1)
    return out


def _children(given: Mapping[str, Json], *, closed: bool) -> dict[str, Json]:
    """Every keyword whose value is made of schemas. Members of `allOf` describe one object together: none of them is closed."""
    out: dict[str, Json] = {}
    for key in _MAPS:
        if isinstance(given.get(key), Mapping):
            out[key] = {str(name): _schema(child, closed=True) for name, child in given[key].items()}
    for key in _LISTS:
        if given.get(key):
            out[key] = [_schema(child, closed=closed and key != "allOf") for child in _list(given, key)]
    for key in ("items", "additionalProperties"):
        if isinstance(given.get(key), bool):
            out[key] = given[key]
        elif given.get(key) is not None:
            out[key] = _schema(given[key], closed=True)
    order = [name for name in _list(given, "propertyOrdering") if name in out.get("properties", {})]
    if order:
        out["properties"] = {name: out["properties"][name] for name in dict.fromkeys([*order, *out["properties"]])}
    return out


def _nullable(schema: dict[str, Json]) -> dict[str, Json]:
    return {"anyOf": [schema, {"type": "null"}]}


def _type(kind: Json) -> str:
    name = str(kind).lower()
    if name not in _TYPES:
        raise ValueRefusedError(f"a response schema has no type {kind!r}", did_you_mean(name, _TYPES))
    return name


def _count(key: str, value: Json) -> Json:
    """Google's own JSON writes 64-bit counts as text ("2")."""
    return int(value) if key in _COUNTS and isinstance(value, str) and value.isdecimal() else value


def _list(given: Mapping[str, Json], key: str) -> list[Json]:
    value = given.get(key)
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise ValueRefusedError(f"{key} in a response schema must be a list, got {value!r}")
    return list(value)
