"""Requests parsed strictly into the official types, and read loosely for what the server itself needs of them."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import orjson

from tests.standin.errors import BadRequestError
from tests.standin.resources import check_resource, is_resource
from tests.standin.routes import EMBEDDING, Route


def read_body(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequestError(f"Invalid JSON payload received. {error}") from None
    if not isinstance(body, dict):
        raise BadRequestError("Invalid JSON payload received. The root is not an object.")
    return body


def last_user_text(body: dict[str, Any]) -> str:
    """The text of the last content of role user (or none); '' where the body has none."""
    contents = body.get("contents") or ()
    if isinstance(contents, dict):
        contents = (contents,)
    for content in reversed(contents):
        if content.get("role", "user") == "user":
            return _text(content)
    return ""


def wants_logprobs(body: dict[str, Any]) -> bool:
    configuration = body.get("generationConfig") or body.get("generation_config")
    return isinstance(configuration, dict) and bool(
        configuration.get("responseLogprobs") or configuration.get("response_logprobs")
    )


def whole_text(body: dict[str, Any]) -> str:
    """Every text of a request: what its prompt tokens are counted from."""
    body = body.get("generateContentRequest", body)
    contents = body.get("contents") or ()
    system = body.get("systemInstruction") or body.get("system_instruction")
    texts = [_text(content) for content in ((contents,) if isinstance(contents, dict) else contents)]
    return "".join([_text(system), *texts] if system else texts)


def _text(content: dict[str, Any]) -> str:
    parts = content.get("parts") or ()
    return "".join([part.get("text", "") for part in ((parts,) if isinstance(parts, dict) else parts)])


# ---- strictly ------------------------------------------------------------------------------------------------


def check(route: Route, raw: bytes, body: dict[str, Any]) -> None:
    """Raises `BadRequestError` for what the API would refuse: unknown fields and words, wrong types, no contents, odd roles."""
    if is_resource(route.method):
        check_resource(route, raw)
        return
    if route.messages == "developer":
        _check_developer(route, body)
    else:
        _check_vertex(route, raw)
    if route.method == "evaluateInstances" or route.method in EMBEDDING:
        return
    inner = body.get("generateContentRequest", body)
    if not inner.get("contents") and not inner.get("instances"):
        raise BadRequestError("* GenerateContentRequest.contents: contents is not specified")
    for content in inner.get("contents") or ():
        if content.get("role", "user") not in ("user", "model", "function"):
            raise BadRequestError("Please use a valid role: user, model.")


def _check_vertex(route: Route, raw: bytes) -> None:
    from google.protobuf import json_format

    message = _vertex_message(route.messages, route.method)
    try:
        json_format.Parse(raw, message.pb()())
    except json_format.ParseError as error:
        raise BadRequestError(f"Invalid JSON payload received. {error}") from None


@cache
def _vertex_message(version: str, method: str) -> Any:
    """The SDK's calls go to v1beta1, whose messages have fields of their own."""
    aiplatform = import_module(f"google.cloud.aiplatform_{version}")
    return getattr(aiplatform, f"{method[0].upper()}{method[1:]}Request")


def _check_developer(route: Route, body: dict[str, Any]) -> None:
    from pydantic import ValidationError

    try:
        request = _developer_message(route.method).model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BadRequestError(f"Invalid JSON payload received. {first['msg']} at '{place}'") from None
    if unknown := next(_unknown_words(request), None):
        raise BadRequestError(f"Invalid value at '{type(unknown).__name__}', \"{unknown.value}\"")


@cache
def _developer_message(method: str) -> Any:
    """google-genai has the parts of a request, not the request itself; its fields are those the REST reference names."""
    from google.genai import types
    from pydantic import ConfigDict, create_model
    from pydantic.alias_generators import to_camel

    strict = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)
    configuration = create_model(
        "GenerationConfig", __base__=types.GenerationConfig, image_config=(types.ImageConfig | None, None)
    )
    parts: dict[str, Any] = {
        "model": (str, ""),
        "contents": (list[types.Content], ...),
        "system_instruction": (types.Content | None, None),
        "generation_config": (configuration | None, None),
        "safety_settings": (list[types.SafetySetting] | None, None),
        "tools": (list[types.Tool] | None, None),
        "tool_config": (types.ToolConfig | None, None),
        "cached_content": (str | None, None),
        "service_tier": (types.ServiceTier | None, None),
    }
    generate: Any = create_model("GenerateContentRequest", __config__=strict, **parts)
    if method == "generateContent":
        return generate
    if method == "batchEmbedContents":
        embedding: dict[str, Any] = {
            "model": (str, ...),
            "content": (types.Content, ...),
            "task_type": (str | None, None),
            "title": (str | None, None),
            "output_dimensionality": (int | None, None),
        }
        one: Any = create_model("EmbedContentRequest", __config__=strict, **embedding)
        return create_model("BatchEmbedContentsRequest", __config__=strict, requests=(list[one], ...))
    counted: dict[str, Any] = {
        "contents": (list[types.Content] | None, None),
        "generate_content_request": (generate | None, None),
    }
    return create_model("CountTokensRequest", __config__=strict, **counted)


def _unknown_words(value: Any) -> Iterator[enum.Enum]:
    """Enum members that google-genai made up for words it does not know: it only warns of them."""
    if isinstance(value, enum.Enum):
        if value.name not in type(value).__members__:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _unknown_words(item)
    elif hasattr(type(value), "model_fields"):
        for name in value.model_fields_set:
            yield from _unknown_words(getattr(value, name))
