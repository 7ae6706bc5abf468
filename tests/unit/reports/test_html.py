"""The page: whole outputs, text from outside in every place, differences, sizes, colours, languages."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pytest
from msgspec import structs

from gemini_eval.reports import ReportOptions
from gemini_eval.reports.diff import Part
from gemini_eval.reports.field_changes import FieldChange
from gemini_eval.reports.html_cases import MOST_BYTES, MOST_TEXT
from gemini_eval.reports.html_diff import fields_html, lines_html, words_html
from gemini_eval.reports.html_style import DARK, LIGHT
from gemini_eval.reports.view import RunView
from gemini_eval.types import AssertionResult, Expected, Verdict
from tests.lint.sources import package
from tests.support.pages import Page, read_page
from tests.unit.reports import test_fields
from tests.unit.reports.compared import COMPARED_RUNS, compared, flip, forty, held, view_of
from tests.unit.reports.examples import EXAMPLES, failing
from tests.unit.reports.examples import hostile as hostile_run
from tests.unit.reports.runs import LABELS, judged, labelled, run_of, suite_view, verdict
from tests.unit.reports.snapshots import check
from tests.unit.reports.test_comparison_formats import HOSTILE_EXAMPLES, TEXTS, hostile
from tests.unit.reports.test_formats import written

CLOSING = "</pre></style></title></details>'\"><script>alert(1)</script><!-- ]]> &amp;"
STEERING = " \x00\x1b[2J \ud800 \u202egnp.exe\u2066\r\n\tx"
HOSTILE = {**TEXTS, "closing": CLOSING + STEERING}
DEFAULT = ReportOptions()


def page(view: RunView, options: ReportOptions = DEFAULT) -> Page:
    return read_page(written("html", view, options), options.lang)


# ---- whole outputs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", ["regressed", "bar_moved", "several_figures", "new_suite"])
def test_compared(example: str) -> None:
    check(f"compared.{example}.html", written("html", COMPARED_RUNS[example]()))


def test_other_options() -> None:
    check("failing.ko.html", written("html", failing(), ReportOptions(lang="ko")))
    check("failing.brief.html", written("html", failing(), ReportOptions(brief=True)))


@pytest.mark.parametrize("example", [*EXAMPLES, *(f"compared.{name}" for name in COMPARED_RUNS)])
@pytest.mark.parametrize("options", [DEFAULT, ReportOptions(brief=True, lang="ko"), ReportOptions(verbose=2)])
def test_every_page_is_whole(example: str, options: ReportOptions) -> None:
    make = EXAMPLES.get(example) or COMPARED_RUNS[example.removeprefix("compared.")]
    assert written("html", make(), options) == written("html", make(), options)
    page(make(), options)


def test_a_page_says_the_sentences_first() -> None:
    for lang, said in (("en", "Right 8 of 12 (few@flash, the gated one of 2 variants)"), ("ko", "12건 중 8건을 맞혀")):
        told = page(failing(), ReportOptions(lang=lang))
        assert told.inside["h1"][0].startswith(f"✗ {said}")
        assert told.named("main") == [{} if lang == "en" else {"lang": "en"}]


def test_sections_in_their_order() -> None:
    assert page(failing()).inside["h2"] == ["Gates", "Figures", "10 failed"]
    assert page(COMPARED_RUNS["bar_moved"]()).inside["h2"] == ["Compared", "The bar moved", "Gates", "✓ few@flash"]
    assert page(EXAMPLES["outside"]()).inside["h2"] == ["Gates", "Figures", "Notes", "1 draft, counted nowhere"]


# ---- differences ---------------------------------------------------------------------------------------------


def test_fields_one_by_one() -> None:
    told = page(run_of([test_fields.JUDGED], [suite_view("specs", ("few",))]))
    rows = [" ".join(row.split()) for row in told.inside["tr"]]
    at = rows.index("fieldwhatexpectedansweredwhy")
    assert rows[at + 1 : at + 4] == [
        'colour+ hallucinated–"red" no such field is declared',
        "size.width− missing3 –",
        'speed≠ wrong3000 "100 Mbps" not within 1%',
    ]
    assert told.inside["del"][1:] == ["3", "3000"]
    assert told.inside["ins"][1:] == ['"red"', '"100 Mbps"']


def test_letters_that_differ_are_marked() -> None:
    made = fields_html([FieldChange("date", "wrong", '"2024-03-15"', '"2024-05-15"')], "show").markup
    assert "<pre>&quot;2024-0<del>3</del>-15&quot;</pre>" in made
    assert "<pre>&quot;2024-0<ins>5</ins>-15&quot;</pre>" in made


def test_words_and_lines() -> None:
    words = words_html([Part("same", "a "), Part("gone", "b "), Part("new", "c "), Part("same", "<d>")]).markup
    assert words == "<pre>a <del>b</del> <ins>c</ins> &lt;d&gt;</pre>\n"
    parts = [Part("same", "…"), Part("gone", "colour: red"), Part("new", "colour: reddish"), Part("new", "x")]
    assert lines_html(parts[:3], "").markup == (
        '<pre class="lines"><span class="line same">  …</span><span class="line gone">- colour: red</span>'
        '<span class="line new">+ colour: red<ins>dish</ins></span></pre>\n'
    )
    assert "<ins>" not in lines_html(parts, "").markup


def test_alternatives_have_no_table_of_fields() -> None:
    case = judged(0, "a", '{"b": 1}', verdict("equals", False, "no"))
    several = structs.replace(case, expected=Expected({"b": 2}, any_of=({"b": 2}, {"b": 3})))
    assert "Fields that are not right" not in page(run_of([several], [suite_view()])).text


def test_many_fields_and_lines_are_counted() -> None:
    changes = [FieldChange(f"f{n:03}", "missing", "1", None) for n in range(250)]
    assert "50 more fields: <code>gemini-eval show r c</code>" in fields_html(changes, "gemini-eval show r c").markup
    parts = [Part("new", f"line {n}") for n in range(500)]
    assert "100 more lines: <code>gemini-eval show r c</code>" in lines_html(parts, "gemini-eval show r c").markup


# ---- text from outside ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("options", [ReportOptions(verbose=1), ReportOptions(brief=True)], ids=["whole", "brief"])
def test_no_text_of_a_comparison_is_markup(text: str, options: ReportOptions) -> None:
    for example in HOSTILE_EXAMPLES:
        page(hostile(HOSTILE[text], example), options)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_case_is_markup(text: str) -> None:
    evil = HOSTILE[text]
    expected = {evil or "k": evil, "b": [evil, {"c": evil}]}
    group = AssertionResult(evil, Verdict(None, None, evil), children=(verdict(evil, False, evil),))
    cases = [
        judged(0, evil, f"{evil}x", verdict(evil, False, evil), case_id=evil or "i", vars={evil: evil}, tags=(evil, "t")),
        judged(1, expected, "{}", group, verdict("x", False), vars={"v": expected}),
        judged(2, f"{evil}\nline", f"{evil}\nlines", verdict("x", False), output=f"{evil} and so on"),
        judged(3, "a", "b", verdict("x", False, evil), draft=True),
    ]
    cases = [structs.replace(case, suite=evil, variant=evil) for case in cases]
    view = run_of(cases, [replace(suite_view(evil, (evil,)), description=evil)], id=evil or "run", warnings=(evil,), ended=evil)
    told = page(view)
    if text == "closing":
        assert f"{CLOSING} \\x00\\x1b[2J \\ud800 \\u202egnp.exe\\u2066\\x0d\n\tx" in told.text
    page(view, ReportOptions(brief=True))


def test_the_hostile_run_is_text() -> None:
    told = page(hostile_run())
    assert "\\x1b[31mred\\x1b[0m \\u202eevil\\u202c ]]> <img src=x onerror=alert(1)>" in told.text


def test_markup_is_made_in_two_files() -> None:
    """All others build it of elements, which escape."""
    found = {
        source.room
        for source in package()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Html"
    }
    assert found == {"reports/html_text.py", "reports/html_page.py"}


# ---- size ----------------------------------------------------------------------------------------------------


def test_a_long_answer_is_cut_and_says_where_all_of_it_is() -> None:
    answer = "<b>wall</b> of text." * 50_000
    case = judged(0, "x", answer, verdict("equals", False, answer), case_id="a 'b'", vars={"text": answer})
    view = run_of([case], [suite_view()])
    data = written("html", view)
    assert len(data) < 12 * MOST_TEXT
    told = read_page(data).text
    assert "(1,000,000 characters)" in told
    assert f"""980,000 more characters: gemini-eval show {view.id} 'a '"'"'b'"'"''""" in told


def test_many_failing_cases_are_counted() -> None:
    cases = [labelled(n, LABELS[0], LABELS[1]) for n in range(150)]
    view = run_of(cases, [suite_view(labels=LABELS)])
    told = page(view)
    assert f"50 more: gemini-eval show {view.id}" in told.text
    boxes = [box for box in told.named("details") if box.get("class") == "box"]
    assert (len(boxes), sum("open" in box for box in boxes)) == (100, 10)
    assert " more: gemini-eval show" not in page(view, ReportOptions(verbose=1)).text
    assert f"120 more: gemini-eval show {view.id}" in page(view, ReportOptions(max_failures_shown=3)).text


def test_a_page_stays_small() -> None:
    text = "wall of text " * 10_000
    cases = [labelled(n, "Red wine", f"{text}{n}", vars={f"v{m}": text for m in range(9)}) for n in range(120)]
    view = run_of(cases, [suite_view(labels=LABELS)])
    data = written("html", view, ReportOptions(verbose=1))
    assert MOST_BYTES / 2 < len(data) < MOST_BYTES + 100_000
    told = Page(data.decode())
    shown = sum(box.get("class") == "box" for box in told.named("details"))
    assert f"{120 - shown} more: gemini-eval show {view.id}" in told.text


def test_many_flips_variants_and_labels_are_counted() -> None:
    broken = tuple(flip(n) for n in range(150))
    view = view_of(compared(held(80, 12, 2, 6), newly_failing=broken, newly_failing_count=4_000), exit_status=1)
    assert "3,900 more: -o report.json" in page(view).text
    brief = page(forty(), ReportOptions(brief=True))
    assert sum(row.startswith("suite-") for row in brief.inside["tr"]) == 15
    assert "25 more rows: -o report.json" in brief.text

    names = [f"v{n:02}" for n in range(40)]
    cases = [labelled(n, "Red wine", "White wine", variant=name) for n, name in enumerate(names)]
    assert "9 more variants: -o report.json" in page(run_of(cases, [suite_view(variants=names, labels=LABELS)])).text
    labels = tuple(f"label {n:02}" for n in range(60))
    wide = [structs.replace(labelled(n, label, LABELS[0]), label=labels[n - 1], passed=False) for n, label in enumerate(labels)]
    told = page(run_of(wide, [suite_view(labels=labels)]))
    assert told.inside["caption"][-1] == "Confusion"
    assert "expectedansweredcases" in [row.strip() for row in told.inside["thead"]]


# ---- looks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read(palette: Mapping[str, str]) -> None:
    """A contrast of 4.5 to 1 at least (WCAG 2.2, 1.4.3)."""
    pairs = [*product(("text", "dim", "good", "bad", "warn", "focus"), ("page", "panel")), ("gone", "gone-on"), ("new", "new-on")]
    low = {(ink, paper): _contrast(palette[ink], palette[paper]) for ink, paper in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    shares = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
