"""The JSON document that a metric judges."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.fences import fenced
from gemini_eval.safe.json_pieces import json_pieces
from gemini_eval.safe.json_text import read_json
from gemini_eval.types import Json

MOST_OPEN, MOST_OBJECTS = 5, 20
"""Braces without an end, and objects that can't be read, that are looked at in a text."""
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


def read_expected(value: Json) -> Json:
    """`expected` as a document: a text column may hold the text of one."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return read_document(value)
    except ValueRefusedError:
        return value


def embedded(value: Json, within: Literal["fence", "prose"]) -> Json:
    """The JSON of the last ``` fence, or the last object in a text; None where there is none that can be read."""
    if not isinstance(value, str):
        return None
    texts = reversed(value.split("```")[1::2]) if within == "fence" else iter(_objects(value))
    for text in texts:
        body = text.lstrip()
        first, _, rest = body.partition("\n")
        for candidate in (body, rest if first.strip().isalnum() else ""):
            try:
                return read_json(candidate.strip())
            except ValueRefusedError:
                continue
    return None


def _objects(text: str) -> list[str]:
    """What stands between matching braces, the last first. Of braces that match nothing the first few are looked at."""
    found: list[str] = []
    at, failed = text.find("{"), 0
    while at >= 0 and failed < MOST_OPEN:
        end = _end(text, at)
        if end:
            found.append(text[at:end])
        else:
            failed += 1
        at = text.find("{", end or at + 1)
    return found[: -MOST_OBJECTS - 1 : -1]


def _end(text: str, start: int) -> int:
    """Where the object that begins here ends; 0 where it does not. Braces inside strings are text."""
    depth, quoted, at = 0, False, start
    while at < len(text):
        char = text[at]
        if quoted:
            at += char == "\\"
            quoted = char != '"'
        elif char == '"':
            quoted = True
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if not depth:
                return at + 1
        at += 1
    return 0


def not_json(value: Json, error: ValueRefusedError) -> str:
    """Why an output is no JSON, with the usual cause where it shows."""
    fenced = isinstance(value, str) and value.lstrip().startswith("```")
    return f"the output is no JSON: {error.reason}" + ("; it stands in a ``` fence" if fenced else "")


@lru_cache(maxsize=KEPT)
def _read(text: str) -> Json:
    return read_json(text)
