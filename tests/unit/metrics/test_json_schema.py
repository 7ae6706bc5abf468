from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING

SCHEMA = {"type": "object", "properties": {"size": {"properties": {"width": {"type": "string"}}}}, "required": ["name"]}
TREE = {"properties": {"a": {"$ref": "#"}}, "additionalProperties": {"$ref": "#"}}
DEEP = '{"a":' * 60 + "1" + "}" * 60


@pytest.mark.parametrize(
    ("schema", "output", "verdict"),
    [
        (SCHEMA, '{"name": 1, "size": {"width": "5"}}', (True, 1.0, "the output is valid under the schema")),
        (SCHEMA, '{"name": 1, "size": {"width": 5}}', (False, 0.0, 'size.width is 5: it is not of type "string"')),
        (SCHEMA, "{}", (False, 0.0, 'the whole is {}: "name" is a required property')),
        (
            {"items": {"$ref": "#/$defs/n"}, "$defs": {"n": {"maximum": 3}}},
            "[1, 5]",
            (False, 0.0, "1 is 5: it is greater than the maximum of 3"),
        ),
        (TREE, DEEP, (True, 1.0, "the output is valid under the schema")),
        (True, "1", (True, 1.0, "the output is valid under the schema")),
    ],
)
def test_json_schema(judge, schema, output, verdict):
    assert judge("json_schema", schema, output) == verdict


def test_a_pattern_that_backtracks_elsewhere_is_linear_here(judge):
    assert judge("json_schema", {"pattern": "^(a+)+$"}, f'"{"a" * 100_000}!"')[0] is False


def test_values_that_are_json_already(judge):
    assert judge("json_schema", {"type": "array"}, [1])[0] is True
    assert judge("json_schema", {"type": "array"}, "no")[2].startswith("the output is no JSON: ")


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}},
        {"properties": {"a": {"$ref": "#", "properties": {"a": {"$ref": "#"}}}}},
    ],
)
def test_a_schema_that_multiplies_its_work_is_not_run(judge, schema):
    assert judge("json_schema", schema, DEEP) == (
        None,
        0.0,
        "the schema repeats its references so often that this takes over 1,000,000 checks",
    )
    assert judge("json_schema", schema, '{"a": {}}')[0] is True


DOUBLING = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(40)} | {"d40": True}
CHAIN = {f"d{i}": {"$ref": f"#/$defs/d{i + 1}"} for i in range(3000)} | {"d3000": {}}


@pytest.mark.parametrize(
    ("schema", "reason", "path"),
    [
        ({"type": "objec"}, 'json_schema: type is "objec"', ("type",)),
        ({"$ref": "http://127.0.0.1:9/x"}, 'json_schema: $ref "http://127.0.0.1:9/x" leads nowhere in this schema', ("$ref",)),
        ({"$ref": "file:///etc/passwd"}, 'json_schema: $ref "file:///etc/passwd" leads nowhere', ("$ref",)),
        ({"items": {"$ref": "#/$defs/x"}}, 'json_schema: $ref "#/$defs/x" leads nowhere', ("items", "$ref")),
        ({"$dynamicRef": "#x"}, 'json_schema: $dynamicRef "#x" leads nowhere', ("$dynamicRef",)),
        ({"items": {"$id": "http://x/y"}}, "json_schema: an inner $id changes what references mean", ("items", "$id")),
        ({"$schema": "http://127.0.0.1:9/x"}, "json_schema", ()),
        ({"$ref": "#"}, "json_schema: a $ref leads back to itself for the same value", ()),
        ({"pattern": "(?=a)b"}, 'json_schema: pattern is "(?=a)b"', ("pattern",)),
        ({"pattern": "((a{1000}){1000}){1000}"}, "json_schema: pattern is", ("pattern",)),
        ({"$ref": "#/$defs/d0", "$defs": DOUBLING}, "json_schema asks for over 1,000,000 checks of one value", ()),
        ({"$ref": "#/$defs/d0", "$defs": CHAIN}, "json_schema: over 100 schemas in a row for one value", ()),
        ("x", 'json_schema: `schema` is "x"; it must be a map or true or false', ()),
    ],
)
def test_refused(refusal, schema, reason, path):
    found, _, place = refusal("json_schema", schema)
    assert found.startswith(reason)
    assert place == path


def test_needs_a_schema(refusal):
    assert refusal("json_schema", MISSING) == ("json_schema needs `schema`", "add `schema: …`", ())


def test_anywhere(judge):
    parameters = {"schema": {"required": ["b"]}, "anywhere": True}
    found = judge("json_schema", parameters, 'x {"a": 1} y {"b": 1}')
    assert found == (True, 1.0, "JSON in the text is valid under the schema")
    assert judge("json_schema", parameters, '{"a": 1} {}') == (False, 0.0, 'the whole is {"a": 1}: "b" is a required property')
    assert judge("json_schema", parameters, "none") == (False, 0.0, 'there is no JSON in "none"')
