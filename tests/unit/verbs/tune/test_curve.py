"""A curve over a trainer: shares are trained, what came of them is asked on the validation split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gemini_eval.tuning.example import TuningExample
from gemini_eval.types import Message
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.tune.curve import trained_curve
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
"""Its data has the answers, so that nobody is asked; what the trainer returns are its variants' names."""


def row(number: int) -> str:
    half = "refund" if number < 10 else "billing"
    return f"c{number},validation,billing,{half},refund,refund\n"


def test_the_shares_are_trained_and_asked(tmp_path: Path) -> None:
    header = "id,split,base,half,whole,expected\n"
    folder = write_files(tmp_path, {"suite.yaml": SUITE, "cases.csv": header + "".join(map(row, range(20)))})
    examples = [TuningExample((Message("user", str(at)), Message("model", "refund"))) for at in range(8)]
    seen: list[int] = []

    def trainer(given: Sequence[TuningExample], percent: int) -> str:
        seen.append(len(given))
        return "half" if percent == 50 else "whole"

    drawn = trained_curve(folder / "suite.yaml", examples, trainer, "", RunOptions(), shares=(50, 100))
    assert seen == [4, 8]
    assert drawn.curve is not None
    assert [(point.percent, point.figure.value, point.figure.n) for point in drawn.curve.points] == [
        (50, 0.5, 20),
        (100, 1.0, 20),
    ]
    assert (drawn.curve.split, drawn.curve.verdict) == ("validation", "helps")
    assert drawn.outcomes.folder.header["verb"] == "tune curve"
