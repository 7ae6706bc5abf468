"""Every format of every example comparison, whole; text from outside in every field; sizes and widths."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import fields, is_dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from gemini_eval.comparison.model import BarMove, Comparison, Moved, VariantComparison
from gemini_eval.errors import RunError
from gemini_eval.reports import ReportOptions, sidecar
from gemini_eval.reports.rows import COLUMNS
from gemini_eval.reports.sentences import sentences
from gemini_eval.reports.signs import signs_for
from gemini_eval.reports.spans import columns, paint
from gemini_eval.reports.terminal_comparison import comparison_lines
from gemini_eval.reports.view import RunView
from gemini_eval.runs.codec import codec_of
from tests.unit.reports.compared import COMPARED_RUNS, compared, flip, forty, held, regressed, view_of
from tests.unit.reports.examples import EXAMPLES, HOSTILE
from tests.unit.reports.runs import LABELS, labelled, run_of, suite_view
from tests.unit.reports.snapshots import check
from tests.unit.reports.test_formats import _outside_fences, written
from tests.unit.reports.test_view import saved

MARKDOWN = "![x](http://evil.example/x.png) [link](javascript:alert(1)) **b** ``` </details> <script>x</script> --> @team"
TEXTS = {
    "hostile": HOSTILE,
    "markdown": MARKDOWN,
    "commands": "::error file=a,line=1::stop\n::set-output name=x::1\r##[error]x",
    "fences": "```\n````\n~~~\n| a | b |\n\n<!-- gemini-eval: other -->",
    "long": "wall of text ``` " * 6_000,
    "empty": "",
}


def of(view: RunView) -> Comparison:
    assert view.comparison
    return view.comparison


# ---- whole outputs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", COMPARED_RUNS)
def test_terminal(example: str) -> None:
    check(f"compared.{example}.80.txt", written("terminal", COMPARED_RUNS[example]()))


@pytest.mark.parametrize("example", COMPARED_RUNS)
def test_markdown(example: str) -> None:
    check(f"compared.{example}.md", written("markdown", COMPARED_RUNS[example]()))


def test_sentences_in_both_languages() -> None:
    views = {name: make() for name, make in COMPARED_RUNS.items()}
    said = [f"{name}\n  {' '.join(sentences(view))}\n  {' '.join(sentences(view, 'ko'))}\n" for name, view in views.items()]
    check("compared.sentences.txt", "\n".join(said).encode())


@pytest.mark.parametrize("example", ["regressed", "bar_moved", "forty", "unchanged"])
def test_brief(example: str) -> None:
    check(f"compared.{example}.brief.txt", written("terminal", COMPARED_RUNS[example](), ReportOptions(brief=True)))
    check(f"compared.{example}.brief.md", written("markdown", COMPARED_RUNS[example](), ReportOptions(brief=True)))


@pytest.mark.parametrize("example", ["failing", "two_suites", "invalid", "unfinished"])
def test_brief_without_a_comparison(example: str) -> None:
    check(f"{example}.brief.txt", written("terminal", EXAMPLES[example](), ReportOptions(brief=True)))
    check(f"{example}.brief.md", written("markdown", EXAMPLES[example](), ReportOptions(brief=True)))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("40", ReportOptions(width=40)),
        ("120", ReportOptions(width=120)),
        ("color", ReportOptions(color=True)),
        ("ascii", ReportOptions(encoding="ascii", lang="ko")),
        ("ko", ReportOptions(lang="ko")),
        ("quiet", ReportOptions(quiet=True, brief=True)),
        ("verbose", ReportOptions(verbose=2)),
        ("one", ReportOptions(max_failures_shown=1)),
    ],
)
def test_terminal_options(name: str, options: ReportOptions) -> None:
    check(f"compared.regressed.{name}.txt", written("terminal", regressed(), options))


def test_machines() -> None:
    for name, ending in (("json", "json"), ("jsonl", "jsonl"), ("junit", "junit.xml")):
        check(f"compared.regressed.{ending}", written(name, regressed()))
    check("compared.unchanged.junit.xml", written("junit", COMPARED_RUNS["unchanged"]()))
    check("compared.regressed.summary.json", sidecar(regressed(), ReportOptions(lang="ko")))


# ---- what other programs read --------------------------------------------------------------------------------


@pytest.mark.parametrize("example", COMPARED_RUNS)
def test_json_holds_the_whole_comparison(example: str) -> None:
    view = COMPARED_RUNS[example]()
    document = json.loads(written("json", view))
    assert codec_of(Comparison).decode(document["comparison"]) == view.comparison
    lines = [json.loads(line) for line in written("jsonl", view).splitlines()]
    assert [line for line in lines if "case_id" in line] == document["cases"]
    assert [line["comparison"] for line in lines if "case_id" not in line] == document["comparison"]["variants"]
    assert {**json.loads(sidecar(view, ReportOptions())), "cases": document["cases"]} == document


def test_rows_stay_the_candidates_cases() -> None:
    rows = list(csv.DictReader(StringIO(written("csv", regressed()).decode(), newline="")))
    assert len(rows) == len(list(regressed().cases()))
    assert list(rows[0]) == list(COLUMNS)


@pytest.mark.parametrize("example", COMPARED_RUNS)
def test_a_saved_comparison_is_the_same(example: str, tmp_path: Path) -> None:
    view = COMPARED_RUNS[example]()
    folder = saved(view if view.suites else regressed(), tmp_path)
    folder.update_header(comparison=codec_of(Comparison).encode(of(view)))
    assert RunView.of(folder).comparison == view.comparison


@pytest.mark.parametrize("damage", [3, {}, {"kind": "other"}, {"kind": "check", "before": {"name": 1}}])
def test_a_damaged_comparison_is_named(damage: object, tmp_path: Path) -> None:
    folder = saved(regressed(), tmp_path)
    folder.update_header(comparison=damage)
    with pytest.raises(RunError, match=r"run\.json is damaged"):
        RunView.of(folder)


# ---- text from outside ---------------------------------------------------------------------------------------

_OURS = {"kind", "state", "decision", "figure", "method"}


def filled(value: Any, text: str) -> Any:
    """The same records with `text` in every field that text from outside can reach."""
    if isinstance(value, tuple):
        return tuple(filled(item, text) for item in value) or value
    if is_dataclass(value) and not isinstance(value, type):
        changes = {item.name: filled(getattr(value, item.name), text) for item in fields(value) if item.name not in _OURS}
        return replace(value, **changes)
    return text if type(value) is str else value


def hostile(text: str, example: str) -> RunView:
    """The comparison with `text` in it, and a gate of that name; the run's own cases stay what they are."""
    view = COMPARED_RUNS[example]()
    comparison = filled(of(view), text)
    if not comparison.bar_moved:
        moved = tuple(filled(Moved(kind, "s", "v", "w", "b", "a", ("c",), 3, "p", 1), text) for kind in BarMove)
        comparison = replace(comparison, bar_moved=moved, unaffected=(text, text), new_suites=(text,), notes=(text,))
    return replace(view, comparison=comparison, gates=tuple(filled(gate, text) for gate in view.gates))


HOSTILE_EXAMPLES = ("regressed", "model_changed", "not_recorded", "several_figures", "rejudged")
HOSTILE_RUNS = [(text, example) for text in TEXTS for example in HOSTILE_EXAMPLES]


@pytest.mark.parametrize(("text", "example"), HOSTILE_RUNS)
@pytest.mark.parametrize("brief", [False, True])
def test_no_text_escapes_from_markdown(text: str, example: str, brief: bool) -> None:
    view = hostile(TEXTS[text], example)
    page = written("markdown", view, ReportOptions(brief=brief, verbose=1, sticky=TEXTS[text] or "x")).decode()
    assert len(page) < 65_000
    lines = page.split("\n")
    assert lines[0].startswith("<!-- gemini-eval: ")
    assert lines[0].count(">") == 1
    assert not any(line.lstrip().startswith("::") for line in lines)
    outside = _outside_code("\n".join(_outside_fences(lines[1:])))
    for forbidden in ("<img", "<script", "<!--", "![x]", "](", "https://", "<b>b", "\u202e", "</details>@", "##["):
        assert forbidden not in outside.replace("</details>\n", "\n"), forbidden
    assert not re.search(r"(?<!\w)@\w", outside)
    assert outside.count("<details>") == outside.count("</details>")
    ours = ("details>", "/details>", "summary>", "/summary>", "code>", "/code>", "b>", "/b>", "abbr ", "/abbr>")
    assert all(part.startswith(ours) for part in outside.split("<")[1:])


def _outside_code(text: str) -> str:
    """As CommonMark reads it: without escaped signs, and without what stands between runs of backticks of one length."""
    escaped = re.sub(r"\\[^\w\s]", "", text)
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", escaped)


@pytest.mark.parametrize(("text", "example"), HOSTILE_RUNS)
@pytest.mark.parametrize("options", [ReportOptions(verbose=2), ReportOptions(), ReportOptions(brief=True, color=True)])
def test_no_text_steers_a_terminal(text: str, example: str, options: ReportOptions) -> None:
    page = written("terminal", hostile(TEXTS[text], example), options).decode()
    for code in ("0", "1", "2", "31", "32", "33", "31;9", "32;4"):
        page = page.replace(f"\x1b[{code}m", "")
    assert not set(page) & set("\x1b\x07\x00\x0b\r\u202e\u202c")
    if not options.color:
        assert not any(line.lstrip().startswith("::") or "##[" in line for line in page.split("\n"))


@pytest.mark.parametrize(("text", "example"), HOSTILE_RUNS)
def test_machines_read_any_text(text: str, example: str) -> None:
    view = hostile(TEXTS[text], example)
    assert codec_of(Comparison).decode(json.loads(written("json", view))["comparison"]) == view.comparison
    assert all(json.loads(line) for line in written("jsonl", view).splitlines())
    assert ET.fromstring(written("junit", view)).tag == "testsuites"


# ---- size ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", ["regressed", "forty", "bar_moved", "several_figures", "not_recorded"])
@pytest.mark.parametrize("width", [40, 57, 80, 131, 200])
def test_no_line_is_too_wide(example: str, width: int) -> None:
    for verbose in (0, 1):
        options = ReportOptions(width=width, verbose=verbose)
        lines = list(comparison_lines(of(COMPARED_RUNS[example]()), options, signs_for("utf-8")))
        assert max(map(columns, lines)) <= width


def test_where_nothing_is_compared_no_title_says_so() -> None:
    deleted = Moved(BarMove.SUITE_DELETED, "wine", path="wine.yaml")
    for moved, told in (((), []), ((deleted,), ["", "The bar moved", "  ! suite deleted: wine  wine.yaml"])):
        lines = comparison_lines(of(view_of(bar_moved=moved)), ReportOptions(), signs_for("utf-8"))
        assert [paint(line, False) for line in lines] == told


@pytest.mark.parametrize("text", TEXTS)
def test_a_page_is_a_page(text: str) -> None:
    for example in [*COMPARED_RUNS, "failing", "invalid"]:
        view = COMPARED_RUNS[example]() if example in COMPARED_RUNS else EXAMPLES[example]()
        lines = written("terminal", view, ReportOptions(brief=True)).decode().splitlines()
        assert len(lines) <= 60
    for example in ("regressed", "several_figures", "bar_moved", "forty"):
        lines = written("terminal", hostile(TEXTS[text], example), ReportOptions(brief=True)).decode().splitlines()
        assert len(lines) <= 60


@pytest.mark.parametrize("width", [40, 57, 80])
def test_a_narrow_page_has_whole_rows_and_counts_the_rest(width: int) -> None:
    compared_suites = written("terminal", forty(), ReportOptions(brief=True, width=width)).decode()
    table = compared_suites.partition("\nCompared\n")[2].partition("\n\n")[0].splitlines()
    rows = 15 if width == 80 else 5
    assert len(table) == (1 + rows if width == 80 else 3 * rows) + 1
    names = [line.split()[0] for line in table if line.startswith("  suite-")]
    assert names == [f"suite-{n:02}" for n in (0, 1, 3, 4, 2, *range(5, rows))]
    assert table[-1] == f"  {40 - rows} more"

    variants = [f"prompt-{n:02}@flash" for n in range(30)]
    cases = [labelled(n, "Red wine", "Red wine", variant=name) for n, name in enumerate(variants)]
    alone = run_of(cases, [suite_view(variants=variants, labels=LABELS)])
    page = written("terminal", alone, ReportOptions(brief=True, width=width)).decode()
    shown = [name for name in variants if name in page.partition("\nVariants\n")[2]]
    assert len(page.splitlines()) <= 60
    assert page.count("1/1") == len(shown) > 0
    assert f"\n  {30 - len(shown)} more\n" in page


def many(flips: int, text: str) -> RunView:
    variants: list[VariantComparison] = []
    for name in ("a", "b"):
        broken = tuple(replace(flip(n), before=text, after=text, reason=text, expected=f"{text}{n}") for n in range(flips))
        variants.append(compared(held(80, 12, 2, 6), variant=name, newly_failing=broken, newly_failing_count=flips))
    return view_of(*variants, exit_status=1)


@pytest.mark.parametrize("options", [ReportOptions(), ReportOptions(max_failures_shown=1_000), ReportOptions(brief=True)])
def test_markdown_stays_under_the_limit(options: ReportOptions) -> None:
    page = written("markdown", many(500, "``` answer " * 9_000), options).decode()
    assert len(page) < 65_000
    assert page.startswith("<!-- gemini-eval: gemini-eval -->\n")
    assert "variants compared" in page
    assert ("parts are left out" in page) is (options.max_failures_shown == 1_000)


def test_the_mark_is_named() -> None:
    page = written("markdown", forty(), ReportOptions(sticky="nightly check"))
    assert page.startswith(b"<!-- gemini-eval: nightly check -->\n")
