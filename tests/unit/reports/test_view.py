"""A saved run read back; which format a file's name asks for; `show`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from gemini_eval.errors import RunError, UsageError
from gemini_eval.reports import ReportOptions, report_for, report_named, sidecar_path
from gemini_eval.reports.show import show_cases, show_grid
from gemini_eval.reports.view import RunView
from gemini_eval.runs.cases import CaseLog
from gemini_eval.runs.folder import RunFolder
from gemini_eval.summary.model import Summary
from gemini_eval.types import CaseResult, Outcome
from tests.unit.reports.examples import EXAMPLES, extraction, failing, passing
from tests.unit.reports.runs import LABELS, labelled, run_of, suite_view, unanswered
from tests.unit.reports.snapshots import check


def saved(view: RunView, store: Path) -> RunFolder:
    """The run as the runner leaves it."""
    names = ("name", "prompt", "strategy", "model", "location", "project", "why", "gated")
    suites = [
        {
            "name": suite.name,
            "path": suite.path,
            "sha256": "0" * 64,
            "labels": list(suite.labels),
            "variants": [{name: getattr(variant, name) for name in names} for variant in suite.variants],
        }
        for suite in view.suites
    ]
    header = {"status": view.status, "tool": view.tool, "partial": view.partial, "suites": suites, "later": 1}
    folder = RunFolder.create(store, [suite.name for suite in view.suites], header)
    if view.exit_status is not None:
        with CaseLog(folder.cases) as log:
            for case in view.cases():
                log.append(case)
        gates = [gate.to_json() for gate in view.gates]
        folder.update_header(exit_status=view.exit_status, summary=view.summary.to_json(), gates=gates)
    return RunFolder.open(folder.path)


@pytest.mark.parametrize("example", [name for name in EXAMPLES if name != "hostile"])
def test_a_saved_run_is_the_same(example: str, tmp_path: Path) -> None:
    view = EXAMPLES[example]()
    read = RunView.of(saved(view, tmp_path))
    same = ("status", "exit_status", "partial", "tool", "suites", "summary", "gates")
    assert [getattr(read, name) for name in same] == [getattr(view, name) for name in same]
    assert list(read.cases()) == list(view.cases())
    assert [case.case_id for case in read.failing()] == [case.case_id for case in view.failing()]


@pytest.mark.parametrize("example", EXAMPLES)
def test_summary_from_its_json(example: str) -> None:
    summary = EXAMPLES[example]().summary
    assert Summary.from_json(summary.to_json()) == summary


@pytest.mark.parametrize("damage", [{"summary": {"suites": []}}, {"suites": 3}, {"gates": [{}]}, {"gates": [{"status": "x"}]}])
def test_a_damaged_header_is_named(damage: dict[str, object], tmp_path: Path) -> None:
    folder = saved(passing(), tmp_path)
    folder.update_header(**damage)
    with pytest.raises(RunError, match=r"run\.json is damaged"):
        RunView.of(folder)


def test_failing_stops_at_the_last() -> None:
    """What failed, then what was not delivered, without reading on."""
    read: list[str] = []
    cases = [labelled(0, LABELS[0], LABELS[1]), unanswered(1, Outcome.QUOTA, "")]
    cases += [labelled(n, LABELS[0], LABELS[0]) for n in range(2, 90)]
    view = run_of(cases, [suite_view(labels=LABELS)])

    def source(order: str) -> Iterator[CaseResult]:
        for case in view.source("failing"):
            read.append(case.case_id)
            yield case

    assert [case.case_id for case in replace(view, source=source).failing()] == ["case-00", "case-01"]
    assert read == ["case-00", "case-01"]
    read.clear()
    assert not list(replace(passing(), source=source).failing())
    assert read == []


def test_unknown_endings() -> None:
    expected = {
        "report.xml": ('report.xml: no report has the ending ".xml"', 'did you mean ".junit.xml"?'),
        "report.jsn": ('report.jsn: no report has the ending ".jsn"', 'did you mean ".json"?'),
        "report": (
            "report: its name has no ending that says which report it is",
            "the endings are .md, .markdown, .html, .json, .jsonl, .csv, .parquet, .junit.xml, .canonical.jsonl",
        ),
    }
    for name, (reason, hint) in expected.items():
        with pytest.raises(UsageError) as caught:
            report_for(Path(name))
        assert [(fault.reason, fault.hint) for fault in caught.value.faults] == [(reason, hint)]
    with pytest.raises(UsageError, match=r'there is no report "markdwn".*did you mean "markdown"'):
        report_named("markdwn")


def test_sidecar_path() -> None:
    assert sidecar_path(Path("out/results.csv")) == Path("out/results.summary.json")


# ---- show ------------------------------------------------------------------------------------------------


def test_show_grid() -> None:
    check("failing.grid.txt", b"".join(show_grid(failing(), ReportOptions())))
    check("failing.grid.24.txt", b"".join(show_grid(failing(), ReportOptions(width=24))))


def test_show_cases() -> None:
    options = ReportOptions()
    check("failing.show.txt", b"".join(show_cases(failing(), options)))
    check("extraction.show.txt", b"".join(show_cases(extraction(), options)))
    check("extraction.show.all.txt", b"".join(show_cases(extraction(), options, everything=True)))
    check("failing.show.case-03.txt", b"".join(show_cases(failing(), options, case_id="case-03")))


def test_show_where_nothing_failed() -> None:
    assert b"".join(show_cases(passing(), ReportOptions())) == b"No case failed in 20260102t030405Z-wine-abc123.\n"


def test_show_a_case_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r'no case "case-99".*did you mean "case-0'):
        list(islice(show_cases(passing(), ReportOptions(), case_id="case-99"), 1))
