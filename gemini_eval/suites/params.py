"""Generation parameters: every field of GenerateContentConfig, what kind of value it takes, and how two spellings meet.

Source: google-genai 2.34 `types.GenerateContentConfig` (names and kinds); Google's camelCase is read as snake_case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gemini_eval.errors import did_you_mean
from gemini_eval.types import Json


@dataclass(frozen=True, slots=True)
class Parameter:
    """`kind` is a JSON Schema fragment that a value must fit; `says` is the same in words."""

    kind: Mapping[str, Json]
    says: str


def _number(low: float, high: float) -> Parameter:
    return Parameter({"type": "number", "minimum": low, "maximum": high}, f"a number from {low:g} to {high:g}")


def _whole(low: int, high: int | None = None) -> Parameter:
    bounds: dict[str, Json] = {"type": "integer", "minimum": low}
    if high is not None:
        bounds["maximum"] = high
    return Parameter(bounds, f"a whole number from {low}" + (f" to {high}" if high is not None else ""))


_TEXT = Parameter({"type": "string"}, "text")
_FLAG = Parameter({"type": "boolean"}, "true or false")
_MAP = Parameter({"type": "object"}, "a map")
_LIST = Parameter({"type": "array"}, "a list")
_TEXTS = Parameter({"type": "array", "items": {"type": "string"}}, "a list of texts")

PARAMETERS: Mapping[str, Parameter] = {
    "temperature": _number(0, 2),
    "top_p": _number(0, 1),
    "top_k": _number(0, 1000),
    "candidate_count": _whole(1, 8),
    "max_output_tokens": _whole(1),
    "stop_sequences": _TEXTS,
    "response_logprobs": _FLAG,
    "logprobs": _whole(0, 20),
    "presence_penalty": _number(-2, 2),
    "frequency_penalty": _number(-2, 2),
    "seed": _whole(0),
    "response_mime_type": Parameter(
        {"enum": ["text/plain", "application/json", "text/x.enum"]}, "text/plain, application/json or text/x.enum"
    ),
    "response_schema": _MAP,
    "response_json_schema": _MAP,
    "system_instruction": _TEXT,
    "safety_settings": _LIST,
    "tools": _LIST,
    "tool_config": _MAP,
    "thinking_config": _MAP,
    "thinking_budget": _whole(-1),
    "thinking_level": _TEXT,
    "include_thoughts": _FLAG,
    "cached_content": _TEXT,
    "labels": _MAP,
    "routing_config": _MAP,
    "model_selection_config": _MAP,
    "enable_enhanced_civic_answers": _FLAG,
    "model_armor_config": _MAP,
    "service_tier": Parameter({"enum": ["standard", "flex", "priority"]}, "standard, flex or priority"),
    "store": _FLAG,
}
MEDIA = frozenset({
    "response_modalities", "media_resolution", "speech_config", "audio_timestamp", "image_config", "automatic_function_calling",
    "audio_transcription_config", "generation_output_config",
})  # fmt: skip


def canonical_name(name: str) -> str:
    """`maxOutputTokens` -> `max_output_tokens`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def check_parameter(name: str, value: Json) -> tuple[str, str]:
    """(reason, hint) of what is wrong with one parameter under its canonical name; ('', '') where nothing is."""
    if name in MEDIA:
        return f'parameter "{name}" is about media, which version 1 of the suite language does not have', "take it out"
    parameter = PARAMETERS.get(name)
    if parameter is None:
        return f'unknown parameter "{name}"', did_you_mean(name, PARAMETERS) or "see docs/suite-language.md for the list"
    if not _fits(parameter.kind, value):
        return f'parameter "{name}" takes {parameter.says}, not {value!r}', unquoted(value)
    return "", ""


def unquoted(value: Json) -> str:
    """The mend of a number or a boolean that was written as text; '' for anything else."""
    plain = isinstance(value, str) and (value in ("true", "false") or value.replace(".", "", 1).lstrip("-").isdecimal())
    return f"take the quotes away: {value}" if plain else ""


def _fits(kind: Mapping[str, Json], value: Json) -> bool:
    if "enum" in kind:
        return value in kind["enum"]
    if not _TYPES[kind["type"]](value):
        return False
    if kind["type"] == "array" and "items" in kind:
        return all(_fits(kind["items"], item) for item in value)
    return bool(kind.get("minimum", float("-inf")) <= value <= kind.get("maximum", float("inf"))) if "minimum" in kind else True


_TYPES = {
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}
