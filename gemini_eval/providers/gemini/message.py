"""Values that a suite wrote, held against the tables of `fields` and put into the form that goes over the wire.

Names are taken in snake_case and in Google's camelCase. On the wire the outermost names are camelCase and those inside a message
snake_case, as the official client sends them; proto JSON reads both (https://protobuf.dev/programming-guides/json/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from gemini_eval.errors import did_you_mean
from gemini_eval.providers.gemini.fields import MESSAGES, WORDS
from gemini_eval.types import Json

_MOST = 1e300
Faults = Iterator[tuple[str, str]]


def snake(name: str) -> str:
    """`maxOutputTokens` -> `max_output_tokens`; what is snake_case already stays."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def camel(name: str) -> str:
    """`max_output_tokens` -> `maxOutputTokens`."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def message(kind: str, value: Json) -> dict[str, Json]:
    """A message for the wire: names in snake_case, words and numbers as the service spells them, nulls left out."""
    given = {snake(name): item for name, item in value.items()}
    return {name: wired(MESSAGES[kind][name], item) for name, item in given.items() if item is not None}


def wired(kind: str, value: Json) -> Json:
    """A value of any kind for the wire, with which `faults` has found nothing wrong."""
    if kind in MESSAGES:
        return message(kind, value)
    if kind in WORDS:
        return next(word for word in WORDS[kind] if word.lower() == value.lower())
    if kind.startswith("["):
        return [wired(kind[1:-1], item) for item in value]
    if kind.startswith("{"):
        return {name: wired(kind[1:-1], item) for name, item in value.items()}
    if kind == "number":
        return float(value)
    if kind == "whole":
        return int(value)
    return datetime.fromisoformat(value).isoformat() if kind == "time" else value


# ---- what is wrong with a value --------------------------------------------------------------------------


def faults(kind: str, value: Json, path: str) -> Faults:
    """(path, why) of everything in `value` that its kind can't take."""
    if kind in MESSAGES:
        yield from _message_faults(kind, value, path)
    elif kind in WORDS:
        words = {word.lower() for word in WORDS[kind]}
        if not isinstance(value, str) or value.lower() not in words:
            near = did_you_mean(str(value).upper(), WORDS[kind])
            listed = ", ".join(word for word in WORDS[kind] if "UNSPECIFIED" not in word.upper())
            yield path, f"takes {listed}, not {shown(value)}" + (f"; {near}" if near else "")
    elif kind.startswith("["):
        if not isinstance(value, list | tuple):
            yield path, f"takes a list, not {shown(value)}"
        else:
            for number, item in enumerate(value):
                yield from faults(kind[1:-1], item, f"{path}[{number}]")
    elif kind.startswith("{"):
        if not isinstance(value, Mapping):
            yield path, f"takes a map, not {shown(value)}"
        else:
            for name, item in value.items():
                yield from faults(kind[1:-1], item, f"{path}.{name}")
    elif not _fits(kind, value):
        yield path, f"takes {_SAYS[kind]}, not {shown(value)}"


def _message_faults(kind: str, value: Json, path: str) -> Faults:
    if not isinstance(value, Mapping):
        yield path, f"takes a map, not {shown(value)}"
        return
    known = MESSAGES[kind]
    names = [snake(str(name)) for name in value]
    for name, item in zip(names, value.values(), strict=True):
        inside = f"{path}.{name}" if path else name
        if name not in known:
            mend = did_you_mean(name, known) or (f"it has {', '.join(known)}" if known else "it has no fields")
            yield inside, f"there is no such field: {mend}"
        elif names.count(name) > 1:
            yield inside, "is given in both spellings"
        elif item is not None:
            yield from faults(known[name], item, inside)


def _fits(kind: str, value: Json) -> bool:
    """Google's own JSON writes 64-bit whole numbers as text ("2")."""
    if kind == "any":
        return True
    if kind == "texts":
        return isinstance(value, Mapping) and all(isinstance(item, str) for item in (*value, *value.values()))
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "text":
        return isinstance(value, str)
    if kind == "time":
        return _is_time(value)
    if isinstance(value, bool):
        return False
    if kind == "number":
        return isinstance(value, int | float) and -_MOST < value < _MOST
    digits = isinstance(value, str) and value.isascii() and value.removeprefix("-").isdecimal() and len(value) < 20
    return digits or isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def shown(value: Json) -> str:
    """The beginning of a value, for a message."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _is_time(value: Json) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


_SAYS = {
    "text": "text",
    "flag": "true or false",
    "whole": "a whole number",
    "number": "a number",
    "time": "a time like 2026-01-31T09:30:00Z",
    "texts": "a map of text to text",
}
