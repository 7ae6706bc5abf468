"""A gate's text -> tokens. Written by hand: bounded, and each token knows where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from gemini_eval.gates.model import OPERATORS, GateError

MAX_LENGTH = 2_000
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_MENDS = {
    "=": "write ==",
    "≥": "write >=",
    "≤": "write <=",
    "≠": "write !=",
    "&": "write: and",
    "|": "write two gates",
    "$": "write the number alone",
}


@dataclass(frozen=True, slots=True)
class Token:
    """`text` as written but for a string's, which is without quotes; `value` and `unit` are a number's."""

    kind: Literal["name", "string", "number", "operator", "mark", "end"]
    text: str
    offset: int
    value: Fraction = Fraction(0)
    unit: str = ""


def tokenize(text: str) -> list[Token]:
    """All tokens and an `end`. Raises `GateError`."""
    if len(text) > MAX_LENGTH:
        raise GateError(f"a gate of {len(text):,} characters is longer than {MAX_LENGTH:,}", "write several gates", MAX_LENGTH)
    tokens, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _next(text, at)
        tokens.append(token)
    return [*tokens, Token("end", "", len(text))]


def _next(text: str, at: int) -> tuple[Token, int]:
    character = text[at]
    if character in _LETTERS:
        return _name(text, at)
    if character in _DIGITS or (character in "+-." and text[at + 1 : at + 2] in {*_DIGITS, "."}):
        return _number(text, at)
    if character in "\"'":
        return _string(text, at)
    for operator in OPERATORS:
        if text.startswith(operator, at):
            return Token("operator", operator, at), at + len(operator)
    if character in "[](),":
        return Token("mark", character, at), at + 1
    raise GateError(
        f"unexpected {character!r}", _MENDS.get(character, 'a gate reads: accuracy >= 0.9, recall["label"] > 90%'), at
    )


def _name(text: str, at: int) -> tuple[Token, int]:
    """Letters, digits and single dots between them: `pass_rate`, `field_f1.micro`."""
    end = at
    while end < len(text) and (text[end] in _LETTERS or text[end] in _DIGITS or text[end] == "."):
        end += 1
    return Token("name", text[at:end], at), end


def _string(text: str, at: int) -> tuple[Token, int]:
    """Between equal quotes; a backslash takes the next character as it is."""
    quote, end, characters = text[at], at + 1, []
    while end < len(text) and text[end] != quote:
        if text[end] == "\\":
            end += 1
        characters.append(text[end : end + 1])
        end += 1
    if end >= len(text):
        raise GateError("a quoted name without its closing quote", f"close it with {quote}", at)
    return Token("string", "".join(characters), at), end + 1


def _number(text: str, at: int) -> tuple[Token, int]:
    end = at + 1
    while end < len(text) and (text[end] in _DIGITS or text[end] in "._"):
        end += 1
    written = text[at:end]
    unit = end
    while end < len(text) and (text[end] in _LETTERS or text[end] in _DIGITS or text[end] == "%"):
        end += 1
    try:
        value = Fraction(written)
    except ValueError:
        raise GateError(f'"{text[at:end]}" is not a number', "write 0.9, 90%, 2s or 800ms", at) from None
    return Token("number", text[at:end], at, value, text[unit:end]), end
