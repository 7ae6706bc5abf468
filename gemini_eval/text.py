"""How texts are compared: NFC and strip always; every further folding only where the suite asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal, TypeAlias
from unicodedata import decomposition, normalize

from gemini_eval.types import Json

Fold: TypeAlias = Literal["case", "end_punctuation", "space", "width"]

END_PUNCTUATION = ".,;:!?…。．，、！？；：｡､؟،؛।॥"
"""What `end_punctuation` drops from the end of a text: sentence marks, never quotes, brackets, `%` or currency."""


def nfc(text: str) -> str:
    """Unicode's composed form, white space kept: a text to look for."""
    return normalize("NFC", text)


def normalise(text: str) -> str:
    """NFC (Unicode Standard Annex #15) without surrounding white space: what `exact_match` compares."""
    return text.strip() if text.isascii() else normalize("NFC", text).strip()


def fold(text: str, folds: Collection[str]) -> str:
    """A normalised text under `folds`, a subset of `FOLDS`; unknown names are the caller's to refuse."""
    if not folds:
        return text
    for name, apply in _FOLDINGS.items():
        if name in folds:
            text = apply(text)
    return text


def text_of(value: Json) -> str | None:
    """A scalar's text as YAML and JSON write it (`true`, `1.0`); None for null, lists and objects, which have none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else None


def fold_width(text: str) -> str:
    """Full-width and half-width forms (Unicode Standard Annex #11) as their ordinary characters: `Ａ` is `A`, `ｶﾞ` is `ガ`."""
    if text.isascii():
        return text
    wide = {ord(char): _ordinary(char) for char in set(text)}
    return normalize("NFC", text.translate(wide))


def _ordinary(char: str) -> str:
    kind, _, code = decomposition(char).partition(" ")
    return chr(int(code, 16)) if kind in {"<wide>", "<narrow>"} else char


def _fold_space(text: str) -> str:
    return " ".join(text.split())


def _fold_end(text: str) -> str:
    end = len(text)
    while end and (text[end - 1] in END_PUNCTUATION or text[end - 1].isspace()):
        end -= 1
    return text[:end]


def _fold_case(text: str) -> str:
    return normalize("NFC", text.casefold())


_FOLDINGS: dict[str, Callable[[str], str]] = {
    "width": fold_width,
    "space": _fold_space,
    "end_punctuation": _fold_end,
    "case": _fold_case,
}
FOLDS = frozenset(_FOLDINGS)
