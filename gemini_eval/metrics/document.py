"""The JSON document that a metric judges."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.fences import fenced
from gemini_eval.safe.json_pieces import json_pieces
from gemini_eval.safe.json_text import read_json
from gemini_eval.types import Json

KEPT = 8
"""Documents kept: several assertions in a row read the same output."""


def read_document(value: Json) -> Json:
    """A text read as JSON; other values are JSON already. Not to be changed by its readers. Raises ValueRefusedError."""
    return _read(value) if isinstance(value, str) else value


def pieces(value: Json) -> Iterator[tuple[str, Json]]:
    """The objects and lists in a text and where they stand: whole fences first, then all from left to right.

    Raises ValueRefusedError where looking would take seconds.
    """
    if not isinstance(value, str):
        yield "the output", value
        return
    for fence in fenced(value):
        try:
            yield "a fence", read_json(fence)
        except ValueRefusedError:
            continue
    yield from (("the text", piece) for piece in json_pieces(value))


def not_json(value: Json, error: ValueRefusedError) -> str:
    """Why an output is no JSON, with the usual cause where it shows."""
    fenced = isinstance(value, str) and value.lstrip().startswith("```")
    return f"the output is no JSON: {error.reason}" + ("; it stands in a ``` fence" if fenced else "")


@lru_cache(maxsize=KEPT)
def _read(text: str) -> Json:
    return read_json(text)
