"""Between judged cases, the lines of a baseline, and the marks that a test needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from math import isfinite

from gemini_eval.assertions.digest import DIGITS, digest
from gemini_eval.comparison.marks import answer_columns, field_counts, is_mean, label_counts, marks_of
from gemini_eval.comparison.sides import ACCURACY, PASS_RATE, CaseMarks, Counted, SideMarks
from gemini_eval.gates.model import FigureRef
from gemini_eval.runs.baseline import BaselineLine
from gemini_eval.types import CaseResult, Family, Outcome

DECIMALS = 9


def line_of(result: CaseResult, figures: Iterable[FigureRef], *, texts: bool) -> BaselineLine | None:
    """The case as a baseline keeps it; None for drafts and what is expected to fail."""
    if result.draft or result.xfail:
        return None
    outcomes: dict[str, int] = {}
    for sample in result.samples:
        outcomes[sample.outcome.value] = outcomes.get(sample.outcome.value, 0) + 1
    first = next((sample for sample in result.samples if sample.response is not None), None)
    output = first.output if first else ""
    return BaselineLine(
        result.variant,
        result.case_id,
        request_hash([sample.request_key for sample in result.samples]),
        result.judged,
        outcomes,
        marks=_marks(result, figures),
        labels={label: (_short(a), _short(b), _short(c)) for label, (a, b, c) in (label_counts(result) or {}).items()},
        fields={
            name: (_short(right), _short(wrong), _short(missing), _short(made_up))
            for name, (right, wrong, missing, made_up) in (field_counts(result) or {}).items()
        },
        columns={column: _short(share) for column, share in sorted(answer_columns(result).items())},
        expected_label=result.expected_label or "",
        label=result.label or "",
        answer=sha256(output.encode()).hexdigest()[:DIGITS] if first else "",
        text=output if texts else "",
        cluster=result.cluster,
        tags=result.tags,
        must_pass=result.must_pass,
    )


def request_hash(keys: Sequence[str]) -> str:
    """Of a case's request keys, in order of its samples."""
    return digest(list(keys))


def _marks(result: CaseResult, figures: Iterable[FigureRef]) -> dict[str, tuple[float, int]]:
    found: dict[str, tuple[float, int]] = {}
    for figure in (PASS_RATE, ACCURACY, *figures):
        if is_mean(figure):
            known = [mark for mark in marks_of(result, figure) if isfinite(mark)]
            if known:
                found[figure.name] = _short(sum(known)), len(known)
    return found


def _counted(counts: Mapping[str, tuple[float, ...]]) -> Counted:
    return Counted({name: list(parts) for name, parts in counts.items()}, 1 if counts else 0)


def _short(value: float) -> float:
    return round(value, DECIMALS)


def add_line(side: SideMarks, line: BaselineLine) -> None:
    """The line's case into the marks of its side. Its samples' order is not kept: passes come first."""
    case = side.cases[line.case] = CaseMarks(
        expected_label=line.expected_label,
        judged=line.judged,
        cluster=line.cluster,
        tags=line.tags,
        must_pass=line.must_pass,
        columns=dict(line.columns),
        labels=_counted(line.labels),
        fields=_counted(line.fields),
    )
    families = [Outcome(name).family for name in line.outcomes]
    delivered = [family for family in families if family is not Family.NOT_DELIVERED]
    judged = Family.JUDGED in delivered
    case.family = Family.JUDGED if judged else delivered[0] if delivered else Family.NOT_DELIVERED
    case.marks = {figure: _unfolded(*mark) for figure, mark in line.marks.items()}


def _unfolded(total: float, count: int) -> list[float]:
    if float(total).is_integer() and total <= count:
        return [1.0] * int(total) + [0.0] * (count - int(total))
    return [total / count] * count
