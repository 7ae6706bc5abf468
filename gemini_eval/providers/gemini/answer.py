"""The body of a response -> `Response`. Whatever stands in it, this gives an answer or a `ProviderError`, nothing else.

Sources: `GenerateContentResponse` of Vertex AI (aiplatform v1) and of the Gemini API. Proto JSON leaves out what has its default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from gemini_eval.errors import ValueRefusedError
from gemini_eval.providers.gemini.error_body import clean
from gemini_eval.providers.gemini.refusal import NOBODY, Asked, broken, error_within
from gemini_eval.providers.gemini.surrogates import without_lone_surrogates
from gemini_eval.providers.prices import Price, cost_micros
from gemini_eval.safe.json_text import clean_text, read_record
from gemini_eval.trouble import ProviderError
from gemini_eval.types import FinishReason, Json, Response, Usage

MAX_DEPTH = 100
"""Of a function call's arguments, which go into our own records."""

_FINISH: Mapping[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "max_tokens",
    "SAFETY": "safety",
    "RECITATION": "recitation",
    "IMAGE_RECITATION": "recitation",
    "BLOCKLIST": "safety",
    "PROHIBITED_CONTENT": "safety",
    "SPII": "safety",
    "MODEL_ARMOR": "safety",
    "IMAGE_SAFETY": "safety",
    "IMAGE_PROHIBITED_CONTENT": "safety",
}
_PLAIN = ("STOP", "MAX_TOKENS", "SAFETY", "RECITATION")
"""Words that say no more than our own."""


_LISTED = ("", "TRAFFIC_TYPE_UNSPECIFIED", "ON_DEMAND")
"""Traffic at the listed price; another (flex, priority, provisioned throughput) has its own, or none by the token."""


class _WrongShape(Exception):
    """Something is not of the type that it must have; the text says what."""


def read_answer(data: bytes, asked: Asked = NOBODY, *, latency_ms: float = 0.0, price: Price | None = None) -> Response:
    """The answer in a body with status 200. Raises `ProviderError` where it is no JSON, of the wrong shape, or an error."""
    try:
        value = _parsed(data)
    except ValueRefusedError as error:
        raise broken(data) from error
    return answer_in(value, asked, latency_ms=latency_ms, price=price)


def answer_in(value: Json, asked: Asked = NOBODY, *, latency_ms: float = 0.0, price: Price | None = None) -> Response:
    """The answer in a parsed body. Raises `ProviderError` as `read_answer` does."""
    refused = error_within(value, asked)
    if refused is not None:
        raise refused
    try:
        return _response(_map(value, "the body"), latency_ms, price)
    except _WrongShape as error:
        raise _wrong_shape(str(error)) from error


def _parsed(data: bytes) -> Json:
    try:
        return read_record(data)
    except ValueRefusedError:
        mended = without_lone_surrogates(data)
        if mended == data:
            raise
        return read_record(mended)


def _wrong_shape(why: str) -> ProviderError:
    return broken(b"", f"JSON of another shape than an answer's: {why}")


def _response(body: Mapping[str, Json], latency_ms: float, price: Price | None) -> Response:
    counted = _map(body.get("usageMetadata"), "usageMetadata")
    usage = _usage(counted)
    if _text(counted.get("trafficType"), "trafficType") not in _LISTED:
        price = None
    candidates = _list(body.get("candidates"), "candidates")
    version, response_id = _text(body.get("modelVersion"), "modelVersion"), _text(body.get("responseId"), "responseId")
    told = (usage, latency_ms, version, cost_micros(usage, price))
    if not candidates:
        reason, detail = _without_candidates(body)
        return Response("", reason, *told, response_id=response_id, detail=detail)
    first = _map(candidates[0], "candidates[0]")
    text, thought, calls = _parts(_map(first.get("content"), "content"))
    finish, detail = _finish(first)
    result = _map(first.get("logprobsResult"), "logprobsResult")
    logprobs, top = _logprobs(result.get("chosenCandidates"), "chosenCandidates"), _top_logprobs(result)
    average = _average(first.get("avgLogprobs"))
    return Response(text, finish, *told, thought, calls, logprobs, average, response_id, detail, top)


def _without_candidates(body: Mapping[str, Json]) -> tuple[FinishReason, str]:
    feedback = _map(body.get("promptFeedback"), "promptFeedback")
    blocked = _word(feedback.get("blockReason"), "blockReason")
    if blocked:
        return "blocked", _told(blocked, _text(feedback.get("blockReasonMessage"), "blockReasonMessage"))
    if not any(name in body for name in ("promptFeedback", "usageMetadata", "modelVersion", "responseId")):
        raise _WrongShape("it has neither candidates nor promptFeedback")
    return "other", "no candidates"


def _finish(candidate: Mapping[str, Json]) -> tuple[FinishReason, str]:
    word = _word(candidate.get("finishReason"), "finishReason")
    said = _text(candidate.get("finishMessage"), "finishMessage")
    if word in _PLAIN:
        return _FINISH[word], clean(said)
    return _FINISH.get(word, "other"), _told(word or "no finish reason", said)


def _told(word: str, said: str) -> str:
    return clean(f"{word}: {said}" if said else word)


def _parts(content: Mapping[str, Json]) -> tuple[str, str, tuple[Json, ...]]:
    """Text, thought and function calls; code that the model ran and its output are neither."""
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[Json] = []
    for item in _list(content.get("parts"), "parts"):
        part = _map(item, "a part")
        text = _text(part.get("text"), "a part's text")
        (thoughts if _flag(part.get("thought"), "a part's thought") else texts).append(text)
        if part.get("functionCall") is not None:
            calls.append(_call(_map(part["functionCall"], "functionCall")))
    return "".join(texts), "".join(thoughts), tuple(calls)


def _call(call: Mapping[str, Json]) -> Json:
    found: dict[str, Json] = {
        "name": _text(call.get("name"), "functionCall.name"),
        "args": _clean(_map(call.get("args"), "functionCall.args"), 0),
    }
    own_id = _text(call.get("id"), "functionCall.id")
    return {**found, "id": own_id} if own_id else found


def _usage(usage: Mapping[str, Json]) -> Usage:
    """What tools put into the prompt is counted apart and paid as input: it is added to the prompt's tokens."""
    prompt, tools = _count(usage, "promptTokenCount"), _count(usage, "toolUsePromptTokenCount")
    return Usage(
        prompt=prompt if tools is None else tools + (prompt or 0),
        output=_count(usage, "candidatesTokenCount"),
        thoughts=_count(usage, "thoughtsTokenCount"),
        cached=_count(usage, "cachedContentTokenCount"),
    )


def _logprobs(candidates: Json, what: str) -> tuple[tuple[str, float], ...]:
    return tuple(
        (_text(item.get("token"), "token"), _number(item.get("logProbability"), "logProbability") or 0.0)
        for item in (_map(item, what) for item in _list(candidates, what))
    )


def _top_logprobs(result: Mapping[str, Json]) -> tuple[tuple[tuple[str, float], ...], ...]:
    """The likeliest tokens at each place, where `logprobs` asked for them."""
    places = (_map(place, "topCandidates") for place in _list(result.get("topCandidates"), "topCandidates"))
    return tuple(_logprobs(place.get("candidates"), "topCandidates.candidates") for place in places)


def _average(value: Json) -> float | None:
    """None where there is none, and for NaN, which is what an answer without tokens has."""
    average = _number(value, "avgLogprobs")
    return None if average is None or math.isnan(average) else average


# ---- types -----------------------------------------------------------------------------------------------


def _map(value: Json, what: str) -> Mapping[str, Json]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _WrongShape(f"{what} is {_shown(value)}, not an object")
    return value


def _list(value: Json, what: str) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _WrongShape(f"{what} is {_shown(value)}, not a list")
    return value


def _text(value: Json, what: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _WrongShape(f"{what} is {_shown(value)}, not text")
    return clean_text(value)


def _word(value: Json, what: str) -> str:
    """A word of an enumeration; proto JSON writes the number of one that its writer did not know."""
    return str(value) if type(value) is int else _text(value, what)


def _flag(value: Json, what: str) -> bool:
    if value is not None and not isinstance(value, bool):
        raise _WrongShape(f"{what} is {_shown(value)}, not true or false")
    return value is True


def _count(usage: Mapping[str, Json], name: str) -> int | None:
    value = usage.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        value = int(value)
    if type(value) is not int or value < 0:
        raise _WrongShape(f"{name} is {_shown(value)}, not a count")
    return value


def _number(value: Json, what: str) -> float | None:
    """A number; proto JSON writes NaN and the infinities as text."""
    if value is None:
        return None
    if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _WrongShape(f"{what} is {_shown(value)}, not a number")
    return float(value)


def _clean(value: Json, depth: int) -> Json:
    if depth > MAX_DEPTH:
        raise _WrongShape(f"a function call's args are nested over {MAX_DEPTH} levels deep")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(name): _clean(item, depth + 1) for name, item in value.items()}
    return [_clean(item, depth + 1) for item in value] if isinstance(value, list) else value


def _shown(value: Json) -> str:
    """The beginning of a value, for a message."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return f'"{clean(value, 40)}"' if isinstance(value, str) else clean(str(value), 40)
