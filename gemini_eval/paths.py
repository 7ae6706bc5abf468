"""Dotted paths into JSON values: `output.speed`, `calls.0.args.location`."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal, TypeAlias

from gemini_eval.types import Json

Path: TypeAlias = tuple[str | int, ...]


class Missing(Enum):
    """Nothing is there: what null cannot say, since JSON has null. One value, so that `is MISSING` holds in every process."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final[Literal[Missing.MISSING]] = Missing.MISSING


def parse_path(text: str) -> Path:
    """Names and list indexes (from 0) of a dotted path.

    A leading `$.` is accepted, `items[0]` means `items.0`, and `$` alone is the whole value, `()`. Raises ValueError.
    """
    rest = text.strip()
    if rest == "$":
        return ()
    rest = rest[1:] if rest.startswith("$[") else rest.removeprefix("$.")
    if not rest:
        raise ValueError('a path is empty; write names joined by dots, as in "dimensions.width", or "$" for the whole value')
    return tuple(step for part in rest.split(".") for step in _steps(part, text))


def lookup(value: Json, path: Path) -> Json | Missing:
    """What `path` leads to, or `MISSING`. A number is an index of a list and a name of an object."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(str(step), MISSING)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return MISSING
    return value


def write_path(path: Path) -> str:
    """The dotted text of a path; `$` for the whole value."""
    return ".".join(str(step) for step in path) or "$"


def _steps(part: str, whole: str) -> Path:
    name, *indexes = part.split("[")
    steps: list[str | int] = [_step(name)] if name else []
    for index in indexes:
        if not (index.endswith("]") and _is_index(index[:-1])):
            raise ValueError(f'the path "{whole}" has "[{index}"; an index is written as in "items[0]" or "items.0"')
        steps.append(int(index[:-1]))
    if not steps:
        raise ValueError(f'the path "{whole}" has an empty name; write names joined by single dots, as in "dimensions.width"')
    return tuple(steps)


def _step(name: str) -> str | int:
    return int(name) if _is_index(name) else name


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9 and (text == "0" or text[0] != "0")
