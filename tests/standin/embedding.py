"""`predict`, `embedContent` and `batchEmbedContents`: embeddings whose cosines are known.

A text of the script has the numbers given there, before the embedding gets length 1; any other has an axis of its own, so that it
is like no other text.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from tests.standin.answers import count_tokens
from tests.standin.errors import BadRequestError
from tests.standin.routes import Route

MOST_TOKENS = 2_048
DIMENSIONS = 3_072
_NAMED = 16
"""Axes that texts of the script use; those of other texts lie behind them."""


def check_embedding(route: Route, body: Mapping[str, Any]) -> None:
    """Raises `BadRequestError` for what the models refuse: several texts where one is taken, one too long, too many numbers."""
    texts = _texts(route, body)
    most = 100 if route.method == "batchEmbedContents" else 1 if route.model.startswith("gemini-") else 250
    if len(texts) > most:
        raise BadRequestError(f"{len(texts)} texts, more than {route.model} takes.")
    longest = max(map(count_tokens, texts))
    if longest > MOST_TOKENS and _given(route, body).get("autoTruncate") is False:
        raise BadRequestError(f"The input token count is {longest} but the model supports up to {MOST_TOKENS}.")
    if not 1 <= _dimensions(route, body) <= DIMENSIONS:
        raise BadRequestError("outputDimensionality is out of range.")


def embedding_json(route: Route, body: Mapping[str, Any], known: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """The response to a request that was checked. The developer API counts no tokens."""
    texts = _texts(route, body)
    found = [_embedding(text, _dimensions(route, body), known) for text in texts]
    counts = list(map(count_tokens, texts))
    if route.method == "embedContent":
        return {"embedding": {"values": found[0]}, "usageMetadata": {"promptTokenCount": counts[0]}, "truncated": False}
    if route.method == "batchEmbedContents":
        return {"embeddings": [{"values": values} for values in found]}
    told = [{"token_count": count, "truncated": count > MOST_TOKENS} for count in counts]
    each = [{"embeddings": {"values": values, "statistics": said}} for values, said in zip(found, told, strict=True)]
    return {"predictions": each, "metadata": {"billableCharacterCount": sum(map(len, texts))}}


def _embedding(text: str, dimensions: int, known: Mapping[str, Sequence[float]]) -> list[float]:
    values = [0.0] * dimensions
    given = known.get(text.rpartition(" | query: ")[2])
    if given is None:
        number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:4])
        values[min(_NAMED + number % max(1, dimensions - _NAMED), dimensions - 1)] = 1.0
        return values
    length = math.hypot(*given)
    values[: len(given)] = [number / length for number in given]
    return values[:dimensions]


def _texts(route: Route, body: Mapping[str, Any]) -> list[str]:
    if route.method == "predict":
        return [instance["content"] for instance in body["instances"]]
    contents = [body["content"]] if route.method == "embedContent" else [request["content"] for request in body["requests"]]
    return ["".join(part["text"] for part in content["parts"]) for content in contents]


def _given(route: Route, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the request says what kind of embedding it wants."""
    if route.method == "batchEmbedContents":
        return body["requests"][0]
    return body.get("parameters" if route.method == "predict" else "embedContentConfig", {})


def _dimensions(route: Route, body: Mapping[str, Any]) -> int:
    return int(_given(route, body).get("outputDimensionality", DIMENSIONS))
