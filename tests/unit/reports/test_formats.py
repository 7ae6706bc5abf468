"""Every format of every example run, whole."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from io import BytesIO, StringIO
from itertools import count

import pyarrow.parquet as pq
import pytest

from gemini_eval.reports import REPORTS, Report, ReportOptions, report_for, report_named, sidecar
from gemini_eval.reports.rows import COLUMNS
from gemini_eval.reports.view import CaseOrder, RunView
from gemini_eval.types import CaseResult
from tests.unit.reports.examples import EXAMPLES, HOSTILE, extraction, failing, hostile, invalid, passing
from tests.unit.reports.runs import LABELS, labelled, run_of, suite_view
from tests.unit.reports.snapshots import check

DEFAULT = ReportOptions()
TEXTS = [report for report in REPORTS if report.NAME not in {"terminal", "parquet"}]


def written(name: str, view: RunView, options: ReportOptions = DEFAULT) -> bytes:
    return b"".join(report_named(name).write(view, options))


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("report", TEXTS, ids=lambda report: report.NAME)
def test_snapshot(report: Report, example: str) -> None:
    ending = report.EXTENSIONS[0]
    check(f"{example}{ending}", b"".join(report.write(EXAMPLES[example](), ReportOptions())))


@pytest.mark.parametrize("example", EXAMPLES)
def test_terminal_snapshot(example: str) -> None:
    check(f"{example}.80.txt", written("terminal", EXAMPLES[example](), ReportOptions(width=80)))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("120", ReportOptions(width=120)),
        ("color", ReportOptions(color=True)),
        ("ascii", ReportOptions(encoding="ascii", lang="ko")),
        ("ko", ReportOptions(lang="ko")),
        ("quiet", ReportOptions(quiet=True)),
        ("verbose", ReportOptions(verbose=2)),
        ("three", ReportOptions(max_failures_shown=3)),
    ],
)
def test_terminal_options(name: str, options: ReportOptions) -> None:
    check(f"failing.{name}.txt", written("terminal", failing(), options))
    check(f"extraction.{name}.txt", written("terminal", extraction(), options))


def test_korean_markdown() -> None:
    check("failing.ko.md", written("markdown", failing(), ReportOptions(lang="ko")))


# ---- what other programs read ----------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES)
def test_json_holds_the_sentences_and_every_case(example: str) -> None:
    view = EXAMPLES[example]()
    document = json.loads(written("json", view))
    lines = written("jsonl", view).splitlines()
    assert document["cases"] == [json.loads(line) for line in lines]
    assert len(lines) == len(list(view.cases()))
    assert document["sentences"]
    assert {**json.loads(sidecar(view, ReportOptions())), "cases": document["cases"]} == document


def test_json_keys_are_stable() -> None:
    document = json.loads(written("json", passing()))
    assert list(document) == ["format", "version", "sentences", "models", "run", "suites", "summary", "gates", "notes", "cases"]
    later = ["expected_label", "place", "cluster", "must_pass", "xfail", "draft", "samples"]
    assert list(document["cases"][0]) == [*COLUMNS, *later]


@pytest.mark.parametrize("example", EXAMPLES)
def test_csv_and_parquet_hold_the_same_rows(example: str) -> None:
    view = EXAMPLES[example]()
    rows = list(csv.DictReader(StringIO(written("csv", view).decode(), newline="")))
    table = pq.read_table(BytesIO(written("parquet", view)))
    assert table.column_names == list(COLUMNS)
    assert len(rows) == table.num_rows == len(list(view.cases()))
    for row, typed in zip(rows, table.to_pylist(), strict=True):
        assert row["vars"] == typed["vars"]
        assert row["passed"] == ("" if typed["passed"] is None else str(typed["passed"]).lower())
        assert row["score"] == ("" if typed["score"] is None else str(typed["score"]))


def test_absent_is_not_zero() -> None:
    lost = [row for row in csv.DictReader(StringIO(written("csv", invalid()).decode(), newline="")) if row["outcome"] == "quota"]
    absent = ("passed", "score", "answer", "label", "output", "tokens", "latency_ms", "cost_usd")
    assert [[row[name] for name in absent] for row in lost] == [[""] * len(absent)] * 4


@pytest.mark.parametrize("example", EXAMPLES)
def test_junit_counts_what_it_holds(example: str) -> None:
    root = ET.fromstring(written("junit", EXAMPLES[example]()))
    counted = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for node in (root, *root.iter("testsuite")):
        assert {name: int(node.attrib[name]) for name in counted} == {
            name: len(list(node.iter(element))) for name, element in counted.items()
        }


# ---- text from outside -----------------------------------------------------------------------------------


def test_no_text_steers_a_terminal() -> None:
    for color in (False, True):
        text = written("terminal", hostile(), ReportOptions(color=color, verbose=2)).decode()
        own = {f"\x1b[{code}m" for code in ("0", "1", "2", "31", "32", "33", "31;9", "32;4")}
        for code in own:
            text = text.replace(code, "")
        assert not set(text) & set("\x1b\x07\x00\x0b\u202e\u202c")


def test_no_text_escapes_from_markdown() -> None:
    lines = written("markdown", hostile()).decode().splitlines()
    outside = "\n".join(_outside_fences(lines))
    assert not any(line.lstrip().startswith("::") for line in lines)
    for forbidden in ("<img", "![x]", "](", " @", "https://", "<b>", "\u202e", "</details>@"):
        assert forbidden not in outside.replace("</details>\n", "\n")
    assert outside.count("<details>") == outside.count("</details>") == 4


def _outside_fences(lines: list[str]) -> Iterator[str]:
    """As CommonMark reads it: a fence ends at one as long as that which began it."""
    fence = ""
    for line in lines:
        run = line[: len(line) - len(line.lstrip("`"))]
        if not fence and len(run) >= 3:
            fence = run
        elif fence and len(run) >= len(fence) and line.strip("`") == "":
            fence = ""
        elif not fence:
            yield line


def test_formula_cells_are_quoted() -> None:
    rows = list(csv.reader(StringIO(written("csv", hostile()).decode(), newline="")))
    cells = [cell for row in rows[1:] for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert "'-2+3\ufffd\x0b\ufffe" in cells
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+@|%")]


def test_junit_keeps_the_text_that_xml_can_hold() -> None:
    root = ET.fromstring(written("junit", hostile()))
    stories = "".join(node.text or "" for node in root.iter("failure"))
    assert HOSTILE.replace("\x1b", "").replace("\x07", "") in stories


# ---- size ------------------------------------------------------------------------------------------------


class Counted:
    """Cases made as they are asked for; how many were made before each piece came out."""

    def __init__(self, total: int) -> None:
        self.total, self.made = total, 0

    def source(self, order: CaseOrder) -> Iterator[CaseResult]:
        for n in range(self.total):
            self.made += 1
            yield labelled(n, LABELS[0], LABELS[n % 2], case_id=f"c{n:06}", vars={"text": "x" * 10_000})


def streamed(total: int) -> tuple[RunView, Counted]:
    cases = Counted(total)
    view = run_of(list(Counted(10).source("run")), [suite_view(labels=LABELS)])
    return RunView(**{**{name: getattr(view, name) for name in view.__slots__}, "source": cases.source}), cases


@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "junit", "canonical"])
def test_cases_stream(name: str) -> None:
    """Never more than one case ahead of what was written, over 2,000 cases of 10 kB."""
    view, cases = streamed(2_000)
    ahead, seen = 0, count()
    for piece in report_named(name).write(view, ReportOptions()):
        if b"c0" in piece:
            ahead = max(ahead, cases.made - next(seen))
        assert len(piece) < 40_000
    assert ahead <= 2
    assert cases.made == 2_000


def test_parquet_is_written_in_row_groups() -> None:
    view, _ = streamed(4_100)
    data = written("parquet", view)
    assert [pq.ParquetFile(BytesIO(data)).metadata.row_group(n).num_rows for n in range(3)] == [2_000, 2_000, 100]


def test_markdown_stays_under_the_limit() -> None:
    text = "``` wall of text " * 5_000
    cases = [labelled(n, "Red wine", f"{text}{n}", vars={f"v{m}": text for m in range(9)}) for n in range(60)]
    tags = [labelled(100 + n, "Red wine", "Red wine", tags=(f"t{n}" * 200,), variant=f"v{n}") for n in range(60)]
    view = run_of([*cases, *tags], [suite_view(variants=["few@flash", *(f"v{n}" for n in range(60))], labels=LABELS)])
    written_text = written("markdown", view, ReportOptions(max_failures_shown=100)).decode()
    assert len(written_text) < 65_000
    assert "parts are left out" in written_text


def test_every_ending_has_one_report() -> None:
    endings = [ending for report in REPORTS for ending in report.EXTENSIONS]
    assert len(endings) == len(set(endings))
    assert {ending: report_for(f"out/a{ending}").NAME for ending in endings} == {
        ".md": "markdown",
        ".markdown": "markdown",
        ".html": "html",
        ".json": "json",
        ".jsonl": "jsonl",
        ".csv": "csv",
        ".parquet": "parquet",
        ".junit.xml": "junit",
        ".canonical.jsonl": "canonical",
    }
