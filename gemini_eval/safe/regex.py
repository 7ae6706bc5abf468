"""Regular expressions from suites: RE2, which answers in time linear in the text whatever the pattern."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2

from gemini_eval.errors import ValueRefusedError
from gemini_eval.safe.json_text import clean_text

MAX_PATTERN = 10_000
MAX_PROGRAM = 20_000
MAX_MEMORY = 16 * 2**20
MAX_SECONDS = 5.0
# One match costs at most about 10 ns for each instruction and byte, measured where RE2's automaton outgrows its memory.
MAX_WORK = 1_000_000_000

_NO_BACKTRACKING = "RE2 never backtracks, so none is needed"
_WRITE_OUT = "write the repeated text out"

# What a pattern written for another engine may hold, its name, and what to write instead.
_UNSUPPORTED = (
    ("(?=", "look-ahead", "match the whole and take the part you need in a group"),
    ("(?!", "negative look-ahead", "use `not:` with a second assertion"),
    ("(?<=", "look-behind", "match the text before too, and take the rest in a group"),
    ("(?<!", "negative look-behind", "use `not:` with a second assertion"),
    ("(?>", "atomic groups", f"write (?:…); {_NO_BACKTRACKING}"),
    ("(?#", "comments", "take the comment out"),
    ("(?(", "conditionals", "write the alternatives out with |"),
    ("(?P=", "back-references", _WRITE_OUT),
    ("\\Z", "\\Z", "write \\z for the end of the text"),
    ("\\k", "back-references", _WRITE_OUT),
    *((f"\\{digit}", "back-references", _WRITE_OUT) for digit in range(1, 10)),
    *((f"{sign}+", "possessive repeats", f"write {sign}; {_NO_BACKTRACKING}") for sign in "*+?}"),
)


@dataclass(frozen=True, slots=True)
class Match:
    """One match. `spans` is one (start, end) in characters for the whole and each group, (-1, -1) for a group not taking part."""

    text: str
    spans: tuple[tuple[int, int], ...]
    names: dict[str, int]

    def group(self, group: int | str = 0) -> str | None:
        """The text of a group, by number or name; None where it took no part. Raises `IndexError` for an unknown one."""
        if isinstance(group, str) and group not in self.names:
            raise IndexError(f"no group named {group}")
        start, end = self.spans[self.names[group] if isinstance(group, str) else group]
        return None if start < 0 else self.text[start:end]

    @property
    def groups(self) -> tuple[str | None, ...]:
        return tuple(self.group(number) for number in range(1, len(self.spans)))

    @property
    def answer(self) -> str:
        """The group named `answer` where it took part, else the first group that did, else the whole match."""
        named = self.group("answer") if "answer" in self.names else None
        taken = next((text for text in self.groups if text is not None), None)
        whole = self.text[self.start : self.end]
        return named if named is not None else taken if taken is not None else whole

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[0][1]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern and its text. Positions count characters; a lone surrogate in a text reads as U+FFFD.

    Every search raises `ValueRefusedError` where the text times the pattern is too large to be answered in seconds.
    """

    text: str
    names: dict[str, int] = field(compare=False, repr=False)
    _program: Any = field(compare=False, repr=False)
    _size: int = field(compare=False, repr=False)

    def search(self, text: str, pos: int = 0) -> Match | None:
        """The leftmost match at or after `pos`; `^` still means the start of the text."""
        found = self._program.search(self._checked(text), pos)
        return None if found is None else self._match(found, text)

    def is_in(self, text: str) -> bool:
        """Whether there is a match at all. Cheaper than `search`: of bytes re2 need not count where characters begin."""
        return self._program.search(self._checked(text).encode()) is not None

    def fullmatch(self, text: str) -> Match | None:
        """A match of the whole text."""
        found = self._program.fullmatch(self._checked(text))
        return None if found is None else self._match(found, text)

    def find_all(self, text: str) -> list[Match]:
        """Matches from left to right, not overlapping.

        Each is linear in the text, all together may be quadratic (`a.*z|a` on a text of a's): refused after 5 s.
        """
        matches = []
        deadline = time.monotonic() + MAX_SECONDS
        for found in self._program.finditer(self._checked(text)):
            matches.append(self._match(found, text))
            if time.monotonic() > deadline:
                reason = f"the pattern {_cut(self.text)} took over {MAX_SECONDS:g} s on a text of {len(text):,} characters"
                raise ValueRefusedError(reason, "make the pattern more exact")
        return matches

    def _checked(self, text: str) -> str:
        if len(text) * self._size > MAX_WORK:
            reason = f"a text of {len(text):,} characters is too long for the pattern {_cut(self.text)}"
            raise ValueRefusedError(reason, "make the pattern simpler, above all its repeats {…}")
        return clean_text(text)

    def _match(self, found: Any, text: str) -> Match:
        return Match(text, tuple(found.span(number) for number in range(self._program.groups + 1)), self.names)


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Pattern:
    """Compile RE2 syntax (https://github.com/google/re2/wiki/Syntax).

    Raises:
        ValueRefusedError: the pattern is wrong, too large, or uses what RE2 lacks; `hint` names it and what to write instead.
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueRefusedError(f"a pattern of {len(pattern):,} characters", f"use at most {MAX_PATTERN:,}")
    if clean_text(pattern) != pattern:
        raise ValueRefusedError("a pattern with half of a surrogate pair", "write the character itself")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        program = re2._Regexp(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise ValueRefusedError(f"the pattern {_cut(pattern)} cannot be used: {reason}", _hint(pattern, reason)) from error
    size = program.programsize
    if size > MAX_PROGRAM:
        raise ValueRefusedError(f"the pattern {_cut(pattern)} is too large once its repeats are written out", "repeat less")
    return Pattern(pattern, dict(program.groupindex), program, size)


def _hint(pattern: str, reason: str) -> str:
    if "invalid repetition size" in reason:
        return "repeat at most 1,000 times, repeats inside repeats multiplied"
    if "too large" in reason:
        return "repeat less: repeats are written out"
    if "missing )" in reason or "missing ]" in reason or "unexpected )" in reason:
        return "every ( and [ needs its end; write \\( or \\[ for the character itself"
    if "no argument for repetition" in reason:
        return "write \\* \\+ \\? for the character itself"
    if "trailing" in reason:
        return "write \\\\ for a backslash"
    for sign, name, instead in _UNSUPPORTED:
        if sign in pattern.replace("\\\\", ""):
            return f"RE2 has no {name}: {instead}"
    return "the syntax is RE2's: https://github.com/google/re2/wiki/Syntax"


def _cut(pattern: str) -> str:
    return repr(pattern if len(pattern) <= 80 else pattern[:79] + "…")
