"""Text from outside, made safe to print: nothing in it can steer a terminal or reorder what it shows."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate, takewhile

_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_REORDERING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSAFE = re.compile(f"[{_CONTROL}{_REORDERING}\u2028\u2029\ufff9-\ufffb\ud800-\udfff]")


def for_terminal(text: str) -> str:
    """`text` with every control character written visibly (`\\x1b`, `\\u202e`); line breaks and tabs stay.

    Covers C0 but `\\n` and `\\t`, DEL, C1, marks that reorder text (bidi), line and paragraph separators, interlinear annotation
    marks, and lone surrogates. The result can always be encoded as UTF-8.
    """
    return _UNSAFE.sub(_visible, text)


def width(text: str) -> int:
    """Columns that one line of `text` takes on a terminal: 2 for wide East Asian characters, 0 for combining marks."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def is_wider(text: str, columns: int) -> bool:
    """Whether one line of `text` takes more than `columns` columns; no more of it is looked at than that takes."""
    if text.isascii():
        return len(text) > columns
    return any(used > columns for used in accumulate(map(_columns, text)))


def clip(text: str, columns: int) -> str:
    """The first line's beginning of at most `columns` columns, `…` at the end where something was left out."""
    line, more, _ = text.partition("\n")
    if not more and not is_wider(line, columns):
        return line
    kept = sum(1 for _ in takewhile(lambda used: used <= columns - 1, accumulate(map(_columns, line))))
    return line[:kept] + "…" if columns > 0 else ""


def _visible(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
