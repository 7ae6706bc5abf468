"""Who judged, and by which words, is in the run's header."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from gemini_eval.rubrics.likelihood import LIKELIHOOD_VERSION
from gemini_eval.rubrics.pairwise import PAIR_VERSION
from gemini_eval.rubrics.wording import VERSION
from tests.support.steps import run_line

SUITE = """
version: 1
name: pinned
models: {data: {answers: reply}}
judges: {sure: {id: gemini-4-helium, params: {temperature: 0}}, unasked: gemini-4-lithium}
assert:
  - {rubric: It is polite., judge: sure}
  - {all_of: [{rubric: {file: kind.txt}, judge: sure, name: kind}], name: both}
confidence: {said: {verbal: {judge: sure, prompt: sure.txt}}}
cases: [{id: one, vars: {reply: Thanks.}}]
"""


def test_the_judges_that_are_asked_are_in_the_header(tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(SUITE)
    (tmp_path / "kind.txt").write_text("It is kind.")
    (tmp_path / "sure.txt").write_text("{{ answer }}")
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "pinned.jsonl").write_text("")
    ended = run_line("run suite.yaml --recordings-only", tmp_path, {})
    assert ended is not None and ended.status == 4
    (header,) = tmp_path.glob(".gemini-eval/runs/*-pinned-*/run.json")
    (suite,) = json.loads(header.read_text())["suites"]
    assert suite["judges"] == [{"name": "sure", "model": "gemini-4-helium", "location": "global", "params": {"temperature": 0}}]
    texts = [
        ("assertion", "rubric", "", "It is polite."),
        ("assertion", "both/kind", "kind.txt", "It is kind."),
        ("confidence", "said", "sure.txt", "{{ answer }}"),
    ]
    words = {"rubrics": VERSION, "comparisons": PAIR_VERSION, "confidence": LIKELIHOOD_VERSION}
    pinned = [{"of": of, "name": name, "file": file, "sha256": hashed(text)} for of, name, file, text in texts]
    assert suite["judged_with"] == {**words, "texts": pinned}


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
