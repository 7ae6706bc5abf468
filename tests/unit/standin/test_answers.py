"""Every answer parses strictly into the official types, and a filled-in template is what they would have made."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.cloud import aiplatform_v1, aiplatform_v1beta1
from google.genai import types
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standin import Answer, FunctionCall, Oracle, Script, StandIn
from tests.standin.answers import Template, answer_json, count_tokens, count_tokens_json, model_json
from tests.unit.standin.asking import DEVELOPER, EXPRESS, KEY, TOKEN, TUNED, VERTEX, body_of, call

MESSAGES = ("v1", "v1beta1", "developer")
VERTEX_TYPES = {"v1": aiplatform_v1, "v1beta1": aiplatform_v1beta1}

ANSWERS = [
    Answer(),
    Answer("Rioja", thoughts="Cherry.", thoughts_tokens=100, cached_tokens=3),
    Answer(function_calls=(FunctionCall("order", {"bottles": 2, "wines": ["Rioja", None, {"deep": True}]}, "call-1"),)),
    Answer("Here you are.", function_calls=(FunctionCall("order"),)),
    Answer(logprobs=(("Rio", -0.25), ("ja", -0.5))),
    Answer("Rio", finish_reason="MAX_TOKENS"),
    Answer("", finish_reason="MAX_TOKENS", thoughts_tokens=16),
    Answer(finish_reason="SAFETY", finish_message="No."),
    Answer(finish_reason="MALFORMED_FUNCTION_CALL"),
    Answer(block_reason="PROHIBITED_CONTENT", block_message="No."),
    Answer(candidates=False),
]


def parse(messages: str, name: str, body: dict[str, Any]) -> None:
    """Raises where `body` is not what the type `name` takes."""
    if messages == "developer":
        getattr(types, name).model_validate(body)
    else:
        json_format.ParseDict(body, getattr(VERTEX_TYPES[messages], name).pb()())


@pytest.mark.parametrize("messages", MESSAGES)
@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_parse_strictly(messages: str, answer: Answer) -> None:
    body = answer_json(messages, answer, text="Rioja", prompt_tokens=5, model_version="gemini-2.5-flash", response_id="r")
    parse(messages, "GenerateContentResponse", json.loads(json.dumps(body)))
    assert (body["modelVersion"], body["responseId"], body["usageMetadata"]["promptTokenCount"]) == ("gemini-2.5-flash", "r", 5)


@pytest.mark.parametrize("messages", MESSAGES)
def test_counts_and_models_parse_strictly(messages: str) -> None:
    parse(messages, "CountTokensResponse", count_tokens_json(messages, "five words are counted here"))
    model = model_json(messages, "gemini-2.5-flash")
    if messages == "developer":
        assert model.pop("supportedGenerationMethods") == ["generateContent", "countTokens"]
        parse(messages, "Model", model)
    else:
        parse(messages, "PublisherModel", model)


@pytest.mark.parametrize("messages", MESSAGES)
def test_words_that_no_type_knows_are_sent_as_they_are(messages: str) -> None:
    made = [
        answer_json(messages, answer, text="", prompt_tokens=1, model_version="m", response_id="r")
        for answer in (Answer(finish_reason="SINGING"), Answer(block_reason="DULL"))
    ]
    assert (made[0]["candidates"][0]["finishReason"], made[1]["promptFeedback"]) == ("SINGING", {"blockReason": "DULL"})


TEMPLATES = {messages: Template(messages) for messages in MESSAGES}


@settings(deadline=None)
@given(st.sampled_from(MESSAGES), st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.integers(1, 10**6))
def test_a_filled_in_template_is_what_the_types_make(messages: str, text: str, tokens: int) -> None:
    filled = TEMPLATES[messages].fill(text, tokens, "gemini-\u00e9", 'id "1"')
    made = answer_json(messages, Answer(), text=text, prompt_tokens=tokens, model_version="gemini-\u00e9", response_id='id "1"')
    assert json.loads(filled) == made
    assert made["usageMetadata"]["totalTokenCount"] == tokens + count_tokens(text)


@pytest.mark.parametrize("text", ["Rioja", ""])
@pytest.mark.parametrize(("path", "headers"), [(DEVELOPER, KEY), (VERTEX, TOKEN), (TUNED, TOKEN), (EXPRESS, KEY)])
def test_a_fast_server_answers_as_a_strict_one(path: str, headers: dict[str, str], text: str) -> None:
    bodies = [body_of("Which?"), body_of("Which?", generationConfig={"responseLogprobs": True})]
    script = Script(oracle=Oracle(answer=text))
    with StandIn(script) as strict, StandIn(script, fast=True) as fast:
        for body in bodies:
            assert call(fast, path, body, headers=headers) == call(strict, path, body, headers=headers)
