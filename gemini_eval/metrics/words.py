"""Texts as lists of words, for metrics that count how many two texts share."""

from __future__ import annotations

from typing import Literal, TypeAlias
from unicodedata import category

from gemini_eval.metrics.counting import is_unspaced
from gemini_eval.text import nfc

By: TypeAlias = Literal["word", "character"]

_ASCII = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))


def words(text: str, by: By = "word") -> list[str]:
    """Runs of letters, digits and combining marks, case-folded; each Han or Kana character, written without spaces, is one.

    `character` makes a word of every letter or digit: for Korean particles, and for Thai and others without spaces. On ASCII
    text it is rouge-score's tokeniser, lower case and runs of [a-z0-9].
    """
    if text.isascii():
        found = text.translate(_ASCII).split()
    else:
        folded = nfc(nfc(text).casefold())
        found = folded.translate({ord(char): _shown(char) for char in set(folded)}).split()
    return found if by == "word" else _characters(found)


def _shown(char: str) -> str:
    if is_unspaced(char):
        return f" {char} "
    return char if char.isalnum() or category(char).startswith("M") else " "


def _characters(found: list[str]) -> list[str]:
    """Each character with the marks that combine with it."""
    single: list[str] = []
    for word in found:
        for index, char in enumerate(word):
            if index and category(char).startswith("M"):
                single[-1] += char
            else:
                single.append(char)
    return single
