"""What Gemini takes of the parameters; the tables hold what the installed google-genai has, so that drift shows."""

from __future__ import annotations

import enum
import typing
from typing import Any

import pydantic
import pytest
from google.genai import types
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.providers.gemini.address import Api
from gemini_eval.providers.gemini.body import BodyMaker
from gemini_eval.providers.gemini.fields import ELSEWHERE, MESSAGES, NEWER_WORDS, SHORT_FORMS, WORDS
from gemini_eval.providers.gemini.params import unsupported, unsupported_by
from gemini_eval.suites.params import MEDIA, PARAMETERS
from gemini_eval.types import Json
from tests.unit.providers.gemini.calls import COMMON, DEVELOPER, VERTEX
from tests.unit.providers.gemini.capture import request

KINDS = {str: "text", bool: "flag", int: "whole", float: "number", bytes: "text", Any: "any"}
OURS = {"tools": "[Tool]", "system_instruction": "text", "response_schema": "Schema"}
"""Fields that the client also takes as Python objects."""


def kind_of(annotation: Any) -> str:
    """An annotation in the notation of `fields`."""
    options = [option for option in typing.get_args(annotation) if option is not type(None)]
    origin = typing.get_origin(annotation)
    if origin is typing.Union:
        return kind_of(options[0])
    if origin is list:
        return f"[{kind_of(options[0])}]"
    if origin is dict:
        inside = kind_of(options[1])
        return {"text": "texts", "any": "any"}.get(inside, f"{{{inside}}}")
    if origin is typing.Literal:
        return next(name for name, words in WORDS.items() if set(words) == set(options))
    if annotation in KINDS:
        return KINDS[annotation]
    return "time" if annotation.__name__ == "datetime" else str(annotation.__name__)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_has_the_fields_of_the_client(message: str) -> None:
    official = getattr(types, message).model_fields
    kinds = {
        name: OURS[name] if name in OURS and message == "GenerateContentConfig" else kind_of(field.annotation)
        for name, field in official.items()
        if message != "GenerateContentConfig" or name not in ELSEWHERE
    }
    assert MESSAGES[message] == kinds


@pytest.mark.parametrize("name", [name for name in WORDS if name != "ModelRoutingPreference"])
def test_an_enumeration_has_the_words_of_the_client(name: str) -> None:
    official = getattr(types, name)
    assert issubclass(official, enum.Enum)
    assert set(WORDS[name]) - set(NEWER_WORDS.get(name, ())) == {word.value for word in official}


def test_every_message_that_is_named_is_there() -> None:
    used = {kind.strip("[]{}") for fields in MESSAGES.values() for kind in fields.values()}
    assert used - {"text", "flag", "whole", "number", "time", "any", "texts"} == (MESSAGES.keys() | WORDS.keys()) - {
        "GenerateContentConfig"
    }
    assert all(issubclass(getattr(types, message), pydantic.BaseModel) for message in MESSAGES)


def test_what_suites_may_write_is_what_is_taken() -> None:
    assert PARAMETERS.keys() == MESSAGES["GenerateContentConfig"].keys() | SHORT_FORMS.keys()
    assert ELSEWHERE.keys() >= MEDIA


@pytest.mark.parametrize("config", [*COMMON.values(), *VERTEX.values(), *DEVELOPER.values()])
def test_right_parameters_are_taken(config: Json) -> None:
    assert unsupported(config) == []


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"temprature": 0}, [("temprature", 'Gemini has no such parameter: did you mean "temperature"?')]),
        ({"http_options": {}}, [("http_options", "how requests are sent is the target's: limits, retries and time-outs")]),
        (
            {"responseModalities": []},
            [("response_modalities", "it is about media, which version 1 of the suite language does not have")],
        ),
        ({"temperature": "0"}, [("temperature", "takes a number, not '0'")]),
        ({"temperature": float("nan")}, [("temperature", "takes a number, not nan")]),
        ({"temperature": 10**400}, [("temperature", f"takes a number, not 1{'0' * 78}…")]),
        ({"seed": "9" * 5000}, [("seed", f"takes a whole number, not '{'9' * 78}…")]),
        ({"labels": {"팀": "와인", "a": ""}}, []),
        ({"top_k": True}, [("top_k", "takes a number, not True")]),
        ({"max_output_tokens": 1.5}, [("max_output_tokens", "takes a whole number, not 1.5")]),
        ({"stop_sequences": "x"}, [("stop_sequences", "takes a list, not 'x'")]),
        (
            {"thinking_config": {"thinkingBuget": 0}},
            [("thinking_config.thinking_buget", 'there is no such field: did you mean "thinking_budget"?')],
        ),
        (
            {"thinking_config": {"thinking_level": "hihg"}},
            [("thinking_config.thinking_level", "takes MINIMAL, LOW, MEDIUM, HIGH, XHIGH, not 'hihg'; did you mean \"HIGH\"?")],
        ),
        (
            {"safety_settings": [{"category": "HARASSMENT", "treshold": "OFF"}, 3]},
            [
                (
                    "safety_settings[0].category",
                    "takes HARM_CATEGORY_HARASSMENT, HARM_CATEGORY_HATE_SPEECH, HARM_CATEGORY_SEXUALLY_EXPLICIT,"
                    " HARM_CATEGORY_DANGEROUS_CONTENT, HARM_CATEGORY_CIVIC_INTEGRITY, HARM_CATEGORY_JAILBREAK,"
                    " HARM_CATEGORY_IMAGE_HATE, HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT, HARM_CATEGORY_IMAGE_HARASSMENT,"
                    " HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT, not 'HARASSMENT'",
                ),
                ("safety_settings[0].treshold", 'there is no such field: did you mean "threshold"?'),
                ("safety_settings[1]", "takes a map, not 3"),
            ],
        ),
        (
            {"tools": [{"function_declaration": []}]},
            [("tools[0].function_declaration", 'there is no such field: did you mean "function_declarations"?')],
        ),
        (
            {
                "tools": [
                    {
                        "function_declarations": [
                            {"name": "f", "parameters": {"type": "objekt", "properties": {"a": {"minItem": 1}}}}
                        ]
                    }
                ]
            },
            [
                (
                    "tools[0].function_declarations[0].parameters.type",
                    "takes STRING, NUMBER, INTEGER, BOOLEAN, ARRAY, OBJECT, NULL, not 'objekt'; did you mean \"OBJECT\"?",
                ),
                (
                    "tools[0].function_declarations[0].parameters.properties.a.min_item",
                    'there is no such field: did you mean "min_items"?',
                ),
            ],
        ),
        ({"tools": [{"url_context": {"x": 1}}]}, [("tools[0].url_context.x", "there is no such field: it has no fields")]),
        (
            {"tool_config": {"function_calling_config": {"mode": "always"}}},
            [("tool_config.function_calling_config.mode", "takes AUTO, ANY, NONE, VALIDATED, not 'always'")],
        ),
        (
            {"tools": [{"google_search": {"time_range_filter": {"start_time": "yesterday"}}}]},
            [("tools[0].google_search.time_range_filter.start_time", "takes a time like 2026-01-31T09:30:00Z, not 'yesterday'")],
        ),
        ({"labels": {"a": 1}}, [("labels", "takes a map of text to text, not {'a': 1}")]),
        (
            {"labels": {"Team": "Wine"}},
            [
                (
                    "labels",
                    "Team: Wine is no label of Google Cloud's"
                    " (lower-case letters, digits, _ and -, at most 63; a name begins with a letter)",
                )
            ],
        ),
        (
            {"thinking_budget": 0, "thinking_level": "LOW"},
            [("thinking_budget", "excludes thinking_level: keep the one that the model takes")],
        ),
        (
            {"thinking_budget": 0, "thinking_config": {"thinkingLevel": "LOW"}},
            [("thinking_budget", "excludes thinking_level: keep the one that the model takes")],
        ),
        (
            {"thinking_budget": 0, "thinking_config": {"thinking_budget": 5}},
            [("thinking_budget", "is given twice, here and in thinking_config: keep one of the two")],
        ),
        (
            {
                "response_mime_type": "application/json",
                "response_schema": {"type": "STRING"},
                "response_json_schema": {"type": "string"},
            },
            [("response_schema", "excludes response_json_schema: keep one of the two")],
        ),
        ({"response_schema": {"type": "STRING"}}, [("response_schema", "it needs response_mime_type: application/json")]),
        (
            {"response_json_schema": {"type": "string"}, "response_mime_type": "text/x.enum"},
            [("response_json_schema", "it needs response_mime_type: application/json")],
        ),
        (
            {"response_mime_type": "text/html"},
            [("response_mime_type", "takes text/plain, application/json, text/x.enum, not 'text/html'")],
        ),
        ({"candidate_count": 3}, [("candidate_count", "a request is one sample: ask for 3 with samples: {count: 3}")]),
        ({"logprobs": 3}, [("logprobs", "it needs response_logprobs: true")]),
        ({"logprobs": 3, "response_logprobs": False}, [("logprobs", "it needs response_logprobs: true")]),
        (
            {"model_armor_config": {}, "safety_settings": []},
            [("model_armor_config", "it replaces safety_settings: keep one of the two")],
        ),
        ({"tool_config": None, "labels": None}, []),
    ],
)
def test_what_is_not_taken(params: Json, expected: list[tuple[str, str]]) -> None:
    assert unsupported(params) == expected


VERTEX_ONLY = {
    "safety method": "safety_settings.method",
    "schema of other properties": "response_schema",
    "routing": "routing_config",
    "routing by hand": "routing_config",
    "model selection": "model_selection_config",
    "model armor": "model_armor_config",
    "streamed arguments": "tool_config.function_calling_config.stream_function_call_arguments",
    "enterprise search": "tools.enterprise_web_search",
    "data store": "tools.retrieval",
    "rag store": "tools.retrieval",
}
DEVELOPER_ONLY = {
    "civic answers": "enable_enhanced_civic_answers",
    "store": "store",
    "files": "tools.file_search",
    "servers": "tools.mcp_servers.name",
    "invocations": "tool_config.include_server_side_tool_invocations",
}


@pytest.mark.parametrize(
    ("api", "config", "name"),
    [
        *((Api.DEVELOPER, VERTEX[call], name) for call, name in VERTEX_ONLY.items()),
        *((api, DEVELOPER[call], name) for call, name in DEVELOPER_ONLY.items() for api in (Api.VERTEX, Api.EXPRESS)),
    ],
)
def test_what_only_the_other_api_takes(api: Api, config: Json, name: str) -> None:
    assert unsupported_by(api, config)[0][0] == name


def test_a_schema_without_other_properties_is_taken_by_both() -> None:
    assert unsupported_by(Api.DEVELOPER, COMMON["closed schema"]) == []
    nested = {"response_schema": {"type": "array", "items": {"anyOf": [{"additional_properties": {"type": "string"}}]}}}
    why = "the developer API takes no additional_properties; write it in response_json_schema"
    assert unsupported_by(Api.DEVELOPER, nested) == [("response_schema", why)]


NAMES = st.sampled_from(
    [*MESSAGES["GenerateContentConfig"], *SHORT_FORMS, *MESSAGES["Tool"], *MESSAGES["Schema"], "category", "mode", "$ref"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 9)
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["OFF", "STRING", "application/json"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(NAMES, VALUES, max_size=4), st.sampled_from(list(Api)))
def test_any_parameters_are_refused_or_sent(params: Json, api: Api) -> None:
    """But for NaN in a JSON Schema, which nobody looks into and no body can hold."""
    if not unsupported(params) and not unsupported_by(api, params) and "nan" not in repr(params) and "inf" not in repr(params):
        BodyMaker(api).data(request(params))
