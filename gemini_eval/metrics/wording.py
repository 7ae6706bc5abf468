"""How reasons show values: one line, quoted as the reader would, clipped around the difference."""

from __future__ import annotations

from gemini_eval.text import text_of
from gemini_eval.types import Json, Verdict

LIMIT = 60


def passed(reason: str) -> Verdict:
    return Verdict(True, 1.0, reason)


def failed(reason: str, score: float = 0.0) -> Verdict:
    return Verdict(False, score, reason)


def verdict(holds: bool, reason: str) -> Verdict:
    return passed(reason) if holds else failed(reason)


def show(value: Json, limit: int = LIMIT) -> str:
    """A value in one line of about `limit` characters: text in quotes, everything else as JSON writes it."""
    if isinstance(value, str):
        return f'"{_one_line(clip(value, limit))}"'
    text = text_of(value)
    return clip(_nested(value, limit, 3) if text is None else text, limit)


def clip(text: str, limit: int = LIMIT, at: int = 0) -> str:
    """At most `limit` characters of a text, those around index `at`, with `…` where some were left out."""
    if len(text) <= limit:
        return text
    start = max(0, min(at - limit // 2, len(text) - limit))
    return ("…" if start else "") + text[start : start + limit] + ("…" if start + limit < len(text) else "")


def show_both(expected: str, actual: str, limit: int = LIMIT) -> tuple[str, str]:
    """Two different texts, each clipped around the first place where they differ."""
    at = first_difference(expected, actual)
    return f'"{_one_line(clip(expected, limit, at))}"', f'"{_one_line(clip(actual, limit, at))}"'


def first_difference(one: str, other: str) -> int:
    """Index of the first character that differs; the shorter length where one begins with the other. O(n) by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def kind_of(value: Json) -> str:
    """What a value is, in the words of a reason."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "an object" if isinstance(value, dict) else "a list"


def either(choices: list[str], joint: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`; of more than seven the first five and how many more."""
    if len(choices) > 7:
        choices = [*choices[:5], f"{len(choices) - 5} more"]
    return f" {joint} ".join(filter(None, [", ".join(choices[:-1]), choices[-1]])) if choices else ""


def _one_line(text: str) -> str:
    if text.isprintable():
        return text
    return text.replace("\r\n", "⏎").replace("\n", "⏎").replace("\r", "⏎").replace("\t", "⇥")


def _nested(value: Json, limit: int, depth: int) -> str:
    """A list or an object as JSON, read no further than what is shown."""
    if not isinstance(value, (list, tuple, dict)):
        return "null" if value is None else show(value, limit)
    start, end = "{}" if isinstance(value, dict) else "[]"
    if depth == 0 and value:
        return f"{start}…{end}"
    parts, length = [], 0
    for key in value:
        item = _nested(value[key] if isinstance(value, dict) else key, limit, depth - 1)
        parts.append(f"{show(str(key), limit)}: {item}" if isinstance(value, dict) else item)
        length += len(parts[-1]) + 2
        if length > limit:
            break
    return start + ", ".join(parts) + end
