"""What Python callers hand over -> plain JSON values and the places that faults show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path, PurePath
from typing import Any

from gemini_eval.errors import Faults, Place, UsageError
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import Json

PYTHON = "<python>"
"""The path that faults show for what was written in Python. Paths in it are relative to the working folder."""

MAX_DEPTH = 50
_MISSING_TYPES = frozenset({"NAType", "NaTType"})


def in_memory(faults: Faults, workspace: Workspace) -> Context:
    """The context of a suite without a file: it stands where the program runs."""
    return Context(faults, workspace, Path.cwd() / PYTHON)


def at(path: str = PYTHON, line: int = 0) -> Place:
    return Place(path, line)


def plain(value: Any, what: str, depth: int = 0) -> Json:
    """`value` as JSON: NaN, NaT and NA are None, numpy's scalars and arrays are Python's, dates are ISO text, tuples are lists.

    `what` names it in the error. Raises `UsageError` for what has no JSON form.
    """
    if value is None or type(value) in (str, bool, int):
        return value
    if depth > MAX_DEPTH:
        raise UsageError(f"{what} is nested over {MAX_DEPTH} levels deep", f"nest at most {MAX_DEPTH} levels")
    if isinstance(value, Mapping):
        return {_key(key, what): plain(item, what, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, what, depth + 1) for item in value]
    if type(value).__name__ in _MISSING_TYPES:
        return None
    return _scalar(value, what, depth)


def _scalar(value: Any, what: str, depth: int) -> Json:
    if isinstance(value, float):
        if math.isinf(value):
            raise UsageError(f"{what} is {value}, which is no JSON number", "leave it out, or write it as text")
        return None if math.isnan(value) else float(value)
    if isinstance(value, str | PurePath):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return plain(value.tolist(), what, depth + 1)
    raise UsageError(f"{what} holds {value!r:.60} ({type(value).__name__}), which has no JSON form", "convert it to text first")


def _key(key: Any, what: str) -> str:
    text = key if isinstance(key, str) else plain(key, what)
    if isinstance(text, str):
        return text
    if isinstance(text, int) and not isinstance(text, bool):
        return str(text)
    raise UsageError(f"{what} has the key {key!r}", "keys are text")


def at_least_one(name: str, value: int | None) -> int | None:
    """A count as given. Raises `UsageError` for one below 1."""
    if value is not None and value < 1:
        raise UsageError(f"{name} is {value}", "give a whole number from 1")
    return value


def not_negative(name: str, value: float) -> float:
    """A number as given. Raises `UsageError` for one below 0, and for NaN."""
    if not value >= 0:
        raise UsageError(f"{name} is {value}", "give a number from 0")
    return value
