from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.document import embedded, not_json, read_document, read_expected
from gemini_eval.metrics.extraction.build import Builder
from gemini_eval.metrics.extraction.infer import infer_fields
from gemini_eval.metrics.wanted import NO_EXPECTED, wanted_values
from gemini_eval.metrics.wording import either, failed, kind_of, show
from gemini_eval.paths import MISSING
from gemini_eval.types import FieldProblem, FieldReport, FieldRules, Json, Subject, Verdict

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Fields:
    """The JSON output has the fields of `expected`, each by the comparator that the suite's `fields` declares.

    The score is the share of right fields among all that are expected or found; all must be right, unless `threshold` says
    otherwise. `within: fence` also takes the JSON of the last ``` fence, `within: prose` the last object in any text. Without
    `fields` in the suite the comparators are strict, by the kinds of the expected values.
    """

    within: Literal["output", "fence", "prose"] = "output"

    NAME: ClassVar[str] = "fields"
    READS: ClassVar[Literal["answer", "output", "response"]] = "output"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = True

    def judge(self, subject: Subject) -> Verdict:
        wanted = [read_expected(value) for value in wanted_values(MISSING, subject.expected)]
        if not wanted:
            return NO_EXPECTED
        if not all(isinstance(value, dict) for value in wanted):
            other = next(value for value in wanted if not isinstance(value, dict))
            return failed(f"expected is {kind_of(other)}; fields are those of an object")
        try:
            document, place = self._document(subject.value)
        except ValueRefusedError as error:
            return Verdict(False, 0.0, not_json(subject.value, error), _rules(subject, wanted[0]).nothing(wanted[0]))
        if not isinstance(document, dict):
            reason = f"the output is {kind_of(document)}, where an object is expected"
            return Verdict(False, 0.0, reason, _rules(subject, wanted[0]).nothing(wanted[0]))
        reports = [_rules(subject, value).compare(value, document) for value in wanted]
        return _verdict(max(reports, key=_score), place)

    def _document(self, value: Json) -> tuple[Json, str]:
        """The output's JSON, and where it was found if that is not the whole output."""
        try:
            return read_document(value), ""
        except ValueRefusedError:
            found = embedded(value, self.within) if self.within != "output" else None
            if found is None:
                raise
            return found, " (in a ``` fence)" if self.within == "fence" else " (in the output's text)"


def _rules(subject: Subject, expected: Json) -> FieldRules:
    if subject.fields is not None:
        return subject.fields
    return Builder().fields(infer_fields([expected]))


def _score(report: FieldReport) -> float:
    total = sum(map(sum, report.counts.values()))
    return sum(parts[0] for parts in report.counts.values()) / total if total else 1.0


def _verdict(report: FieldReport, place: str) -> Verdict:
    total, right = sum(map(sum, report.counts.values())), sum(parts[0] for parts in report.counts.values())
    if right == total:
        said = (
            f"all {total} fields are right" if total > 1 else "the field is right" if total else "no field is expected or found"
        )
        return Verdict(True, 1.0, said + place, report)
    said = f"{right} of {total} fields {'is' if right == 1 else 'are'} right{place}"
    return Verdict(False, right / total, f"{said}: {_told(report.problems, total - right)}", report)


def _told(problems: Sequence[FieldProblem], count: int) -> str:
    """Wrong fields with both values, then the names of missing and hallucinated ones."""
    wrong = [item for item in problems if item.kind == "wrong"]
    parts = [_wrong(item) for item in wrong[:SHOWN]]
    told = len(parts)
    for kind in ("missing", "hallucinated"):
        places = [show(item.where, 40)[1:-1] for item in problems if item.kind == kind]
        if places:
            parts.append(f"{kind}: {either(places, 'and')}")
            told += len(places)
    return "; ".join([*parts, f"{count - told} more"] if count > told else parts)


def _wrong(item: FieldProblem) -> str:
    why = f" ({item.why})" if item.why else ""
    return f"{show(item.where, 40)[1:-1]} is {show(item.found, 40)}, expected {show(item.expected, 40)}{why}"
