"""What Gemini takes of the generation parameters: unknown fields and words at any depth, and settings that exclude each other.

Limits of single numbers are the suite language's; what one model takes of them is the model table's (`table`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gemini_eval.errors import did_you_mean
from gemini_eval.providers.gemini.address import Api
from gemini_eval.providers.gemini.fields import ELSEWHERE, MESSAGES, SHORT_FORMS
from gemini_eval.providers.gemini.message import Faults, faults, snake
from gemini_eval.providers.gemini.schema import schema_faults
from gemini_eval.types import Json

FIELDS: Mapping[str, str] = {**MESSAGES["GenerateContentConfig"], **SHORT_FORMS}

_JSON = "application/json"
_MIME_TYPES = ("text/plain", _JSON, "text/x.enum")

VERTEX_ONLY = (
    "routing_config", "model_selection_config", "model_armor_config", "safety_settings.method", "tools.retrieval",
    "tools.enterprise_web_search", "tools.parallel_ai_search", "tools.exa_ai_search", "tools.google_search.blocking_confidence",
    "tools.google_search.exclude_domains", "tools.google_maps.grounding_types",
    "tool_config.function_calling_config.stream_function_call_arguments",
    *(f"tools.google_maps.auth_config.{name}" for name in MESSAGES["AuthConfig"] if name != "api_key"),
)  # fmt: skip
DEVELOPER_ONLY = (
    "enable_enhanced_civic_answers", "store", "tools.file_search", "tools.mcp_servers.name",
    "tools.mcp_servers.streamable_http_transport", "tool_config.include_server_side_tool_invocations",
)  # fmt: skip
"""Places, through lists too, that the official client refuses to send to the other API (google-genai 2.34)."""


def unsupported(params: Mapping[str, Json]) -> list[tuple[str, str]]:
    """(name, why) of every parameter, or value inside one, that Gemini can't take; `name` may be a path: tools[0].retrival."""
    found = [fault for name, value in params.items() if value is not None for fault in _field_faults(name, value)]
    return found or list(_together({snake(name): value for name, value in params.items() if value is not None}))


def unsupported_by(api: Api, params: Mapping[str, Json]) -> list[tuple[str, str]]:
    """(name, why) of every parameter that only the other API takes; `unsupported` has found nothing wrong with them."""
    places, why = (DEVELOPER_ONLY, "only the developer API takes it") if api is not Api.DEVELOPER else (
        VERTEX_ONLY, "only Vertex AI takes it",
    )  # fmt: skip
    found = [(place, why) for place in places if _holds(params, place.split("."))]
    if api is Api.DEVELOPER and _closed_schema(params.get("response_schema")):
        found.append(("response_schema", "the developer API takes no additional_properties; write it in response_json_schema"))
    return found


def _field_faults(name: str, value: Json) -> Faults:
    name = snake(name)
    if name in ELSEWHERE:
        yield name, ELSEWHERE[name]
    elif name not in FIELDS:
        yield name, f"Gemini has no such parameter: {did_you_mean(name, FIELDS) or 'see docs/suite-language.md for the list'}"
    elif name == "response_schema":
        yield from schema_faults(value, name)
    else:
        yield from faults(FIELDS[name], value, name)


def _holds(value: Json, steps: list[str]) -> bool:
    """Whether something stands at a place; a list is looked through."""
    if isinstance(value, list | tuple):
        return any(_holds(item, steps) for item in value)
    if not steps:
        return value is not None
    if not isinstance(value, Mapping):
        return False
    return any(_holds(item, steps[1:]) for name, item in value.items() if snake(name) == steps[0])


def _closed_schema(schema: Json) -> bool:
    """Whether a schema says what other properties must be; that there are none is what it means anyway."""
    if isinstance(schema, list | tuple):
        return any(map(_closed_schema, schema))
    if not isinstance(schema, Mapping):
        return False
    if schema.get("additionalProperties") or schema.get("additional_properties"):
        return True
    inner = [schema.get(name) for name in ("items", "anyOf", "any_of", "prefixItems")]
    named = [schema.get(name) for name in ("properties", "$defs")]
    return _closed_schema(inner) or any(_closed_schema(list(group.values())) for group in named if isinstance(group, Mapping))


# ---- what does not go together -------------------------------------------------------------------------------


def _together(params: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    yield from _thinking(params)
    yield from _schemas(params)
    if params.get("candidate_count", 1) != 1:
        count = params["candidate_count"]
        yield "candidate_count", f"a request is one sample: ask for {count} with samples: {{count: {count}}}"
    if params.get("logprobs") is not None and params.get("response_logprobs") is not True:
        yield "logprobs", "it needs response_logprobs: true"
    if "model_armor_config" in params and "safety_settings" in params:
        yield "model_armor_config", "it replaces safety_settings: keep one of the two"
    for name, value in (params.get("labels") or {}).items():
        if not (_is_label(name) and _is_label(value) and name[:1].isalpha()):
            rule = "lower-case letters, digits, _ and -, at most 63; a name begins with a letter"
            yield "labels", f"{name}: {value} is no label of Google Cloud's ({rule})"


def _is_label(text: str) -> bool:
    """Letters of any script are taken (https://cloud.google.com/resource-manager/docs/labels-overview)."""
    return len(text) <= 63 and text == text.lower() and all(character.isalnum() or character in "_-" for character in text)


def _thinking(params: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    inside = {snake(name): value for name, value in (params.get("thinking_config") or {}).items() if value is not None}
    for name in SHORT_FORMS:
        if name in params and name in inside:
            yield name, "is given twice, here and in thinking_config: keep one of the two"
    given = inside.keys() | params.keys()
    if {"thinking_budget", "thinking_level"} <= given:
        yield "thinking_budget", "excludes thinking_level: keep the one that the model takes"


def _schemas(params: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    mime_type = params.get("response_mime_type", "")
    if mime_type and mime_type not in _MIME_TYPES:
        yield "response_mime_type", f"takes {', '.join(_MIME_TYPES)}, not {mime_type!r}"
    if params.get("response_schema") and params.get("response_json_schema"):
        yield "response_schema", "excludes response_json_schema: keep one of the two"
    for name in ("response_schema", "response_json_schema"):
        fitting = (_JSON, "text/x.enum") if name == "response_schema" else (_JSON,)
        if params.get(name) and mime_type not in fitting:
            yield name, f"it needs response_mime_type: {_JSON}"
