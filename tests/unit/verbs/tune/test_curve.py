"""A curve: models of two shares, asked on the validation split."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.errors import UsageError
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.tune.curve import draw_curve
from tests.support.suites import write_files

SUITE = """
version: 1
name: tickets
task: classification
labels: [refund, billing]
models: {base: {answers: base}, half: {answers: half}, whole: {answers: whole}}
variants: {base: {model: base}, half: {model: half}, whole: {model: whole}}
data: {file: cases.csv, split: test}
"""
"""Its data has the answers, so that nobody is asked; the models of the curve are its variants' names."""


def row(number: int) -> str:
    half = "refund" if number < 10 else "billing"
    return f"c{number},validation,billing,{half},refund,refund\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    header = "id,split,base,half,whole,expected\n"
    return write_files(tmp_path, {"suite.yaml": SUITE, "cases.csv": header + "".join(map(row, range(20)))}) / "suite.yaml"


def test_the_shares_are_asked(suite: Path) -> None:
    drawn = draw_curve(suite, {100: "whole", 50: "half"}, "", RunOptions())
    assert drawn.curve is not None
    assert [(point.percent, point.figure.value, point.figure.n) for point in drawn.curve.points] == [
        (50, 0.5, 20),
        (100, 1.0, 20),
    ]
    assert (drawn.curve.split, drawn.curve.verdict) == ("validation", "helps")
    assert drawn.outcomes.folder.header["verb"] == "tune curve"


def test_one_share_is_no_curve(suite: Path) -> None:
    with pytest.raises(UsageError, match="two shares or more"):
        draw_curve(suite, {100: "whole"}, "", RunOptions())
