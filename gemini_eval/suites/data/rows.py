"""What every format gives: rows with their places, or what is wrong with them; and how their values read as text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gemini_eval.errors import Fault, GeminiEvalError, Place
from gemini_eval.paths import MISSING, Missing, Path, lookup, parse_path, write_path
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.types import Json

MAX_ROW_BYTES = 32 * 2**20
MAX_WHOLE_FILE_BYTES = 64 * 2**20
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One row: column -> value."""

    values: Mapping[str, Json]
    place: Place


class RowRefusedError(GeminiEvalError):
    """A row, or a whole file where it says so, can't be read. Caught by the reader of the source, which goes on."""

    def __init__(self, reason: str, place: Place | None, hint: str = "") -> None:
        self.fault = Fault(reason, place, hint)
        super().__init__(reason)


def need_package(name: str, suffix: str, shown: str) -> RowRefusedError:
    """The error for a format whose optional package is not installed."""
    return RowRefusedError(f"{suffix} files need {name}, which is not installed", Place(shown), "pip install 'gemini-eval[data]'")


def clip(text: str) -> str:
    """The first line of a row, short enough for a message."""
    return text[:_SHOWN].rstrip("\r\n")


def steps(name: str) -> Path:
    """The steps of a dotted path, or the one step of a column whose name is no path."""
    try:
        return parse_path(name) or (name,)
    except ValueError:
        return (name,)


def dig(values: Mapping[str, Json], path: Path) -> Json | Missing:
    """The value at `path`, or MISSING. A column whose name is the whole dotted path comes first."""
    if len(path) == 1:
        return values.get(str(path[0]), MISSING)
    whole = write_path(path)
    return values[whole] if whole in values else lookup(values, path)


def text_of(value: Json) -> str:
    """A value as a CSV cell would show it: null is empty, 2020.0 is 2020, lists and objects are JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return canonical_json(value).decode()


def number_in(text: str) -> float | None:
    """The finite number that a cell's text is, else None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def tag_list(value: Json) -> list[str]:
    """Tags as a list: of a list its items, of text the parts between commas."""
    items = value if isinstance(value, list) else text_of(value).split(",")
    return [tag for tag in (text_of(item).strip() for item in items) if tag]
