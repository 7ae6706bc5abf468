"""The embedded model as a judge: its verdict follows the schema, and a second look asks it no more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gemini_eval.runs.cases import iter_cases
from tests.support.cli import gemini_eval

pytestmark = pytest.mark.model

SUITE = """
version: 1
name: judged
models: {data: {answers: reply}}
judges: {small: {id: local:gemma-3-270m, params: {temperature: 0, max_output_tokens: 256}}}
measure: [{rubric: The answer is polite., name: polite}, {rubric: It is short., scale: [1, 5], threshold: 3, name: short}]
assert: [contains: Thank]
cases: [{id: thanks, vars: {reply: Thank you very much.}}]
"""
HOME = {"HOME": os.environ.get("HOME", "")}
"""The caller's, so that the model is unpacked once for all runs."""


def test_the_embedded_model_judges(tmp_path: Path):
    (tmp_path / "suite.yaml").write_text(SUITE)
    run = gemini_eval(["run", "-q", "suite.yaml"], tmp_path, HOME)
    assert run.status == 0, run
    folder = tmp_path / ".gemini-eval/runs/latest"
    answers = (folder / "answers.jsonl").read_bytes()
    assert answers.count(b'"model":"local:gemma-3-270m"') == 2
    (case,) = iter_cases(folder / "cases.jsonl")
    verdicts = {result.name: result.verdict for result in case.samples[0].assertions if result.measured}
    assert verdicts.keys() == {"polite", "short"}
    assert verdicts["polite"].reason.startswith(("small says ", "no verdict of small: its reply ended"))

    again = gemini_eval(["score", "-q"], tmp_path, HOME)
    assert again.status == 0, again
    assert (folder / "answers.jsonl").read_bytes() == answers
