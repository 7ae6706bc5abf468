from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.fences import fenced
from gemini_eval.metrics.html_syntax import HtmlReader
from gemini_eval.metrics.wording import clip, failed, kind_of, passed, show
from gemini_eval.text import text_of
from gemini_eval.types import Subject, Verdict

MOST_WORK = 500_000


@dataclass(frozen=True, slots=True)
class IsHtml:
    """The output is HTML: it begins and ends with a tag or comment, its elements are known ones, closed in order.

    Elements are those of the WHATWG standard (https://html.spec.whatwg.org), custom ones with a hyphen, and any inside `svg` and
    `math`. End tags may be left out where the standard allows it (`<li>`, `<p>`, `<td>`); a bare `<` is an error. What may stand
    inside what is not checked.

    `anywhere: true` looks for the first complete element in the output's ``` fences, then in its text; the rest may be anything.
    """

    anywhere: bool = False

    NAME: ClassVar[str] = "is_html"
    READS: ClassVar[Literal["answer", "output", "response"]] = "output"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def judge(self, subject: Subject) -> Verdict:
        text = text_of(subject.value)
        if text is None:
            return failed(f"the output is {kind_of(subject.value)}, no HTML")
        try:
            if self.anywhere:
                return _look_for(text)
            elements = _read_whole(text.strip())
        except ValueRefusedError as error:
            return failed(f"the output is no HTML: {clip(error.reason, 200)}")
        return passed(f"the output is HTML with {elements} element{'' if elements == 1 else 's'}")


def _read_whole(text: str) -> int:
    """How many elements it has."""
    if not text.startswith("<") or not text.endswith(">"):
        raise ValueRefusedError(f"text stands {'after' if text.startswith('<') else 'before'} it, {show(text)}")
    reader = HtmlReader(text)
    reader.read_all()
    if not reader.elements:
        raise ValueRefusedError("there is no element in it")
    return reader.elements


def _look_for(text: str) -> Verdict:
    work = 0
    for where, part in (*(("a fence", part) for part in fenced(text)), ("the text", text)):
        at = part.find("<")
        while at >= 0:
            reader = HtmlReader(part, at)
            try:
                reader.read_element()
                if reader.elements:
                    return passed(f"{where} has HTML: {show(part[at : reader.at])}")
            except ValueRefusedError:
                pass
            work += max(reader.at - at, 100)
            if work > MOST_WORK:
                return Verdict(None, 0.0, "too many < to look for HTML among them")
            at = part.find("<", at + 1)
    return failed(f"there is no complete HTML element in {show(text)}")
