"""The tables of confidence sources, and that a summary keeps what they need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gemini_eval.reports.grids_confidence import confidence_grids
from gemini_eval.summary import FigureContext, SuiteTally, VariantSummary
from tests.support.results import LABELS, case, sample


def summary(count: int) -> VariantSummary:
    context = FigureContext(labels=LABELS, assertions=("label",), variants=("few",), sources=("said",))
    tally = SuiteTally("tickets", context)
    for number in range(count):
        right = number % 4 > 0
        stated = {} if number % 10 == 9 else {"said": 0.9 if number % 2 else 0.6 - number / 1000}
        tally.add(replace(case(number, "refund", sample("refund" if right else "billing", "refund")), confidences=stated))
    return tally.summary().variants["few"]


def test_few_cases_make_one_bin_and_many_thresholds_ten_points() -> None:
    found = summary(50)
    grids = {grid.title: grid for grid in confidence_grids(found)}
    assert list(grids) == ["Confidence", "Calibration: said", "Coverage: said"]
    assert grids["Confidence"].rows[0][:2] == ("said", "45/50")
    assert [row[:3] for row in grids["Calibration: said"].rows] == [("0.55–0.60", "23", "57.4 %"), ("0.60–0.90", "22", "87.3 %")]
    coverage = grids["Coverage: said"].rows
    assert coverage[0] == ("0.90", "40.0 %", "20", "100.0 %")
    assert coverage[-1][1:3] == ("90.0 %", "45")
    assert len(coverage) <= 10


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
