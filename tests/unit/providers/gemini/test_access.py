"""Who asks, and through which door: a target of the workspace against the environment."""

from __future__ import annotations

import pytest

from gemini_eval.errors import UsageError
from gemini_eval.providers.gemini.address import Access, Api, api_key, read_access
from gemini_eval.types import Json

KEY = {"GEMINI_API_KEY": "k"}
PROJECT = {"GOOGLE_CLOUD_PROJECT": "p"}
SWITCH = {"GOOGLE_GENAI_USE_VERTEXAI": "true"}
OFF = {"GOOGLE_GENAI_USE_VERTEXAI": "False"}


@pytest.mark.parametrize(
    ("target", "environment", "expected"),
    [
        ({}, {}, Access(Api.VERTEX)),
        ({}, KEY, Access(Api.DEVELOPER, why="GEMINI_API_KEY")),
        ({}, {**KEY, "GOOGLE_API_KEY": "g"}, Access(Api.DEVELOPER, why="GOOGLE_API_KEY")),
        ({}, {"GEMINI_API_KEY": " "}, Access(Api.VERTEX)),
        ({}, PROJECT, Access(Api.VERTEX, "p", why="GOOGLE_CLOUD_PROJECT")),
        ({}, KEY | PROJECT, Access(Api.VERTEX, "p", why="GOOGLE_CLOUD_PROJECT")),
        ({}, KEY | PROJECT | OFF, Access(Api.DEVELOPER, why="GOOGLE_GENAI_USE_VERTEXAI")),
        ({}, SWITCH, Access(Api.VERTEX, why="GOOGLE_GENAI_USE_VERTEXAI")),
        ({}, SWITCH | KEY, Access(Api.EXPRESS, why="GOOGLE_GENAI_USE_VERTEXAI and GEMINI_API_KEY")),
        ({}, SWITCH | KEY | PROJECT, Access(Api.VERTEX, "p", why="GOOGLE_GENAI_USE_VERTEXAI")),
        ({}, OFF | {"GOOGLE_GENAI_USE_ENTERPRISE": "1"}, Access(Api.VERTEX, why="GOOGLE_GENAI_USE_ENTERPRISE")),
        ({"api": "developer"}, SWITCH | KEY | PROJECT, Access(Api.DEVELOPER, why="the target")),
        ({"api": "express"}, PROJECT, Access(Api.EXPRESS, why="the target")),
        ({"api": "vertex"}, KEY, Access(Api.VERTEX, why="the target")),
        ({"project": "t"}, KEY | OFF, Access(Api.VERTEX, "t", why="the target's project")),
        ({"project": "t"}, PROJECT, Access(Api.VERTEX, "t", why="the target's project")),
        (
            {"project": "t", "location": "us"},
            {"GOOGLE_CLOUD_LOCATION": "eu"},
            Access(Api.VERTEX, "t", "us", "", "the target's project", "the target"),
        ),
        (
            {},
            PROJECT | {"GOOGLE_CLOUD_REGION": "us-east1"},
            Access(Api.VERTEX, "p", "us-east1", "", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_REGION"),
        ),
        (
            {},
            PROJECT | {"GOOGLE_CLOUD_REGION": "us-east1", "GOOGLE_CLOUD_LOCATION": "eu"},
            Access(Api.VERTEX, "p", "eu", "", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION"),
        ),
        ({}, KEY | {"GOOGLE_CLOUD_LOCATION": "eu"}, Access(Api.DEVELOPER, why="GEMINI_API_KEY")),
        ({"api": "developer", "location": "eu"}, {}, Access(Api.DEVELOPER, "", "eu", "", "the target", "the target")),
        (
            {},
            PROJECT | {"GOOGLE_VERTEX_BASE_URL": "http://h:1/"},
            Access(Api.VERTEX, "p", "", "http://h:1", "GOOGLE_CLOUD_PROJECT"),
        ),
        (
            {},
            KEY | {"GOOGLE_GEMINI_BASE_URL": "http://h:2", "GOOGLE_VERTEX_BASE_URL": "x"},
            Access(Api.DEVELOPER, base_url="http://h:2", why="GEMINI_API_KEY"),
        ),
    ],
)
def test_who_asks(target: Json, environment: dict[str, str], expected: Access) -> None:
    assert read_access(target, environment) == expected


def test_an_api_that_is_none() -> None:
    with pytest.raises(UsageError, match=r'vertex, express or developer, not "vertx" \(did you mean "vertex"\?\)'):
        read_access({"api": "vertx"}, {})


def test_the_key_that_wins() -> None:
    assert api_key({"GEMINI_API_KEY": "a", "GOOGLE_API_KEY": "b"}) == ("GOOGLE_API_KEY", "b")
    assert api_key({}) == ("", "")
