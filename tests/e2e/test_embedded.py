"""Runs that ask the embedded model for real: a budget that ends, and an interrupt while it is generating."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.cli import gemini_eval, start, wait_for

pytestmark = pytest.mark.model

SUITE = """
version: 1
name: short
models: local:gemma-3-270m
prompts: {text: "Count: {{ number }},"}
params: {temperature: 0, max_output_tokens: TOKENS}
assert: [length: {characters: {min: 1}}]
gate: cases >= 3
cases: [{id: one, vars: {number: 1}}, {id: two, vars: {number: 2}}, {id: three, vars: {number: 3}}]
"""


HOME = {"HOME": os.environ.get("HOME", "")}
"""The caller's, so that the model is unpacked once for all runs."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    return path


def answers(folder: Path) -> int:
    path = folder / ".gemini-eval/runs/latest/answers.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_a_budget_of_requests_ends_the_run_resumably(folder: Path) -> None:
    (folder / "suite.yaml").write_text(SUITE.replace("TOKENS", "4"))
    first = gemini_eval(["run", "-q", "suite.yaml", "--max-requests", "1"], folder, HOME)
    assert (first.status, answers(folder)) == (3, 1), first
    assert "--resume" in first.stdout

    rest = gemini_eval(["run", "-q", "suite.yaml", "--resume"], folder, HOME)
    assert (rest.status, answers(folder)) == (0, 3), rest

    resumed = gemini_eval(["report", "last", "--canonical"], folder).stdout
    gemini_eval(["run", "-q", "suite.yaml"], folder, HOME)
    assert gemini_eval(["report", "last", "--canonical"], folder).stdout == resumed


def test_interrupted_while_the_model_writes(folder: Path) -> None:
    (folder / "suite.yaml").write_text(SUITE.replace("TOKENS", "400").replace("Count", "Tell a long story"))
    process = start(["run", "suite.yaml", "-j", "1"], folder, HOME)
    wait_for(lambda: answers(folder) >= 1, process)
    os.killpg(process.pid, signal.SIGINT)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)

    assert (process.returncode, b"Traceback" in stderr) == (130, False), stderr
    assert 1 <= answers(folder) < 3
    assert b"--resume" in stdout
