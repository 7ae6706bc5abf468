from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.document import not_json, pieces, read_document
from gemini_eval.metrics.wording import failed, kind_of, passed, show
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class IsJson:
    """The output is one JSON document (RFC 8259), with nothing around it.

    Read strictly: NaN, a key written twice and nesting over 100 levels are refused.

    `anywhere: true` looks for the first object or list in the output's ``` fences, then in its text; the rest may be anything.
    """

    anywhere: bool = False

    NAME: ClassVar[str] = "is_json"
    READS: ClassVar[Literal["answer", "output", "response"]] = "output"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def judge(self, subject: Subject) -> Verdict:
        if self.anywhere:
            return _look_for(subject)
        try:
            return passed(f"the output is JSON: {kind_of(read_document(subject.value))}")
        except ValueRefusedError as error:
            return failed(not_json(subject.value, error))


def _look_for(subject: Subject) -> Verdict:
    try:
        for where, piece in pieces(subject.value):
            return passed(f"{where} has JSON: {kind_of(piece)}")
    except ValueRefusedError as error:
        return Verdict(None, 0.0, error.reason)
    return failed(f"there is no JSON in {show(subject.value)}")
