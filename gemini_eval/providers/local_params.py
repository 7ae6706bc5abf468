"""What the embedded model takes of Gemini's generation parameters, and the sampler's settings that they become.

Nothing is left to the sampler's own defaults: where a parameter is unset the model is greedy (temperature 0), because an
evaluation should give the same answer twice; top_p 1 and top_k off leave the distribution whole; an answer ends after 256 tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gemini_eval.errors import ValueRefusedError
from gemini_eval.providers import ParameterFault
from gemini_eval.providers.local_schema import json_schema
from gemini_eval.providers.prices import FREE, Price
from gemini_eval.types import Json

_DEFAULTS: Mapping[str, Json] = MappingProxyType({
    "temperature": 0.0, "top_p": 1.0, "top_k": 0, "n_predict": 256, "stop": [], "seed": 0, "n_probs": 0,
    "presence_penalty": 0.0, "frequency_penalty": 0.0, "repeat_penalty": 1.0, "repeat_last_n": 4096,
    "min_p": 0.0, "typical_p": 1.0, "top_n_sigma": -1.0, "xtc_probability": 0.0, "dry_multiplier": 0.0, "mirostat": 0,
    "dynatemp_range": 0.0, "samplers": ["penalties", "top_k", "top_p", "temperature"], "logit_bias": [], "ignore_eos": False,
    "cache_prompt": True,
})  # fmt: skip
_ENUM = "text/x.enum"
_SEEDS = 0xFFFFFFFF
"""Seeds are 32 bits wide, and the last one means "draw one at random"."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One GenerateContentConfig field: `read` gives the sampler's settings for a value, or raises `ValueRefusedError`."""

    read: Callable[[Json], dict[str, Json]]
    note: str


def _number(setting: str, low: float, high: float) -> Callable[[Json], dict[str, Json]]:
    def read(value: Json) -> dict[str, Json]:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueRefusedError(f"must be a number from {low:g} to {high:g}, got {value!r}")
        return {setting: float(value)}

    return read


def _whole(setting: str, low: int, high: int) -> Callable[[Json], dict[str, Json]]:
    def read(value: Json) -> dict[str, Json]:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high or value != int(value):
            raise ValueRefusedError(f"must be a whole number from {low} to {high}, got {value!r}")
        return {setting: int(value)}

    return read


def _seed(value: Json) -> dict[str, Json]:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueRefusedError(f"must be a whole number, got {value!r}")
    return {"seed": value % _SEEDS}


def _stop(value: Json) -> dict[str, Json]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
        raise ValueRefusedError(f"must be a list of texts that are not empty, got {value!r}")
    return {"stop": list(value)}


def _one_candidate(value: Json) -> dict[str, Json]:
    if value != 1:
        raise ValueRefusedError(f"must be 1, got {value!r}", "ask for several with samples: {count: N}")
    return {}


def _logprobs_wanted(value: Json) -> dict[str, Json]:
    if not isinstance(value, bool):
        raise ValueRefusedError(f"must be true or false, got {value!r}")
    return {"n_probs": int(value)}


def _mime_type(value: Json) -> dict[str, Json]:
    if value not in ("text/plain", "application/json", _ENUM):
        raise ValueRefusedError(f"must be text/plain, application/json or text/x.enum, got {value!r}")
    return {"json_schema": {}} if value == "application/json" else {}


def _schema(value: Json) -> dict[str, Json]:
    return {"json_schema": json_schema(value)}


PARAMETERS: Mapping[str, Parameter] = MappingProxyType({
    "temperature": Parameter(_number("temperature", 0, 2), "0 (the default here) is greedy"),
    "top_p": Parameter(_number("top_p", 0, 1), "default 1: off"),
    "top_k": Parameter(_whole("top_k", 0, 2**31 - 1), "default 0: off"),
    "max_output_tokens": Parameter(_whole("n_predict", 1, 2**31 - 1), "default 256, at most what the context of 4,096 leaves"),
    "stop_sequences": Parameter(_stop, "a base model does not stop by itself: a newline suits labels"),
    "seed": Parameter(_seed, "folded to 32 bits; default 0"),
    "presence_penalty": Parameter(_number("presence_penalty", -2, 2), "the prompt's own tokens count too"),
    "frequency_penalty": Parameter(_number("frequency_penalty", -2, 2), "the prompt's own tokens count too"),
    "candidate_count": Parameter(_one_candidate, "only 1"),
    "response_mime_type": Parameter(_mime_type, "application/json allows JSON only, text/x.enum one of the schema's values only"),
    "response_schema": Parameter(_schema, "holds the output to the schema's syntax, not to the truth"),
    "response_json_schema": Parameter(_schema, "as response_schema, in JSON Schema's own notation"),
    "response_logprobs": Parameter(_logprobs_wanted, "of each output token, before temperature, top_p and top_k"),
    "logprobs": Parameter(lambda value: _whole("", 0, 20)(value) and {}, "only the chosen token's is kept"),
})  # fmt: skip

_WITHOUT_EFFECT: Mapping[str, str] = MappingProxyType({
    "safety_settings": "the embedded model has no safety filter",
    "thinking_config": "the embedded model does not think",
    "thinking_budget": "the embedded model does not think",
    "thinking_level": "the embedded model does not think",
    "include_thoughts": "the embedded model does not think",
    "labels": "nothing is billed",
    "audio_timestamp": "the embedded model takes text only",
    "media_resolution": "the embedded model takes text only",
    "http_options": "nothing is sent over a network",
    "service_tier": "nothing is sent over a network",
})  # fmt: skip


def without_effect(params: Mapping[str, Json]) -> list[tuple[str, str]]:
    """(name, why) of every parameter that the embedded model may be given and that changes nothing: worth a warning."""
    return [(name, _WITHOUT_EFFECT[name]) for name in params if name in _WITHOUT_EFFECT]


def faults(model_id: str, through: str, params: Mapping[str, Json], target: Mapping[str, Json]) -> list[ParameterFault]:
    """`unsupported`, as the loader tells it."""
    hint = "take it out, or set it on another model"
    return [ParameterFault(name, f"{model_id} can't take `{name}`: {why}", hint) for name, why in unsupported(params)]


def warnings(model_id: str, target: Mapping[str, Json]) -> list[str]:
    """Nothing: the embedded model is not retired."""
    return []


def price_of(model_id: str, target: Mapping[str, Json]) -> Price:
    """Nothing is to be paid."""
    return FREE


def most_output_tokens(model_id: str, target: Mapping[str, Json]) -> int:
    """What `sampler_settings` allows where a request does not say."""
    return int(_DEFAULTS["n_predict"])


def unsupported(params: Mapping[str, Json]) -> list[tuple[str, str]]:
    """(name, why) of every parameter, or value of one, that makes `ask` fail: for the loader to report before a run."""
    faults = [(name, why) for name, value in params.items() if (why := _fault(name, value))]
    if not faults and params.get("response_mime_type") == _ENUM:
        try:
            _one_of(_read_all(params))
        except ValueRefusedError as error:
            return [("response_mime_type", str(error))]
    return faults


def _fault(name: str, value: Json) -> str:
    if value is None or name in _WITHOUT_EFFECT:
        return ""
    if name not in PARAMETERS:
        return f"the embedded model takes no {name}; it takes {', '.join(PARAMETERS)}"
    try:
        PARAMETERS[name].read(value)
    except ValueRefusedError as error:
        return str(error)
    return ""


def sampler_settings(params: Mapping[str, Json]) -> dict[str, Json]:
    """The sampler's settings for `params`, every one stated.

    At most one of `json_schema` (a JSON Schema) and `grammar` (GBNF) is among them. Raises `ValueRefusedError` for what
    `unsupported` lists.
    """
    for name, why in unsupported(params):
        raise ValueRefusedError(f"{name}: {why}")
    out = _read_all(params)
    # A prompt's reused head is computed in other batches than a whole one, and its logits differ in the last digits: enough for
    # sampling to draw another token, so that a draw would depend on what was asked before it.
    out["cache_prompt"] = out["temperature"] == 0
    if params.get("response_mime_type") == _ENUM:
        out["grammar"] = _one_of(out)
        del out["json_schema"]
    return out


def _read_all(params: Mapping[str, Json]) -> dict[str, Json]:
    """A schema says more than the mime type: read last, it replaces the mime type's "any JSON"."""
    out = dict(_DEFAULTS)
    for name in sorted(params, key=lambda name: name.endswith("schema")):
        if name in PARAMETERS and params[name] is not None:
            out |= PARAMETERS[name].read(params[name])
    return out


def _one_of(settings: Mapping[str, Json]) -> str:
    """A GBNF grammar that takes exactly one of the schema's values, unquoted, with or without the space that follows a cue."""
    values = settings.get("json_schema", {}).get("enum")
    if not values:
        raise ValueRefusedError(f"{_ENUM} needs a response_schema with an enum")
    return "root ::= " + " | ".join(_literal(text) for value in values for text in (f" {value}", str(value)))


def _literal(text: str) -> str:
    return '"' + "".join(letter if letter.isalnum() else f"\\U{ord(letter):08X}" for letter in text) + '"'
