"""The tables of confidence sources, and that a summary keeps what they need."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from gemini_eval.reports.grids_confidence import confidence_grids
from gemini_eval.summary import FigureContext, SuiteTally, VariantSummary
from gemini_eval.summary.context import SourceContext
from tests.support.results import LABELS, case, sample


def summary(count: int, broken: int = 0) -> VariantSummary:
    about = {"said": SourceContext("judge sure (gemini-9)")}
    context = FigureContext(labels=LABELS, assertions=("label",), variants=("few",), sources=("said",), about=about)
    tally = SuiteTally("tickets", context)
    for number in range(count):
        right = number % 4 > 0
        stated = {} if number % 10 == 9 else {"said": 0.9 if number % 2 else 0.6 - number / 1000}
        unstated = {} if stated or number // 10 >= broken else {"said": "its reply is no JSON"}
        result = case(number, "refund", sample("refund" if right else "billing", "refund"))
        tally.add(structs.replace(result, confidences=stated, unstated=unstated))
    return tally.summary().variants["few"]


def test_few_cases_make_one_bin_and_many_thresholds_ten_points() -> None:
    found = summary(50)
    grids = {grid.title: grid for grid in confidence_grids(found)}
    assert list(grids) == ["Confidence", "Calibration: said", "Coverage: said"]
    assert grids["Confidence"].header == ("source", "said by", "cases", "ECE", "Brier", "AUROC")
    assert grids["Confidence"].rows[0][:3] == ("said", "judge sure (gemini-9)", "45/50")
    assert [row[:3] for row in grids["Calibration: said"].rows] == [("0.55–0.60", "23", "57.4 %"), ("0.60–0.90", "22", "87.3 %")]
    coverage = grids["Coverage: said"].rows
    assert coverage[0] == ("0.90", "40.0 %", "20", "100.0 %")
    assert coverage[-1][1:3] == ("90.0 %", "45")
    assert len(coverage) <= 10


def test_too_few_cases_for_a_method_are_told_from_a_figure_that_is_not_there() -> None:
    (figures, *_) = confidence_grids(summary(30))
    assert figures.rows == (("said", "judge sure (gemini-9)", "27/30", "cannot be judged", "0.151", "cannot be judged"),)


def test_broken_replies_are_counted_among_the_cases_without_a_confidence() -> None:
    found = summary(50, broken=3)
    (figures, *_) = confidence_grids(found)
    assert figures.header == ("source", "said by", "cases", "broken", "ECE", "Brier", "AUROC")
    assert figures.rows[0][:4] == ("said", "judge sure (gemini-9)", "45/50", "3")
    assert found.figures["brier(said)"].reason == "5 of 50 cases without a confidence (3 by broken replies)"
    assert VariantSummary.from_json(found.to_json()) == found


def test_the_bins_are_those_of_the_error_and_hold_every_case() -> None:
    found = summary(200).confidence["said"]
    assert sum(one.n for one in found.bins) == found.cases - found.silent == 180
    assert found.steps[-1].coverage == pytest.approx(0.9)
    assert all(one.n >= 20 for one in found.bins)


def test_a_summary_with_them_is_read_as_it_was_written_and_one_without_has_no_key() -> None:
    found = summary(30)
    assert VariantSummary.from_json(found.to_json()) == found
    assert "confidence" not in replace(found, confidence={}).to_json()
    assert list(confidence_grids(replace(found, confidence={}))) == []
