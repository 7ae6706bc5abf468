"""Who judged, and by which words, is in the run's header."""

from __future__ import annotations

import json
from pathlib import Path

from gemini_eval.rubrics.pairwise import PAIR_VERSION
from gemini_eval.rubrics.wording import VERSION
from tests.support.steps import run_line

SUITE = """
version: 1
name: pinned
models: {data: {answers: reply}}
judges: {sure: {id: gemini-4-helium, params: {temperature: 0}}, unasked: gemini-4-lithium}
assert: [{rubric: It is polite., judge: sure}]
cases: [{id: one, vars: {reply: Thanks.}}]
"""


def test_the_judges_that_are_asked_are_in_the_header(tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(SUITE)
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "pinned.jsonl").write_text("")
    ended = run_line("run suite.yaml --recordings-only", tmp_path, {})
    assert ended is not None and ended.status == 4
    (header,) = tmp_path.glob(".gemini-eval/runs/*-pinned-*/run.json")
    (suite,) = json.loads(header.read_text())["suites"]
    assert suite["judges"] == [{"name": "sure", "model": "gemini-4-helium", "location": "global", "params": {"temperature": 0}}]
    assert suite["judged_with"] == {"rubrics": VERSION, "comparisons": PAIR_VERSION}
