from __future__ import annotations

import pytest

OUTPUT = '{"dimensions": {"width": 12, "ok": true}, "items": [{"sku": "A1"}], "name": " Ada ", "none": null}'


@pytest.mark.parametrize(
    ("parameters", "verdict"),
    [
        ({"path": "dimensions.width", "equals": 12}, (True, 1.0, "dimensions.width is 12")),
        ({"path": "dimensions.width", "equals": 14}, (False, 0.0, "dimensions.width is 12, expected 14")),
        ({"path": "dimensions.width", "equals": "12"}, (False, 0.0, 'dimensions.width is 12, expected "12"')),
        ({"path": "dimensions.ok", "equals": 1}, (False, 0.0, "dimensions.ok is true, expected 1")),
        ({"path": "$.dimensions.width", "equals": 12.1, "tolerance": "1%"}, (True, 1.0, "$.dimensions.width is 12")),
        (
            {"path": "dimensions.width", "equals": 14, "tolerance": 1},
            (False, 0.0, "dimensions.width is 12, expected 14 (within 1)"),
        ),
        ({"path": "items.0", "equals": {"sku": "A1"}}, (True, 1.0, 'items.0 is {"sku": "A1"}')),
        ({"path": "name", "equals": "Ada"}, (True, 1.0, 'name is " Ada "')),
        ({"path": "none", "equals": None}, (True, 1.0, "none is null")),
        ({"path": "none"}, (True, 1.0, "none is null")),
        ({"path": "items[0].sku", "matches": "^[A-Z][0-9]$"}, (True, 1.0, 'items[0].sku is "A1"')),
        (
            {"path": "dimensions", "matches": "x"},
            (False, 0.0, 'dimensions is {"width": 12, "ok": true}, expected text that matches x'),
        ),
        ({"path": "name", "one_of": ["Bob", "Eve"]}, (False, 0.0, 'name is " Ada ", expected "Bob" or "Eve"')),
        ({"path": "dimensions.width", "type": "integer", "one_of": [1, 12]}, (True, 1.0, "dimensions.width is 12")),
        ({"path": "dimensions.ok", "type": "number"}, (False, 0.0, "dimensions.ok is true, expected a value of type number")),
        ({"path": "depth"}, (False, 0.0, "there is no depth; the output has dimensions, items, name and none")),
        ({"path": "dimensions.depth"}, (False, 0.0, "there is no dimensions.depth; dimensions has width and ok")),
        ({"path": "items.3.sku", "present": True}, (False, 0.0, "there is no items.3.sku; items has 1 item")),
        ({"path": "name.first"}, (False, 0.0, 'there is no name.first; name is text, " Ada "')),
        ({"path": "depth", "absent": True}, (True, 1.0, "depth is absent")),
        ({"path": "name", "present": False}, (False, 0.0, 'name is " Ada ", expected to be absent')),
    ],
)
def test_json_field(judge, parameters, verdict):
    assert judge("json_field", parameters, OUTPUT) == verdict


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("string", ["a"]),
        ("integer", [1, 5.0]),
        ("number", [1, 5.0, 5.5]),
        ("boolean", [True]),
        ("array", [[]]),
        ("object", [{}]),
        ("null", [None]),
    ],
)
def test_types_are_those_of_json_schema(judge, kind, values):
    everything = ["a", 1, 5.0, 5.5, True, [], {}, None]
    held = [value for value in everything if judge("json_field", {"path": "x", "type": kind}, {"x": value})[0]]
    assert repr(held) == repr(values)


def test_the_output_must_be_json(judge):
    assert judge("json_field", {"path": "a"}, "no")[2].startswith("the output is no JSON: ")


def test_refused(refusal):
    assert refusal("json_field", {}) == ("json_field needs `path`", "add `path: …`", ())
    assert refusal("json_field", {"path": "a..b"})[2] == ("path",)
    assert refusal("json_field", {"path": "a", "matches": "("})[2] == ("matches",)
    assert refusal("json_field", {"path": "a", "absent": True, "equals": 1}) == (
        "json_field: a can't be absent and be something",
        "keep one of the two",
        ("path",),
    )
    assert refusal("json_field", {"path": "a", "one_of": []})[2] == ("one_of",)
    assert refusal("json_field", {"path": "a", "equal": 1}) == (
        'json_field has no parameter "equal"',
        'did you mean "equals"?',
        ("equal",),
    )
    assert refusal("json_field", {"path": "a", "type": "text"}) == (
        'json_field: `type` is "text"; it must be string, number, integer, boolean, array, object or null',
        "",
        ("type",),
    )
