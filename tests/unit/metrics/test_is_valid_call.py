from __future__ import annotations

import pytest

from gemini_eval.metrics.tool_schema import declared
from gemini_eval.paths import MISSING

WEATHER = {
    "name": "get_weather",
    "parameters": {
        "type": "OBJECT",
        "properties": {
            "city": {"type": "STRING"},
            "days": {"type": "INTEGER", "minimum": 1, "nullable": True},
            "unit": {"type": "string", "enum": ["C", "F"]},
        },
        "required": ["city"],
    },
}
TOOLS = [{"google_search": {}}, {"functionDeclarations": [WEATHER, {"name": "get_time"}]}]


def call(**args):
    return {"name": "get_weather", "args": args}


@pytest.mark.parametrize(
    ("made", "passed", "reason"),
    [
        ([call(city="Seoul", days=None, unit="C")], True, 'called get_weather(city="Seoul", days=null, unit="C")'),
        ([{"name": "get_time"}], True, "called get_time()"),
        ([], False, "no function was called; get_weather or get_time may be"),
        ([{"name": "f"}], False, "called f(); there is no function f, only get_weather and get_time"),
        (
            [call(days=1)],
            False,
            'called get_weather(days=1); get_weather: the whole is {"days": 1}: "city" is a required property',
        ),
        ([call(city=5)], False, 'called get_weather(city=5); get_weather: city is 5: it is not of type "string"'),
        ([{"name": "get_time"}, call(city="x", zone="y")], False, None),
        ([call(city="x", days=0)], False, None),
        ([call(city="x", unit="K")], False, None),
    ],
)
def test_is_valid_call(judge, made, passed, reason):
    found = judge("is_valid_call", {"tools": TOOLS}, "", calls=tuple(made))
    assert found[0] is passed
    assert reason is None or found[2] == reason


def test_nothing_declared(judge, refusal):
    assert judge("is_valid_call", MISSING, "", calls=({"name": "f"},))[0] is None
    assert refusal("is_valid_call", {"tools": [{"google_search": {}}]}) == (
        "is_valid_call: `tools` declares no function",
        "write function_declarations",
        ("tools",),
    )


def test_a_declaration_as_json_schema():
    parameters = {"type": "OBJECT", "properties": {"a": {"any_of": [{"type": "STRING", "max_length": "3"}, {"type": "ARRAY"}]}}}
    found = declared([{"function_declarations": [{"name": "f", "parameters": parameters}]}])
    one = {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "array"}]}
    assert found == {"f": {"type": "object", "additionalProperties": False, "properties": {"a": one}}}
    own = {"name": "g", "parameters_json_schema": {"type": "object"}}
    assert declared([{"function_declarations": [own]}]) == {"g": {"type": "object"}}
