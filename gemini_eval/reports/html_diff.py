"""Differences in colour, down to the letter: fields in a table, words in a line, lines below each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from gemini_eval.reports.diff import Change, Part, is_readable, letter_diff
from gemini_eval.reports.field_changes import FieldChange, What
from gemini_eval.reports.html_tables import more_html, row_head, shortened, table_html
from gemini_eval.reports.html_text import Html, el, joined
from gemini_eval.reports.shown import ABSENT

MOST_FIELDS = 200
MOST_LINES = 400
MOST_VALUE = 2_000
_SIGNS: dict[Change, str] = {"same": " ", "gone": "-", "new": "+"}
_KINDS: dict[What, tuple[str, str]] = {
    "wrong": ("≠", "bad"),
    "differs": ("≠", "bad"),
    "missing": ("−", "bad"),
    "not answered": ("−", "bad"),
    "hallucinated": ("+", "warn"),
    "not expected": ("+", "warn"),
}
_COLUMNS = ("what", "expected", "answered", "why")
LEGEND = joined(["Differences: ", el("del", "expected, not answered"), " ", el("ins", "answered, not expected")])


def fields_html(changes: Sequence[FieldChange], more: str) -> Html:
    """One row a field that is not right; of two values that share enough the letters that differ are marked, else all of them."""
    reasons = any(change.why for change in changes)
    rows = []
    for change in changes[:MOST_FIELDS]:
        sign, style = _KINDS[change.what]
        expected, found = _values(change.expected, change.found)
        what = el("span", f"{sign} {change.what}", class_=f"{style} kind")
        told = (what, expected, found, *([joined([shortened(change.why)])] if reasons else []))
        cells = [el("td", text, class_="value", data_of=name) for name, text in zip(_COLUMNS, told, strict=False)]
        rows.append([row_head(change.where or "(the whole answer)"), *cells])
    names = ("field", *(_COLUMNS if reasons else _COLUMNS[:-1]))
    table = table_html("Fields that are not right", [(name, False) for name in names], rows, wide=True)
    return joined([table, more_html(len(changes) - MOST_FIELDS, "fields", more)])


def words_html(parts: Sequence[Part]) -> Html:
    """In one line; a space behind a changed word is not changed."""
    told: list[Html | str] = []
    for change, text in parts:
        word = text.rstrip() or text
        told += [marked(Part(change, word)), text[len(word) :]]
    return el("pre", *told)


def lines_html(parts: Sequence[Part], more: str) -> Html:
    """Line by line; in lines that stand for each other the letters that differ are marked once more."""
    lines = [el("span", f"{_SIGNS[change]} ", *inner, class_=f"line {change}") for change, inner in _lines(parts[:MOST_LINES])]
    return joined([el("pre", *lines, class_="lines"), more_html(len(parts) - MOST_LINES, "lines", more)])


def marked(part: Part) -> Html:
    if part.change == "same":
        return joined([part.text])
    return el("del" if part.change == "gone" else "ins", part.text)


def between(old: str, new: str) -> tuple[Sequence[Html], Sequence[Html]] | None:
    """Both texts with the letters marked that the other lacks; None where they share too little."""
    parts = letter_diff(old, new)
    if not is_readable(parts, old, new):
        return None
    return [marked(part) for part in parts if part.change != "new"], [marked(part) for part in parts if part.change != "gone"]


def _values(expected: str | None, found: str | None) -> tuple[Html, Html]:
    if expected is None or found is None:
        return _whole(expected, "gone"), _whole(found, "new")
    expected, found = shortened(expected, MOST_VALUE), shortened(found, MOST_VALUE)
    inner = between(expected, found)
    if inner is None:
        return _whole(expected, "gone"), _whole(found, "new")
    return el("pre", *inner[0]), el("pre", *inner[1])


def _whole(text: str | None, change: Change) -> Html:
    if text is None:
        return el("span", ABSENT, class_="dim")
    return el("pre", marked(Part(change, shortened(text, MOST_VALUE))))


def _lines(parts: Sequence[Part]) -> Iterator[tuple[Change, Sequence[Html | str]]]:
    runs = [
        (change, [shortened(part.text, MOST_VALUE) for part in run]) for change, run in groupby(parts, lambda part: part.change)
    ]
    n = 0
    while n < len(runs):
        change, texts = runs[n]
        following = runs[n + 1] if n + 1 < len(runs) else None
        if change == "gone" and following and following[0] == "new" and len(following[1]) == len(texts):
            pairs = [
                between(old, new) or ([joined([old])], [joined([new])]) for old, new in zip(texts, following[1], strict=True)
            ]
            yield from (("gone", old) for old, _ in pairs)
            yield from (("new", new) for _, new in pairs)
            n += 2
            continue
        yield from ((change, [text]) for text in texts)
        n += 1
