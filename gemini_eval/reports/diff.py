"""What differs between what was expected and what came: words for short texts, lines for long ones and for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple, TypeAlias

from gemini_eval.errors import ValueRefusedError
from gemini_eval.safe.json_text import clean_text, dump_json, read_json
from gemini_eval.types import Json

Change: TypeAlias = Literal["same", "gone", "new"]

MAX_WORDS = 2_000
MAX_LINES = 2_000
MAX_LETTERS = 2_000
ISLAND = 3
"""Fewer letters between two changes count as changed too: that `White` and `Red` share an `e` tells nobody anything."""
SHORT = 200
"""A longer text, or one of several lines, is compared line by line."""


class Part(NamedTuple):
    """A stretch of text: in both, only in what was expected (`gone`), or only in what came (`new`)."""

    change: Change
    text: str


def is_short(expected: str, actual: str) -> bool:
    return max(len(expected), len(actual)) <= SHORT and "\n" not in expected.strip() + actual.strip()


def word_diff(expected: str, actual: str) -> list[Part]:
    """Two texts word by word; letter by letter where each is one word or only white space differs. Only the first 2,000 of them
    are compared."""
    old, new, between = expected.split(), actual.split(), " "
    if old == new or len(old) == len(new) == 1:
        old, new, between = list(expected), list(actual), ""
    changes = list(_changes(old[:MAX_WORDS], new[:MAX_WORDS]))
    last = len(changes) - 1
    return [Part(change, between.join(tokens) + between * (n < last)) for n, (change, tokens) in enumerate(changes)]


def letter_diff(expected: str, actual: str) -> list[Part]:
    """Two texts letter by letter; a text of more than 2,000 letters is wholly another."""
    if max(len(expected), len(actual)) > MAX_LETTERS:
        return list(_replaced(expected, actual))
    runs = [(change, "".join(letters)) for change, letters in _changes(list(expected), list(actual))]
    parts: list[Part] = []
    gone = came = ""
    for n, (change, text) in enumerate(runs):
        if change == "same" and (len(text) >= ISLAND or n in {0, len(runs) - 1}):
            parts += [*_replaced(gone, came), Part("same", text)]
            gone = came = ""
            continue
        gone += text if change != "new" else ""
        came += text if change != "gone" else ""
    return [*parts, *_replaced(gone, came)]


def is_readable(parts: Sequence[Part], expected: str, actual: str) -> bool:
    """Whether two texts have so much in common that their difference tells more than the two beside each other."""
    same = sum(len(part.text) for part in parts if part.change == "same")
    return same * 5 >= max(len(expected), len(actual)) * 2


def line_diff(expected: str, actual: str, context: int = 2) -> list[Part]:
    """The lines that differ, each with `context` lines round it; `…` stands for what is the same in between.

    Only the first 2,000 lines of each are compared.
    """
    old, new = (list(islice(text.splitlines(), MAX_LINES)) for text in (expected, actual))
    parts = [Part(change, line) for change, lines in _changes(old, new) for line in lines]
    near = {n for at, part in enumerate(parts) if part.change != "same" for n in range(at - context, at + context + 1)}
    shown: list[Part] = []
    for n, part in enumerate(parts):
        if n in near:
            shown.append(part)
        elif not shown or shown[-1].text != "…":
            shown.append(Part("same", "…"))
    return shown


def leaves(value: Json, path: str = "") -> Iterator[tuple[str, str]]:
    """Each scalar (and empty list or object) of a value: its dotted place, '' for the value itself, and its JSON."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple) and value:
        for n, item in enumerate(value):
            yield from leaves(item, f"{path}.{n}" if path else str(n))
    else:
        yield path, json_text(value)


def as_text(value: Json) -> str:
    """A value as people read it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json_text(value)


def json_text(value: Json) -> str:
    return dump_json(_clean(value)).decode()


def structured(value: Json) -> Json:
    """The object or list that an answer is, or that its text holds; None where it is neither."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            value = read_json(value)
        except ValueRefusedError:
            return None
    return value if isinstance(value, dict | list) else None


def _clean(value: Json) -> Json:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list | tuple) else value


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Change, list[str]]]:
    """Stretches in order, by the longest common subsequence; between two common ones what is gone, then what is new."""
    from rapidfuzz.distance import Indel

    gone: list[str] = []
    came: list[str] = []
    for step in Indel.opcodes(old, new):
        if step.tag != "equal":
            gone += old[step.src_start : step.src_end]
            came += new[step.dest_start : step.dest_end]
            continue
        yield from _differing(gone, came)
        gone, came = [], []
        yield "same", list(old[step.src_start : step.src_end])
    yield from _differing(gone, came)


def _replaced(gone: str, came: str) -> Iterator[Part]:
    yield from [Part("gone", gone)] if gone else []
    yield from [Part("new", came)] if came else []


def _differing(gone: list[str], came: list[str]) -> Iterator[tuple[Change, list[str]]]:
    if gone:
        yield "gone", gone
    if came:
        yield "new", came
