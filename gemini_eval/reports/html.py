"""One page for people: the sentences, gates, tables, then cases with their differences in colour. It loads and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from gemini_eval.reports.brief import BAD_GATES, broken_cases
from gemini_eval.reports.comparison_facts import unpaired
from gemini_eval.reports.grids import confusions_grid, detail_grids, variants_grid
from gemini_eval.reports.grids_judges import judge_grids
from gemini_eval.reports.headline import headline
from gemini_eval.reports.html_cases import drafts_html, failing_html
from gemini_eval.reports.html_comparison import compared_html, flipped_html, sides_html
from gemini_eval.reports.html_page import page_end, page_start
from gemini_eval.reports.html_tables import MOST_ROWS, gates_html, grid_html, more_html, shortened
from gemini_eval.reports.html_text import NOTHING, Child, Html, closed, el, joined, opened
from gemini_eval.reports.notes import notes
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.sentences import advice, findings, model_lines
from gemini_eval.reports.signs import UNICODE
from gemini_eval.reports.terminal_opening import verdict_sign
from gemini_eval.reports.view import RunView
from gemini_eval.summary.model import SuiteSummary, VariantSummary

MOST_VARIANTS = 30
MOST_SENTENCE = 2_000
_WIDEST_CONFUSION = 40
_BRIEF_ROWS = 15


class HtmlPage:
    NAME: ClassVar = "html"
    EXTENSIONS: ClassVar[tuple[str, ...]] = (".html",)
    ABOUT: ClassVar = "One page for a browser, by itself: figures, gates, differences in colour"
    SIDECAR: ClassVar = False

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        for piece in _page(view, options):
            if piece is not NOTHING:
                yield piece.encode()


def _page(view: RunView, options: ReportOptions) -> Iterator[Html]:
    suites = ", ".join(suite.name for suite in view.suites[:3]) or view.id
    yield from page_start(f"{verdict_sign(view, UNICODE).text}{suites} · gemini-eval", options.lang)
    yield _opening(view, options)
    yield opened("main", lang="en") if options.lang != "en" else opened("main")
    yield from _brief(view) if options.brief else _whole(view, options)
    yield closed("main")
    yield _footer(view)
    yield page_end()


def _whole(view: RunView, options: ReportOptions) -> Iterator[Html]:
    own = unpaired(view)
    if view.comparison:
        yield from compared_html(view.comparison)
    yield from gates_html(view)
    for suite in own.summary.suites.values():
        yield from _figures(own, suite)
    yield from _notes(view)
    if view.comparison:
        yield from flipped_html(view.comparison, options, view.id)
    yield from failing_html(own, options)
    yield from drafts_html(own, options)


def _brief(view: RunView) -> Iterator[Html]:
    """The sentences, one table, what fails."""
    if view.comparison:
        yield from compared_html(view.comparison, _BRIEF_ROWS)
    for suite in unpaired(view).summary.suites.values():
        yield grid_html(variants_grid(suite, view.suite(suite.suite)), _of(view, "Variants", suite))
    yield from gates_html(view, *BAD_GATES)
    heading, rows, total = broken_cases(view)
    if total:
        yield el("h2", heading)
        lines = [el("li", el("code", shortened(name)), " ", shortened(text)) for name, text in rows]
        yield el("ul", *lines, *([el("li", f"{total - len(rows):,} more")] if total > len(rows) else []))


# ---- the parts -------------------------------------------------------------------------------------------


def _opening(view: RunView, options: ReportOptions) -> Html:
    sign = verdict_sign(view, UNICODE)
    said = " ".join(sentence[:MOST_SENTENCE] for sentence in findings(view, options.lang))
    parts = [el("h1", el("span", sign.text.strip(), class_=sign.style), " ", el("span", said, class_="said"), class_=sign.style)]
    wanted = advice(view, options.lang)
    if wanted:
        before, _, after = wanted.sentence.partition(f"`{wanted.command}`")
        parts.append(el("p", before, el("code", wanted.command[:MOST_SENTENCE]), after))
    if view.comparison:
        parts.append(sides_html(view.comparison))
    lines = model_lines(view, options.lang)
    models: list[Child] = [joined([*([el("br")] if n else []), shortened(line)]) for n, line in enumerate(lines[:MOST_ROWS])]
    parts += [el("p", *models, class_="dim small")] if models else []
    return el("header", *parts)


def _figures(view: RunView, suite: SuiteSummary) -> Iterator[Html]:
    """A suite's variants and what judges say of them; then each variant's tables, those of which the sentences speak open."""
    declared = view.suite(suite.suite)
    variants = [variant for variant in suite.variants.values() if variant.cases]
    if not variants:
        return
    several = len(view.summary.suites) > 1
    yield el("h2", shortened(suite.suite) if several else "Figures")
    yield el("p", shortened(declared.description)) if declared.description else NOTHING
    yield grid_html(variants_grid(suite, declared))
    for grid in judge_grids(suite):
        yield grid_html(grid)
    first = headline(suite, declared)
    chosen = first.variant if first else variants[0]
    yield from _details(chosen, len(suite.variants) > 1)
    others = [variant for variant in variants if variant is not chosen]
    for variant in others[:MOST_VARIANTS]:
        tables = list(_details(variant, False))
        if tables:
            summary = el("summary", "Tables of ", el("span", shortened(variant.variant), class_="id"))
            yield el("details", summary, el("div", *tables, class_="body"), class_="box")
    yield more_html(len(others) - MOST_VARIANTS, "variants", "-o report.json")


def _details(variant: VariantSummary, named: bool) -> Iterator[Html]:
    for grid in detail_grids(variant):
        title = f"{grid.title} of {variant.variant}" if named else grid.title
        if grid.title == "Confusion" and variant.confusion and len(grid.header) > _WIDEST_CONFUSION:
            yield grid_html(confusions_grid(variant.confusion), title, left=2)
        else:
            sides = " (rows expected, columns answered)" if grid.title == "Confusion" else ""
            yield grid_html(grid, title + sides)


def _of(view: RunView, title: str, suite: SuiteSummary) -> str:
    return f"{title} of {suite.suite}" if len(view.summary.suites) > 1 else title


def _notes(view: RunView) -> Iterator[Html]:
    found = list(dict.fromkeys(notes(view)))
    if found:
        yield el("h2", "Notes")
        yield el("ul", *(el("li", el("span", "! ", class_="warn"), shortened(note)) for note in found[:MOST_ROWS]))
        yield more_html(len(found) - MOST_ROWS, "notes", "-o report.json")


def _footer(view: RunView) -> Html:
    """Which run this is."""
    told = " · ".join(part for part in (view.created[:16].replace("T", " "), view.tool) if part)
    return el("footer", el("p", "Run ", el("code", view.id), f" · {told}" if told else ""), class_="dim small")
