"""Text with a style, laid out before it is coloured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from gemini_eval.safe.terminal import clip, for_terminal, is_wider, width

Style: TypeAlias = Literal["", "bold", "dim", "good", "bad", "warn", "gone", "new"]

_CODES: dict[Style, str] = {"bold": "1", "dim": "2", "good": "32", "bad": "31", "warn": "33", "gone": "31;9", "new": "32;4"}
BREAK = "\u200b"
"""A space of no width: it parts what a reader of the text would take for more than text."""
_BLANKS = {ord("\t"): "  ", ord("\n"): " ⏎ "}


class Span(NamedTuple):
    text: str
    style: Style = ""


Line: TypeAlias = Sequence[Span]


def plain(text: str) -> str:
    """Text from outside on one line, with nothing in it that steers a terminal."""
    return for_terminal(text).translate(_BLANKS)


def columns(line: Line) -> int:
    return sum(width(span.text) for span in line)


def uncommanded(line: str) -> str:
    """The line with what a CI service would take for a command parted by a space of no width: `::` where a line begins, `##[`
    anywhere."""
    line = line.replace("##[", f"#{BREAK}#[")
    return BREAK + line if line.lstrip().startswith("::") else line


def paint(line: Line, color: bool) -> str:
    """The line as it is printed, without spaces at its end. Every text passes the one escape, and no line is a command."""
    texts = [for_terminal(span.text) for span in line]
    if not color:
        return uncommanded("".join(texts).rstrip())
    spans = zip(line, texts, strict=True)
    painted = (f"\x1b[{_CODES[span.style]}m{text}\x1b[0m" if span.style and text else text for span, text in spans)
    return uncommanded("".join(painted).rstrip())


def fit(line: Line, most: int) -> list[Span]:
    """The line cut at `most` columns, `…` at its end where something was left out."""
    kept, room = list[Span](), most
    for span in line:
        if is_wider(span.text, room):
            return [*kept, Span(clip(span.text, room), span.style)]
        kept.append(span)
        room -= width(span.text)
    return kept


def wrap(text: str, most: int, indent: str = "") -> list[str]:
    """`text` in lines of at most `most` columns, broken at spaces; a longer word is broken anywhere. `indent` leads all lines but
    the first."""
    body = text.lstrip(" ")
    lines, current = [], text[: len(text) - len(body)]
    for piece in _pieces(body, max(8, most - len(indent))):
        joined = f"{current} {piece}" if current.strip() else current + piece
        if width(joined) > most and current.strip():
            lines.append(current)
            joined = indent + piece
        current = joined
    return [*lines, current]


def _pieces(text: str, most: int) -> Iterable[str]:
    """The words of `text`, those wider than `most` columns in parts."""
    for word in text.split(" "):
        if width(word) <= most:
            yield word
            continue
        part, used = "", 0
        for character in word:
            used += width(character)
            if used > most:
                yield part
                part, used = "", width(character)
            part += character
        yield part
