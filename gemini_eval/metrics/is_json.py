from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.document import not_json, read_document
from gemini_eval.metrics.wording import failed, kind_of, passed
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class IsJson:
    """The output is one JSON document (RFC 8259), with nothing around it.

    Read strictly: NaN, a key written twice and nesting over 100 levels are refused.
    """

    NAME: ClassVar[str] = "is_json"
    READS: ClassVar[Literal["answer", "output", "response"]] = "output"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def judge(self, subject: Subject) -> Verdict:
        try:
            return passed(f"the output is JSON: {kind_of(read_document(subject.value))}")
        except ValueRefusedError as error:
            return failed(not_json(subject.value, error))
