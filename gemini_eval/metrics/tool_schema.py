"""Gemini's function declarations as JSON Schemas (https://ai.google.dev/api/caching#FunctionDeclaration)."""

from __future__ import annotations

from collections.abc import Sequence

from gemini_eval.types import Json

_COUNTS = frozenset(("maxItems", "minItems", "maxLength", "minLength", "maxProperties", "minProperties"))
_KEPT = ("required", "enum", "minimum", "maximum", "pattern", "anyOf", *sorted(_COUNTS))


def declared(tools: Sequence[Json]) -> dict[str, Json]:
    """Function name -> JSON Schema of its arguments, of all tools that declare functions; snake_case or camelCase."""
    found: dict[str, Json] = {}
    for tool in tools:
        declarations = (tool.get("function_declarations") or tool.get("functionDeclarations")) if isinstance(tool, dict) else None
        for declaration in declarations if isinstance(declarations, list) else []:
            if isinstance(declaration, dict) and isinstance(declaration.get("name"), str):
                found[declaration["name"]] = _arguments(declaration)
    return found


def _arguments(declaration: dict[str, Json]) -> Json:
    own = declaration.get("parameters_json_schema") or declaration.get("parametersJsonSchema")
    if own is not None:
        return own
    schema = to_json_schema(declaration.get("parameters") or {})
    return {"type": "object", "additionalProperties": False, **schema}


def to_json_schema(schema: Json) -> dict[str, Json]:
    """OpenAPI's dialect, as Gemini has it, in JSON Schema's: types in lower case, `nullable` as one more type."""
    if not isinstance(schema, dict):
        return {}
    camel = {_camel(key): value for key, value in schema.items()}
    found: dict[str, Json] = {key: _plain(key, camel[key]) for key in _KEPT if key in camel}
    kind = camel.get("type")
    if isinstance(kind, str) and kind.upper() != "TYPE_UNSPECIFIED":
        found["type"] = [kind.lower(), "null"] if camel.get("nullable") else kind.lower()
    if camel.get("nullable") and isinstance(found.get("enum"), list):
        found["enum"] = [*found["enum"], None]
    if isinstance(camel.get("properties"), dict):
        found["properties"] = {name: to_json_schema(part) for name, part in camel["properties"].items()}
    if isinstance(camel.get("items"), dict):
        found["items"] = to_json_schema(camel["items"])
    return found


def _plain(key: str, value: Json) -> Json:
    if key == "anyOf" and isinstance(value, list):
        return [to_json_schema(part) for part in value]
    return int(value) if key in _COUNTS and isinstance(value, str) and value.isdigit() else value


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(part.capitalize() for part in rest)
