"""XML from outside, by expat: nothing is fetched, no entity is expanded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NoReturn
from xml.parsers import expat

from gemini_eval.errors import ValueRefusedError

MOST_WORK = 1_500_000
"""Bytes that may be read in looking for elements in other text, those read again counted again."""

_START = re.compile(rb"<[A-Za-z_:\x80-\xff]")
_ATTEMPT = 1000


class _Ended(Exception):
    """The first element is complete."""


def read_xml(text: str, wanted: Collection[tuple[str, ...]] = ()) -> frozenset[tuple[str, ...]]:
    """Which of the `wanted` paths of element names, from the root down, one XML 1.0 document has.

    White space around the document is left out.

    Raises:
        ValueRefusedError: it is not well-formed, or declares entities; with the reason, its line and column.
    """
    reading = _Reading(wanted)
    try:
        reading.parser.Parse(_encoded(text.strip()), True)
    except expat.ExpatError as error:
        _refuse(error)
    return frozenset(reading.found)


def xml_pieces(text: str, wanted: Collection[tuple[str, ...]] = ()) -> Iterator[frozenset[tuple[str, ...]]]:
    """As `read_xml`, of every well-formed element in a text, from left to right, none inside another.

    Raises:
        ValueRefusedError: there are so many tags that begin nothing that looking on would take seconds.
    """
    data = memoryview(_encoded(text))
    at, work = 0, 0
    while start := _START.search(data, at):
        reading = _Reading(wanted, alone=False)
        at = start.start() + 1
        try:
            reading.parser.Parse(data[start.start() :], True)
        except _Ended:
            at = start.start() + reading.end
            yield frozenset(reading.found)
        except expat.ExpatError:
            work += reading.parser.ErrorByteIndex
        work += _ATTEMPT + reading.end
        if work > MOST_WORK:
            raise ValueRefusedError("too many tags to look for XML among them", "ask the model for XML alone")


class _Reading:
    """One pass over a document: which wanted elements it has and, where it is not alone, where its root ends."""

    def __init__(self, wanted: Collection[tuple[str, ...]], alone: bool = True) -> None:
        self.found: set[tuple[str, ...]] = set()
        self.end = 0
        self._wanted, self._alone = frozenset(wanted), alone
        self._deepest = max(map(len, self._wanted), default=0)
        self._path: list[str] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._stop
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, name: str, _attributes: object) -> None:
        self._path.append(name)
        if len(self._path) <= self._deepest and tuple(self._path) in self._wanted:
            self.found.add(tuple(self._path))

    def _stop(self, _name: str) -> None:
        self._path.pop()
        if not self._path and not self._alone:
            # The handler is called at the end tag's `<`, or at that of `<a/>`.
            self.end = self.parser.CurrentByteIndex + 1
            raise _Ended

    def _doctype(self, _name: str, _system: str | None, _public: str | None, internal: int) -> None:
        if internal:
            line = self.parser.CurrentLineNumber
            raise ValueRefusedError(f"the DOCTYPE on line {line} declares its own entities or elements", "take them out")


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueRefusedError("half of a surrogate pair", "write the character itself", error.start) from None


def _refuse(error: expat.ExpatError) -> NoReturn:
    reason = expat.ErrorString(error.code)
    raise ValueRefusedError(f"{reason}, line {error.lineno}, column {error.offset + 1}") from error
