"""Words, characters and sentences of a text, in time linear in it."""

from __future__ import annotations

from gemini_eval.text import normalise

_ENDS = tuple(".!?…。！？")
_CLOSING = "\"'”’»)]}」』）】*_"
_ANYWHERE = str.maketrans({mark: mark + " " for mark in "。！？"})
_SCRIPTS_WITHOUT_SPACES = (
    (0x3005, 0x3007),
    (0x3041, 0x309F),
    (0x30A0, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
    (0x20000, 0x3FFFF),
)
"""Han, Hiragana and Katakana (Unicode blocks)."""


def count_characters(text: str) -> int:
    return len(normalise(text))


def count_words(text: str) -> int:
    if not text.isascii():
        text = text.translate({ord(char): f" {char} " for char in set(text) if is_unspaced(char)})
    return sum(1 for word in text.split() if _has_letter(word))


def count_sentences(text: str) -> int:
    count, words = 0, 0
    for line in text.translate(_ANYWHERE).splitlines():
        if not line.strip():
            count, words = count + (words > 0), 0
        for word in line.split():
            bare = word.rstrip(_CLOSING)
            words += _has_letter(word)
            numbered = words == 1 and bare[:-1].isdigit()
            if words and bare.endswith(_ENDS) and not numbered:
                count, words = count + 1, 0
    return count + (words > 0)


def _has_letter(word: str) -> bool:
    return word.isalnum() or any(char.isalnum() for char in word)


def is_unspaced(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _SCRIPTS_WITHOUT_SPACES)
