"""Bodies for Vertex AI parse strictly into its official message, so that the wire format written here stays honest."""

from __future__ import annotations

from typing import Any

import pytest
from google.cloud.aiplatform_v1 import GenerateContentRequest
from google.protobuf.json_format import ParseDict, ParseError

from gemini_eval.providers.gemini.address import Api
from gemini_eval.providers.gemini.body import BodyMaker
from gemini_eval.types import Json, Message
from tests.unit.providers.gemini.calls import COMMON, VERTEX
from tests.unit.providers.gemini.capture import request

CALLS = {**COMMON, **VERTEX}

LACKING: dict[str, str] = {
    "service tier": "serviceTier",
    "alternatives": "NULL",
    "model selection": "modelConfig",
    "search": "search_types",
    "mixed tool": "behavior",
}
"""Calls with a field, or a word, that google-cloud-aiplatform 2.7's v1 messages lack and google-genai 2.34 sends."""


def parse(body: Json) -> Any:
    return ParseDict(body, GenerateContentRequest.pb()(), ignore_unknown_fields=False)


def body_of(config: Json) -> Json:
    return BodyMaker(Api.VERTEX, "p1", "us-central1").body(
        request(config, "Be brief.", [Message("user", "a"), Message("model", "b")])
    )


@pytest.mark.parametrize("name", [name for name in CALLS if name not in LACKING])
def test_a_body_parses_strictly(name: str) -> None:
    parsed = parse(body_of(CALLS[name]))
    assert [content.parts[0].text for content in parsed.contents] == ["a", "b"]


@pytest.mark.parametrize("name", LACKING)
def test_what_is_listed_as_lacking_lacks(name: str) -> None:
    with pytest.raises(ParseError, match=LACKING[name]):
        parse(body_of(CALLS[name]))
