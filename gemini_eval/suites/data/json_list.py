"""A JSON list of cases, read whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gemini_eval.errors import Fault, Place, ValueRefusedError
from gemini_eval.safe.files import read_bytes
from gemini_eval.safe.json_text import read_json
from gemini_eval.suites.data.jsonl import object_row
from gemini_eval.suites.data.lines import decode_text
from gemini_eval.suites.data.rows import MAX_WHOLE_FILE_BYTES, Row, RowRefusedError, clip
from gemini_eval.types import Json

_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def read_json_list(path: Path, shown: str) -> Iterator[Row | Fault]:
    """The rows of a JSON list of objects, each at the line where it begins; a Fault for each item that is no object.

    Raises:
        FileRefusedError: the file can't be opened or is over 64 MiB.
        RowRefusedError: it is no JSON list.
    """
    text = decode_text(read_bytes(path, max_bytes=MAX_WHOLE_FILE_BYTES), shown)
    if not text or text.isspace():
        return
    for item, place in zip(_items(text, shown), _places(text, shown), strict=True):
        try:
            yield object_row(item, place)
        except RowRefusedError as refused:
            yield refused.fault


def _items(text: str, shown: str) -> list[Json]:
    try:
        items = read_json(text)
    except ValueRefusedError as error:
        offset = error.offset or 0
        place = _place(text, shown, offset, text.count("\n", 0, offset) + 1)
        raise RowRefusedError(_without_place(error.reason), place, error.hint) from error
    if not isinstance(items, list):
        hint = "write [{…}, {…}]; one object a line is JSON Lines, a file named .jsonl"
        raise RowRefusedError("a JSON data file must be a list of objects", Place(shown, 1), hint)
    return items


def _places(text: str, shown: str) -> Iterator[Place]:
    line = 1
    last = 0
    for offset in item_offsets(text):
        line += text.count("\n", last, offset)
        last = offset
        yield _place(text, shown, offset, line)


def item_offsets(text: str) -> Iterator[int]:
    """The character offset at which each item of a valid JSON list begins."""
    depth = position = 0
    awaited = False
    while position < len(text):
        quote = text.find('"', position)
        end = len(text) if quote < 0 else quote
        for offset in range(position, end):
            mark = text[offset]
            if awaited and not mark.isspace() and mark != "]":
                yield offset
            awaited = awaited and mark.isspace()
            depth += _STEP.get(mark, 0)
            awaited = awaited or (depth == 1 and mark in "[,")
        if awaited and quote >= 0:
            yield quote
            awaited = False
        position = _string_end(text, quote) if quote >= 0 else end


def _string_end(text: str, quote: int) -> int:
    """The offset after the string that begins at `quote`."""
    end = quote
    while True:
        end = text.index('"', end + 1)
        backslash = end
        while text[backslash - 1] == "\\":
            backslash -= 1
        if (end - backslash) % 2 == 0:
            return end + 1


def _place(text: str, shown: str, offset: int, line: int) -> Place:
    start = text.rfind("\n", 0, offset) + 1
    return Place(shown, line, offset - start + 1, clip(text[start : start + 400].partition("\n")[0]))


def _without_place(reason: str) -> str:
    return reason.partition(": ")[2] if reason.startswith("line ") else reason
