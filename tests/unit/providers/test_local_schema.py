from __future__ import annotations

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.errors import ValueRefusedError
from gemini_eval.providers.local_schema import json_schema
from gemini_eval.types import Json


def test_gemini_notation_becomes_json_schema() -> None:
    source = {
        "type": "OBJECT",
        "title": "Device",
        "propertyOrdering": ["speed", "name"],
        "required": ["name"],
        "properties": {
            "name": {"type": "STRING", "nullable": True, "description": "what it is called"},
            "speed": {"type": "INTEGER", "format": "int64", "minimum": 0},
            "tags": {"type": "ARRAY", "items": {"type": "STRING", "format": "enum", "enum": ["a", "b"]}, "min_items": "1"},
        },
    }
    expected = {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "speed": {"type": "integer", "minimum": 0},
            "name": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "minItems": 1},
        },
    }
    found = json_schema(source)
    assert found == expected
    assert list(found["properties"]) == ["speed", "name", "tags"]


def test_names_of_properties_are_no_keywords() -> None:
    source = {"type": "object", "properties": {"title": {"type": "string"}, "any_of": {"type": "number"}, "nullable": True}}
    assert json_schema(source) == {
        "type": "object",
        "properties": {"title": {"type": "string"}, "any_of": {"type": "number"}, "nullable": {}},
        "additionalProperties": False,
    }


def test_json_schema_keeps_its_meaning() -> None:
    source = {
        "$defs": {"Cat": {"type": ["string", "null"], "maxLength": 3}},
        "type": "object",
        "properties": {"cat": {"$ref": "#/$defs/Cat"}, "day": {"type": "string", "format": "date"}},
        "additionalProperties": {"type": "boolean"},
    }
    assert json_schema(source) == source


def test_definitions_in_geminis_notation() -> None:
    source = {"defs": {"Cat": {"type": "STRING"}}, "any_of": [{"ref": "#/defs/Cat"}, {"type": "NULL"}]}
    assert json_schema(source) == {"$defs": {"Cat": {"type": "string"}}, "anyOf": [{"$ref": "#/$defs/Cat"}, {"type": "null"}]}


def test_one_of_is_any_of_and_members_of_all_of_stay_open() -> None:
    part = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert json_schema({"oneOf": [{"type": "string"}, {"const": 3}]}) == {"anyOf": [{"type": "string"}, {"const": 3}]}
    assert json_schema({"allOf": [part]}) == {"allOf": [part]}


def test_any_json() -> None:
    assert json_schema({}) == {}
    assert json_schema({"type": "TYPE_UNSPECIFIED"}) == {}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (["string"], "a response schema must be a map, got ['string']"),
        ({"type": "STRIN"}, """a response schema has no type 'STRIN' (did you mean "string"?)"""),
        ({"properties": {"a": {"type": 5}}}, "a response schema has no type 5"),
        ({"items": "string"}, "a response schema must be a map, got 'string'"),
        ({"enum": "a"}, "enum in a response schema must be a list, got 'a'"),
    ],
)
def test_what_is_no_schema(source: Json, message: str) -> None:
    with pytest.raises(ValueRefusedError) as raised:
        json_schema(source)
    assert str(raised.value) == message


def _schemas() -> st.SearchStrategy[Json]:
    leaves = st.sampled_from([{"type": "STRING"}, {"type": "INTEGER", "nullable": True}, {"type": "STRING", "enum": ["a"]}])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda items: {"type": "ARRAY", "items": items}, inner),
            st.builds(lambda parts: {"any_of": parts}, st.lists(inner, min_size=1, max_size=2)),
            st.builds(
                lambda parts: {"type": "OBJECT", "properties": parts}, st.dictionaries(st.text(max_size=3), inner, max_size=3)
            ),
        ),
        max_leaves=6,
    )


@settings(max_examples=60)
@given(_schemas())
def test_what_comes_out_is_valid_json_schema_and_stays_as_it_is(source: Json) -> None:
    found = json_schema(source)
    jsonschema_rs.meta.validate(found)
    assert json_schema(found) == found
