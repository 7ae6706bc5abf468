"""Figures of fields equal scikit-learn's on the same answers, and those that two runs are tested by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from gemini_eval.comparison.marks import LOWER_IS_BETTER, count_figure, field_counts, positives
from gemini_eval.gates.model import FigureRef
from gemini_eval.summary import FIGURES, FigureContext, SuiteTally
from gemini_eval.summary.model import SuiteSummary, VariantSummary
from gemini_eval.types import AssertionResult, CaseResult, FieldReport, Outcome, SampleResult, Verdict

NAMES = ("product", "dimensions.width", "")
DECLARED = NAMES[:2]
KINDS = ("right", "wrong", "missing", "hallucinated", "absent")
ANSWERS = st.lists(st.tuples(*(st.sampled_from(KINDS) for _ in NAMES)), min_size=1, max_size=20)
FIELD_FIGURES = [
    FigureRef(kind, name) for kind in FIGURES if kind.needs == "fields" for name in (DECLARED if kind.argument else ("",))
]


def report(kinds: tuple[str, ...]) -> FieldReport:
    counts = {}
    for name, kind in zip(NAMES, kinds, strict=True):
        if kind != "absent":
            counts[name] = tuple(int(kind == other) for other in KINDS[:4])
    return FieldReport(counts)


def case(number: int, *reports: FieldReport, **more: object) -> CaseResult:
    samples = tuple(
        SampleResult(n, Outcome.JUDGED, passed=False, assertions=(AssertionResult("fields", Verdict(False, 0.0, "", found)),))
        for n, found in enumerate(reports)
    )
    return CaseResult("specs", "few", f"c{number}", number, Outcome.JUDGED, False, 0.0, samples, **more)


def summarised(cases: list[CaseResult]) -> VariantSummary:
    tally = SuiteTally("specs", FigureContext(fields=DECLARED, variants=("few",)))
    for result in cases:
        tally.add(result)
    summary = tally.summary()
    assert SuiteSummary.from_json(summary.to_json()) == summary
    return summary.variants["few"]


def value(summary: VariantSummary, name: str) -> float:
    return summary.figures[name].value or 0.0


@settings(max_examples=60, deadline=None)
@given(ANSWERS)
def test_precision_recall_and_f1_equal_scikit_learn(answers: list[tuple[str, ...]]) -> None:
    """A wrong value is a row that is expected and not answered, and one that is answered and not expected."""
    rows = [
        (at, truth, said)
        for kinds in answers
        for at, kind in enumerate(kinds)
        for truth, said in {"right": [(1, 1)], "wrong": [(1, 0), (0, 1)], "missing": [(1, 0)], "hallucinated": [(0, 1)]}.get(
            kind, []
        )
    ]
    present = sorted({at for at, _, _ in rows})
    truth, said = (np.zeros((len(rows) + 1, len(NAMES)), dtype=int) for _ in range(2))
    for row, (at, expected, answered) in enumerate(rows):
        truth[row, at], said[row, at] = expected, answered
    summary = summarised([case(number, report(kinds)) for number, kinds in enumerate(answers)])
    each = precision_recall_fscore_support(truth, said, zero_division=0)
    for at, name in enumerate(DECLARED):
        found = [value(summary, f'field_{figure}["{name}"]') for figure in ("precision", "recall", "f1")]
        assert found == pytest.approx([part[at] for part in each[:3]])
    for average in ("micro", "macro"):
        theirs = (
            precision_recall_fscore_support(truth, said, labels=present, average=average, zero_division=0)[:3]
            if present
            else (0.0, 0.0, 0.0)
        )
        found = [value(summary, f"field_{figure}.{average}") for figure in ("precision", "recall", "f1")]
        assert found == pytest.approx(list(theirs))


@settings(max_examples=60, deadline=None)
@given(st.lists(ANSWERS.map(lambda answers: answers[:3]), min_size=1, max_size=8))
def test_what_two_runs_are_tested_by_are_the_figures(cases: list[list[tuple[str, ...]]]) -> None:
    results = [case(number, *map(report, answers)) for number, answers in enumerate(cases)]
    summary = summarised(results)
    counts = [found for result in results if (found := field_counts(result)) is not None]
    for ref in FIELD_FIGURES:
        figure = summary.figures[ref.name]
        if figure.value is None:
            continue
        array = np.array([[positives(ref, row.get(name, (0.0,) * 4)) for name in NAMES] for row in counts])
        found = float(count_figure(ref, NAMES)(array.sum(axis=0)))
        assert (1 - found if ref.kind.name in LOWER_IS_BETTER else found) == pytest.approx(figure.value)


def test_rates_of_faults_and_a_case_shared_by_its_samples() -> None:
    summary = summarised(
        [
            case(1, report(("right", "wrong", "hallucinated")), report(("missing", "right", "absent"))),
            case(2, report(("right", "right", "absent"))),
        ]
    )
    found = summary.fields["product"]
    assert (found.right, found.wrong, found.missing, found.hallucinated) == (1.5, 0.0, 0.5, 0.0)
    assert value(summary, "missing_rate") == pytest.approx(0.5 / 4)
    assert value(summary, "wrong_rate") == pytest.approx(0.5 / 4)
    assert value(summary, "hallucinated_rate") == pytest.approx(0.5 / 4)
    assert summary.figures["field_f1.micro"].n == 2


def test_what_is_undefined_says_why() -> None:
    summary = summarised([case(1, report(("missing", "absent", "absent")))])
    assert summary.figures["hallucinated_rate"].reason == "no answer gives a field"
    assert summary.figures['field_recall["dimensions.width"]'].reason == 'no delivered case expects "dimensions.width"'
    assert summarised([]).figures["field_f1.micro"].reason == "no delivered case was judged by its fields"


def test_without_fields_there_is_no_such_figure() -> None:
    tally = SuiteTally("specs", FigureContext(variants=("few",)))
    assert not [name for name in tally.summary().variants["few"].figures if "field" in name or "wrong" in name]
