"""JSON documents inside other text: in fences, between sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from gemini_eval.errors import ValueRefusedError
from gemini_eval.safe.json_text import read_json
from gemini_eval.types import Json

MOST_WORK = 2_000_000
"""Characters that may be read, those read again counted again."""

_START = re.compile(r"[\[{]")
_DEEP = 10_000
_FINDER = json.JSONDecoder(parse_float=str, parse_int=str)


def json_pieces(text: str) -> Iterator[Json]:
    """Every object and list that `read_json` accepts, from left to right, none inside another.

    Raises:
        ValueRefusedError: there are so many brackets that begin nothing that looking on would take seconds.
    """
    at, work = 0, 0
    while start := _START.search(text, at):
        at = start.start() + 1
        try:
            end = _FINDER.raw_decode(text, start.start())[1]
        except json.JSONDecodeError as error:
            work += error.pos - at + 100
        except RecursionError:
            work += _DEEP
        else:
            work += end - at + 50
            at = end
            try:
                yield read_json(text[start.start() : end])
            except ValueRefusedError:
                continue
        if work > MOST_WORK:
            raise ValueRefusedError("too many brackets to look for JSON among them", "ask the model for JSON alone")
