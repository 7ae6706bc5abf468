"""Response schemas as the official client sends them: references written out, null as `nullable`, properties in a stated order.

Source: google-genai 2.34, whose schemas are the OpenAPI 3.0 subset of the `Schema` message. JSON Schema proper goes into
`response_json_schema`, which nobody touches.
"""

from __future__ import annotations

from collections.abc import Mapping

from gemini_eval.errors import ValueRefusedError
from gemini_eval.providers.gemini.message import Faults, faults, message
from gemini_eval.types import Json

MAX_NODES = 10_000
"""Of a schema with its references written out, which may multiply."""

_ONE_SPELLING = {
    "additional_properties": "additionalProperties",
    "any_of": "anyOf",
    "prefix_items": "prefixItems",
    "property_ordering": "propertyOrdering",
}
_NULL = {"type": "null"}
_JSON_SCHEMA = "response_json_schema takes any JSON Schema"


def response_schema(schema: Mapping[str, Json]) -> dict[str, Json]:
    """The `responseSchema` of a request. Raises `ValueRefusedError` for what `schema_faults` lists."""
    return message("Schema", _WrittenOut(schema).root)


def schema_faults(schema: Json, path: str) -> Faults:
    """(path, why) of everything in a response schema that Gemini's schemas can't say."""
    if not isinstance(schema, Mapping):
        yield from faults("Schema", schema, path)
        return
    try:
        written = _WrittenOut(schema).root
    except ValueRefusedError as error:
        yield path, str(error)
        return
    for where, why in faults("Schema", written, path):
        yield where, f"{why}{_mend(where, why)}"


def _mend(where: str, why: str) -> str:
    if where.endswith(".type") and "[" in why:
        return "; for text or null write type: STRING and nullable: true"
    return f"; {_JSON_SCHEMA}" if "no such field" in why else ""


class _WrittenOut:
    """A schema with its references replaced by what they name; the schema that was given stays as it is."""

    def __init__(self, schema: Mapping[str, Json]) -> None:
        definitions = schema.get("$defs")
        self._definitions: Mapping[str, Json] = definitions if isinstance(definitions, Mapping) else {}
        self._nodes = 0
        self._written: dict[str, dict[str, Json]] = {}
        self.root = self._schema({key: value for key, value in schema.items() if key != "$defs"}, ())

    def _child(self, schema: Json, inside: tuple[str, ...]) -> Json:
        """What stands beside a reference is dropped, as JSON Schema had it before 2019."""
        if isinstance(schema, Mapping) and "$ref" in schema:
            return self._named(schema["$ref"], inside)
        return self._schema(schema, inside) if isinstance(schema, Mapping) else schema

    def _schema(self, schema: Mapping[str, Json], inside: tuple[str, ...]) -> dict[str, Json]:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise ValueRefusedError(f"the schema has over {MAX_NODES:,} parts once its references are written out", _JSON_SCHEMA)
        given = _nullable({_ONE_SPELLING.get(str(key), str(key)): value for key, value in schema.items()})
        if "$ref" in given:
            given |= self._named(given.pop("$ref"), inside)
        if isinstance(given.get("anyOf"), list):
            given["anyOf"] = [self._child(child, inside) for child in given["anyOf"]]
            return given
        kind = given["type"].upper() if isinstance(given.get("type"), str) else ""
        if given.get("const") is not None:
            given["enum"] = [_constant(given.pop("const"), kind)]
        if kind == "OBJECT":
            self._object(given, inside)
        if kind == "ARRAY" and "items" in given:
            given["items"] = self._child(given["items"], inside)
        return given

    def _object(self, given: dict[str, Json], inside: tuple[str, ...]) -> None:
        properties = given.get("properties")
        if isinstance(properties, Mapping):
            given["properties"] = {name: self._child(child, inside) for name, child in properties.items()}
            if len(properties) > 1 and "propertyOrdering" not in given:
                given["property_ordering"] = list(properties)
        if isinstance(given.get("additionalProperties"), Mapping):
            given["additionalProperties"] = self._child(given["additionalProperties"], inside)

    def _named(self, reference: Json, inside: tuple[str, ...]) -> dict[str, Json]:
        """A definition, which the client goes through once by itself and again where it is named."""
        name = str(reference).rpartition("defs/")[2]
        target = self._definitions.get(name)
        if not isinstance(target, Mapping):
            raise ValueRefusedError(f"$ref {reference!r} leads nowhere", "define it in $defs at the top of the schema")
        if name in inside:
            raise ValueRefusedError(f"$ref {reference!r} leads back to itself, which response_schema can't say", _JSON_SCHEMA)
        if name not in self._written:
            self._written[name] = self._schema(target, (*inside, name))
        return self._schema(self._written[name], inside)


def _nullable(given: dict[str, Json]) -> dict[str, Json]:
    """`type: null`, alone or among alternatives, is `nullable`; an alternative that is left alone takes their place.

    Raises `ValueRefusedError` for what the client would send as something else than was written.
    """
    if given.get("type") == "null":
        return {**{key: value for key, value in given.items() if key != "type"}, "nullable": True}
    choices = given["anyOf"] if isinstance(given.get("anyOf"), list) else []
    nulls = [choice for choice in choices if isinstance(choice, Mapping) and choice.get("type") == "null"]
    if not nulls:
        return given
    left = [choice for choice in choices if choice not in nulls]
    if nulls != [_NULL] or not left:
        raise ValueRefusedError("anyOf may hold null once, as type: null and no more, beside something else", _JSON_SCHEMA)
    rest: dict[str, Json] = {**{key: value for key, value in given.items() if key != "anyOf"}, "nullable": True}
    if len(left) > 1 or not isinstance(left[0], Mapping):
        return {**rest, "anyOf": left}
    if "anyOf" in left[0]:
        raise ValueRefusedError("anyOf holds one anyOf and null", "write all alternatives and null in one list")
    return {**rest, **left[0]}


def _constant(value: Json, kind: str) -> Json:
    if kind != "STRING":
        raise ValueRefusedError(f"const {value!r} with type {kind or 'unset'}", f"const is for type STRING; {_JSON_SCHEMA}")
    return value
