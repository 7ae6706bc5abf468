"""A run whose texts were not kept is still a run: every report can be written of it, and none holds a text."""

from __future__ import annotations

import pytest

from gemini_eval.reports import ReportOptions, RunView
from gemini_eval.reports.registry import REPORTS
from gemini_eval.reports.report import Report
from gemini_eval.reports.show import show_cases, show_grid
from gemini_eval.runs.redacted import redact_run
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.run import run_suites
from tests.support.recordings import write_recording
from tests.support.suites import write_files

SECRET = "Anna Kowalska"
SUITE = """\
version: 1
name: letters
models: "replay:recordings/letters.jsonl"
prompts: {ask: {template: ask.j2}}
labels: {polite: [], rude: []}
data: cases.yaml
assert: [exact_match]
gate: [accuracy >= 0.9]
"""
CASES = f"""\
- {{id: a, vars: {{letter: "Dear {SECRET}"}}, expected: polite, must_pass: true}}
- {{id: b, vars: {{letter: "{SECRET}!"}}, expected: rude}}
- {{id: c, vars: {{letter: "Oh {SECRET}"}}, expected: rude}}
"""
ANSWERS = {"a": f"rude to {SECRET}", "b": "rude", "c": {"text": f"{SECRET} is rude", "thought": SECRET}}


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    folder = tmp_path_factory.mktemp("workspace")
    write_files(folder, {"letters.yaml": SUITE, "ask.j2": "Polite? {{ letter }}\n", "cases.yaml": CASES})
    (folder / "recordings").mkdir()
    write_recording([folder / "letters.yaml"], ANSWERS, folder / "recordings" / "letters.jsonl")
    run = run_suites([folder / "letters.yaml"], RunOptions()).folder
    redact_run(run, answers=True, prompts=True)
    return RunView.of(run)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: str(report.NAME))
def test_every_report_can_be_written(view: RunView, report: Report) -> None:
    written = b"".join(report.write(view, ReportOptions(verbose=1)))
    assert len(written) > 100
    assert SECRET.encode() not in written


def test_its_cases_can_be_shown(view: RunView) -> None:
    shown = b"".join(show_cases(view, ReportOptions(), case_id="", everything=True)).decode()
    assert [name for name in "abc" if f" {name} " in shown] == ["a", "b", "c"]
    assert "sha256:" in shown and SECRET not in shown
    grid = b"".join(show_grid(view, ReportOptions())).decode()
    assert len(grid.splitlines()) > 3 and SECRET not in grid
