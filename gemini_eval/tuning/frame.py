"""The prompt around texts of which only the whole is known: lines that most of them have, what all begin and end with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 3
"""Texts that differ, before anything is taken for a frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`before` ends, and `after` begins, with white space or a colon: whole words alone are taken away."""

    lines: frozenset[str] = frozenset()
    before: str = ""
    after: str = ""

    def off(self, text: str) -> str:
        """The text without the frame; as it stands where nothing would be left.

        A text that never had all of the frame loses what it has of its inner end. So what all rows begin with ("Ticket ") is
        taken from texts within the prompt and from those without it alike.
        """
        bare = "\n".join(line for line in text.splitlines() if line not in self.lines)
        start = _overlap(self.before, bare)
        end = _overlap(self.after[::-1], bare[start:][::-1])
        return bare[start : len(bare) - end].strip() or text


def frame_of(texts: Sequence[str]) -> Frame:
    distinct = set(texts)
    if len(distinct) < FEWEST:
        return Frame()
    counts = Counter(line for text in distinct for line in set(text.splitlines()))
    lines = frozenset(line for line, count in counts.items() if count * 2 > len(distinct))
    bare = ["\n".join(line for line in text.splitlines() if line not in lines) for text in distinct]
    kept = [text for text in bare if text.strip()]
    before = _whole_words(_common_beginning(kept))
    after = _whole_words(_common_beginning([text[len(before) :][::-1] for text in kept]))[::-1]
    return Frame(lines, before, after)


def _overlap(frame: str, text: str) -> int:
    """How much of the text's beginning is the frame's end, in whole words."""
    at = frame.find(text[:1]) if text else -1
    while at >= 0:
        if (not at or _ends_word(frame[at - 1])) and text.startswith(frame[at:]):
            return len(frame) - at
        at = frame.find(text[0], at + 1)
    return 0


def _common_beginning(texts: Sequence[str]) -> str:
    """What the first and the last in order begin with, all those between do."""
    first, last = min(texts, default=""), max(texts, default="")
    return next((first[:at] for at, letter in enumerate(first) if last[at : at + 1] != letter), first)


def _whole_words(text: str) -> str:
    """Up to the last white space or colon."""
    ends = [at for at, letter in enumerate(text) if _ends_word(letter)]
    return text[: ends[-1] + 1] if ends else ""


def _ends_word(letter: str) -> bool:
    return letter.isspace() or letter == ":"
