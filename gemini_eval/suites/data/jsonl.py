"""JSON Lines: one strict JSON object a line, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gemini_eval.errors import Fault, Place, ValueRefusedError
from gemini_eval.safe.files import open_read
from gemini_eval.safe.json_text import read_json
from gemini_eval.suites.data.lines import Lines
from gemini_eval.suites.data.rows import Row, RowRefusedError, clip
from gemini_eval.types import Json


def read_jsonl(path: Path, shown: str) -> Iterator[Row | Fault]:
    """The rows of a JSONL file, a Fault for each line that is no JSON object; blank lines are skipped.

    Raises:
        FileRefusedError: the file can't be opened.
        RowRefusedError: it is no text.
    """
    with open_read(path) as file:
        lines = Lines(file, shown)
        while True:
            lines.start_row()
            try:
                line = next(lines, None)
                if line is None:
                    return
                if not line.isspace():
                    yield _row(line, lines)
            except RowRefusedError as refused:
                yield refused.fault


def json_refused(error: ValueRefusedError, place: Place) -> RowRefusedError:
    """`error` at its line and column, `place` being where the JSON begins."""
    _, mark, rest = error.reason.partition(": ")
    located = bool(mark) and error.offset is not None and error.reason.startswith("line ")
    column = error.offset + 1 if located and error.offset is not None else 0
    return RowRefusedError(rest if located else error.reason, Place(place.path, place.line, column, place.text), error.hint)


def object_row(value: Json, place: Place) -> Row:
    """The row that `value` is.

    Raises:
        RowRefusedError: it is no object.
    """
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else f"{value!r:.40}"
        raise RowRefusedError(f"a row must be an object of columns, found {kind}", place, 'write {"column": value, …}')
    return Row(value, place)


def _row(line: str, lines: Lines) -> Row:
    place = Place(lines.shown, lines.number, 0, clip(line))
    try:
        value = read_json(line)
    except ValueRefusedError as error:
        raise json_refused(error, place) from error
    return object_row(value, place)
