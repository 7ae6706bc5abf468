"""Response schemas: any that the official client sends is sent alike, and what it can't say is told with its place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemini_eval.providers.gemini.address import Api
from gemini_eval.providers.gemini.body import BodyMaker
from gemini_eval.providers.gemini.schema import response_schema, schema_faults
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.types import Json
from tests.unit.providers.gemini.capture import OfficialClient, official_client, request

JSON_TYPE = "application/json"


@pytest.fixture(scope="module")
def official() -> Iterator[OfficialClient]:
    with official_client() as client:
        yield client


NAMES = st.sampled_from(["a", "any_of", "minItems", "type", "$ref", "é"])
EXTRAS = st.fixed_dictionaries(
    {},
    optional={
        "description": st.text(max_size=5),
        "title": st.text(max_size=3),
        "nullable": st.booleans(),
        "minLength": st.integers(0, 5),
        "max_length": st.integers(0, 5),
        "minimum": st.integers(-3, 3) | st.floats(-3, 3),
        "format": st.sampled_from(["date-time", "enum"]),
        "default": st.none() | st.integers(0, 3) | st.just({"k": None}),
        "example": st.lists(st.none() | st.booleans(), max_size=2),
        "pattern": st.just("^x"),
    },
)


def schemas() -> st.SearchStrategy[Json]:
    scalars = st.builds(
        lambda kind, extras: {**extras, "type": kind}, st.sampled_from(["string", "INTEGER", "Number", "boolean", "null"]), EXTRAS
    )
    constants = st.builds(lambda value: {"type": "string", "const": value}, st.text(max_size=3))
    enums = st.builds(lambda values: {"type": "STRING", "enum": values}, st.lists(st.text(max_size=3), min_size=1, max_size=3))
    references = st.sampled_from([{"$ref": "#/$defs/One"}, {"$ref": "#/$defs/Two"}])
    return st.recursive(scalars | constants | enums | references, _containers, max_leaves=6)


def _containers(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    objects = st.builds(
        lambda properties, extras, ordered, key: {
            **extras,
            "type": "object",
            "properties": properties,
            **({key: sorted(properties)} if ordered else {}),
        },
        st.dictionaries(NAMES, inner, max_size=3),
        EXTRAS,
        st.booleans(),
        st.sampled_from(["propertyOrdering", "property_ordering"]),
    )
    arrays = st.builds(lambda items, extras: {**extras, "type": "array", "items": items, "min_items": 1}, inner, EXTRAS)
    choices = st.builds(
        lambda options, optional, key: {key: [*options, *([{"type": "null"}] if optional else [])]},
        st.lists(inner, min_size=1, max_size=3),
        st.booleans(),
        st.sampled_from(["anyOf", "any_of"]),
    )
    closed = st.builds(lambda other: {"type": "object", "additionalProperties": other}, inner | st.booleans())
    return objects | arrays | choices | closed


def with_definitions(schema: Json, one: Json, two: Json) -> Json:
    return {"type": "object", "properties": {"root": schema, "z": {"type": "string"}}, "$defs": {"One": one, "Two": two}}


@given(
    schemas(),
    schemas().filter(lambda schema: "$ref" not in str(schema)),
    schemas().filter(lambda schema: "$ref" not in str(schema)),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_a_schema_that_the_client_sends_is_sent_alike(official: OfficialClient, schema: Json, one: Json, two: Json) -> None:
    config = {"response_mime_type": JSON_TYPE, "response_schema": with_definitions(schema, one, two)}
    before = copy.deepcopy(config)
    sent = None
    with suppress(ValueError, KeyError, TypeError, AttributeError):  # what it refuses to send, or breaks on
        _, sent = official.send(Api.VERTEX, config)
    misread = any("anyOf" in why for _, why in schema_faults(config["response_schema"], "s"))  # by the client: refused by us
    if sent is not None and not misread:
        assert canonical_json(BodyMaker(Api.VERTEX).body(request(config))) == canonical_json(sent)
    assert config == before


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "object"}, []),
        ("text", [("s", "takes a map, not 'text'")]),
        (
            {"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
            [
                (
                    "s.properties.a.type",
                    "takes STRING, NUMBER, INTEGER, BOOLEAN, ARRAY, OBJECT, NULL, not ['string', 'null'];"
                    " for text or null write type: STRING and nullable: true",
                )
            ],
        ),
        (
            {"type": "object", "properties": {"a": {"minItem": 1}, "b": {"oneOf": []}}},
            [
                (
                    "s.properties.a.min_item",
                    'there is no such field: did you mean "min_items"?; response_json_schema takes any JSON Schema',
                ),
                (
                    "s.properties.b.one_of",
                    'there is no such field: did you mean "any_of"?; response_json_schema takes any JSON Schema',
                ),
            ],
        ),
        (
            {"anyOf": [{"type": "null"}, {"type": "null"}]},
            [
                (
                    "s",
                    "anyOf may hold null once, as type: null and no more, beside something else"
                    " (response_json_schema takes any JSON Schema)",
                )
            ],
        ),
        (
            {"anyOf": [{"anyOf": [{"type": "string"}]}, {"type": "null"}]},
            [("s", "anyOf holds one anyOf and null (write all alternatives and null in one list)")],
        ),
        ({"type": "integer", "enum": [1]}, [("s.enum[0]", "takes text, not 1")]),
        ({"type": "string", "minLength": "x", "min_length": 2}, [("s.min_length", "is given in both spellings")] * 2),
        (
            {"type": "integer", "const": 3},
            [("s", "const 3 with type INTEGER (const is for type STRING; response_json_schema takes any JSON Schema)")],
        ),
        (
            {"type": "array", "items": {"$ref": "#/$defs/X"}},
            [("s", "$ref '#/$defs/X' leads nowhere (define it in $defs at the top of the schema)")],
        ),
        (
            {"type": "array", "items": {"$ref": "#/$defs/X"}, "$defs": {"X": {"type": "array", "items": {"$ref": "#/$defs/X"}}}},
            [
                (
                    "s",
                    "$ref '#/$defs/X' leads back to itself, which response_schema can't say"
                    " (response_json_schema takes any JSON Schema)",
                )
            ],
        ),
    ],
)
def test_what_a_schema_cant_say(schema: Json, expected: list[tuple[str, str]]) -> None:
    assert list(schema_faults(schema, "s")) == expected


def test_references_that_multiply_are_bounded() -> None:
    bomb: Json = {
        f"L{n}": {"type": "object", "properties": {k: {"$ref": f"#/$defs/L{n + 1}"} for k in "abcdefghij"}} for n in range(8)
    }
    bomb["L8"] = {"type": "string"}
    (fault,) = schema_faults({"type": "array", "items": {"$ref": "#/$defs/L0"}, "$defs": bomb}, "s")
    assert fault == (
        "s",
        "the schema has over 10,000 parts once its references are written out (response_json_schema takes any JSON Schema)",
    )


def test_the_given_schema_stays_as_it_is() -> None:
    schema: Json = {"type": "object", "properties": {"a": {"$ref": "#/$defs/X"}}, "$defs": {"X": {"type": "null"}}}
    before = copy.deepcopy(schema)
    assert response_schema(schema) == {"type": "OBJECT", "properties": {"a": {"nullable": True}}}
    assert schema == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "items", "anyOf", "$ref", "$defs", "const", "enum", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["type", "properties", "items", "anyOf", "$ref", "$defs", "const"]), JSON, max_size=5))
def test_any_map_is_either_right_or_told(schema: Json) -> None:
    if not list(schema_faults(schema, "s")):
        canonical_json(response_schema(schema))
