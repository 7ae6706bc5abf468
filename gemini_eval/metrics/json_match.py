from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.document import not_json, read_document, read_expected
from gemini_eval.metrics.json_compare import Rules, Tally, compare
from gemini_eval.metrics.parameters import tolerance_of
from gemini_eval.metrics.wanted import NO_EXPECTED, wanted_values
from gemini_eval.metrics.wording import failed, passed
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class JsonMatch:
    """The JSON output is the value, else `expected`, field by field; the score is right leaf fields / leaf fields of either.

    Types are strict, the order of keys is nothing, that of lists counts unless `ignore_order`; then the most similar items are
    held against each other. `tolerance` (0.5 or `1%`) is for all numbers. `expected` may be the text of a JSON document.

    `gemini-eval list --fields SUITE` prints these comparators as `fields:`, to paste: those count each field, and take units,
    dates and labels.
    """

    value: Json | Missing = MISSING
    ignore_order: bool = False
    tolerance: int | float | str | None = None

    NAME: ClassVar[str] = "json_match"
    READS: ClassVar[Literal["answer", "output", "response"]] = "output"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        tolerance_of(self.tolerance)

    def judge(self, subject: Subject) -> Verdict:
        wanted = wanted_values(self.value, subject.expected)
        if not wanted:
            return NO_EXPECTED
        try:
            document = read_document(subject.value)
        except ValueRefusedError as error:
            return failed(not_json(subject.value, error))
        rules = Rules(tolerance_of(self.tolerance), self.ignore_order)
        tally = max((compare(read_expected(value), document, rules) for value in wanted), key=Tally.score)
        if tally.right == tally.total:
            return passed(f"all {tally.total} fields are right" if tally.total > 1 else "the document is right")
        first = tally.problems[:3]
        more = tally.total - tally.right - len(first)
        rest = f"; {more} more" if more > 0 and len(tally.problems) > len(first) else ""
        return failed(f"{tally.right} of {tally.total} fields are right: {'; '.join(first)}{rest}", tally.score())
