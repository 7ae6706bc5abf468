from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.fences import fenced
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wording import either, failed, kind_of, passed, show
from gemini_eval.safe.xml_text import read_xml, xml_pieces
from gemini_eval.text import text_of
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class IsXml:
    """The output is one well-formed XML 1.0 document, and has all of `elements`.

    An element is named by its path from the root, `analysis.verdict`. Nothing is fetched or expanded; a DOCTYPE that declares
    something itself is refused.

    `anywhere: true` looks for well-formed elements in the output's ``` fences, then in its text, and takes the first that has all
    of `elements`; the rest may be anything.
    """

    elements: tuple[str, ...] = ()
    anywhere: bool = False
    _paths: tuple[tuple[str, ...], ...] = field(init=False, repr=False, compare=False)

    NAME: ClassVar[str] = "is_xml"
    READS: ClassVar[Literal["answer", "output", "response"]] = "output"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for index, path in enumerate(self.elements):
            if not all(path.split(".")):
                raise ParameterError(f'"{path}" is no path of elements', "write names joined by dots", ("elements", index))
        object.__setattr__(self, "_paths", tuple(tuple(path.split(".")) for path in self.elements))

    def judge(self, subject: Subject) -> Verdict:
        text = text_of(subject.value)
        if text is None:
            return failed(f"the output is {kind_of(subject.value)}, no XML")
        if self.anywhere:
            return self._look_for(text)
        try:
            found = read_xml(text, self._paths)
        except ValueRefusedError as error:
            return failed(f"the output is no XML: {error.reason}")
        return self._judge(found, "the output is XML")

    def _look_for(self, text: str) -> Verdict:
        first: Verdict | None = None
        try:
            for found in self._pieces(text):
                verdict = self._judge(found, "the output holds XML")
                if verdict.passed:
                    return verdict
                first = first or verdict
        except ValueRefusedError as error:
            return Verdict(None, 0.0, error.reason)
        return first or failed(f"there is no well-formed element in {show(text)}")

    def _pieces(self, text: str) -> Iterator[frozenset[tuple[str, ...]]]:
        for part in fenced(text):
            try:
                yield read_xml(part, self._paths)
            except ValueRefusedError:
                continue
        yield from xml_pieces(text, self._paths)

    def _judge(self, found: frozenset[tuple[str, ...]], what: str) -> Verdict:
        lacking = [name for name, path in zip(self.elements, self._paths, strict=True) if path not in found]
        if lacking:
            return failed(f"{what}, but it has no {either(lacking)}", 1 - len(lacking) / len(self.elements))
        return passed(what + (f" with {either(list(self.elements), 'and')}" if self.elements else ""))
