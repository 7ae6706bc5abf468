"""The report for a terminal: the sentences, what failed, the figures, the gates, where to look further."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from shlex import quote
from typing import ClassVar

from gemini_eval.reports.brief import MOST_OPENING, brief_lines
from gemini_eval.reports.comparison_facts import unpaired
from gemini_eval.reports.grid import Grid
from gemini_eval.reports.grids import confusions_grid, detail_grids, variants_grid
from gemini_eval.reports.grids_judges import judge_grids
from gemini_eval.reports.headline import headline
from gemini_eval.reports.notes import notes
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.signs import Signs, encode, signs_for
from gemini_eval.reports.spans import Line, Span, columns, paint, plain, wrap
from gemini_eval.reports.table import fitting, table, table_width
from gemini_eval.reports.terminal_cases import CaseLayout, case_lines
from gemini_eval.reports.terminal_comparison import comparison_lines, title
from gemini_eval.reports.terminal_opening import opening_lines
from gemini_eval.reports.view import RunView
from gemini_eval.summary.model import SuiteSummary, VariantSummary


class Terminal:
    NAME: ClassVar = "terminal"
    EXTENSIONS: ClassVar[tuple[str, ...]] = ()
    ABOUT: ClassVar = "For people: failing cases first, then figures and gates"
    SIDECAR: ClassVar = False

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        blank = False
        for line in _report(view, options):
            text = paint(line, options.color)
            if text or not blank:
                yield encode(text + "\n", options.encoding)
            blank = not text


def _report(view: RunView, options: ReportOptions) -> Iterator[Line]:
    signs = signs_for(options.encoding)
    opening = opening_lines(view, options, signs)
    yield from islice(opening, MOST_OPENING) if options.brief else opening
    if options.quiet:
        return
    if options.brief:
        yield from brief_lines(view, options, signs)
        return
    if view.comparison:
        yield from comparison_lines(view.comparison, options, signs)
    own = view if options.verbose else unpaired(view)
    yield from _failing(own, options, signs)
    yield from _drafts(own, options, signs)
    for suite in own.summary.suites.values():
        yield from _figures(own, suite, options)
    yield from _gates(view, options, signs)
    yield from _notes(view, options, signs)
    yield from _footer(view)


# ---- what failed -----------------------------------------------------------------------------------------


def _failing(view: RunView, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    failed = sum(variant.failed for _, variant in view.variants())
    lost = sum(variant.not_delivered for _, variant in view.variants())
    if not failed + lost:
        return
    parts = [f"{failed} failed" if failed else "", f"{lost} not delivered" if lost else ""]
    yield from title(", ".join(part for part in parts if part))
    most = None if options.verbose else options.max_failures_shown
    layout = CaseLayout(options.width, signs, options.color, whole=options.verbose > 1, show_suite=len(view.summary.suites) > 1)
    shown = 0
    for case in islice(view.failing(), most):
        yield from case_lines(case, layout)
        shown += 1
    if failed + lost > shown:
        yield [Span(f"  {failed + lost - shown:,} more: ", "dim"), Span(f"gemini-eval show {view.id}")]


def _drafts(view: RunView, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    drafts = sum(variant.drafts for _, variant in view.variants())
    if not drafts:
        return
    yield from title(f"{drafts} draft{'s' if drafts > 1 else ''}, counted nowhere")
    layout = CaseLayout(options.width, signs, options.color, whole=options.verbose > 1, show_suite=len(view.summary.suites) > 1)
    most = None if options.verbose else options.max_failures_shown
    for case in islice(view.drafts(), most):
        yield from case_lines(case, layout)


# ---- figures ---------------------------------------------------------------------------------------------


def _figures(view: RunView, suite: SuiteSummary, options: ReportOptions) -> Iterator[Line]:
    declared = view.suite(suite.suite)
    variants = [variant for variant in suite.variants.values() if variant.cases]
    if not variants:
        return
    grid = variants_grid(suite, declared)
    yield from title(suite.suite if len(view.summary.suites) > 1 else grid.title)
    yield from fitting(grid.header, grid.rows, options.width)
    for judged in judge_grids(suite):
        yield from title(judged.title)
        yield from fitting(judged.header, judged.rows, options.width)
    first = headline(suite, declared)
    chosen = variants if options.verbose or first is None else [first.variant]
    for variant in chosen:
        for detail in detail_grids(variant):
            yield from _detail(detail, variant, len(suite.variants) > 1, options)
    if len(chosen) < len(variants) and list(detail_grids(chosen[0])):
        yield []
        yield [Span("  The other variants' tables: -v", "dim")]


def _detail(grid: Grid, variant: VariantSummary, named: bool, options: ReportOptions) -> Iterator[Line]:
    yield from title(f"{grid.title} of {variant.variant}" if named else grid.title)
    lines = table(grid.header, grid.rows)
    if grid.title == "Confusion" and table_width(lines) > options.width and variant.confusion:
        grid = confusions_grid(variant.confusion)
        lines = table(grid.header, grid.rows, left=2)
    yield from lines if table_width(lines) <= options.width else fitting(grid.header, grid.rows, options.width)
    if grid.more:
        yield [Span(f"  {grid.more} more: -o report.json", "dim")]


# ---- gates, notes, where to look further -----------------------------------------------------------------


def _gates(view: RunView, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    if not view.gates:
        return
    yield from title("Gates")
    for gate in view.gates:
        sign, style = signs.of(gate.status)
        scope = view.scope(gate)
        text = f"{gate.gate} · {scope}" if scope else gate.gate
        head = [Span("  "), Span(sign, style), Span(" " + plain(text))]
        reason = plain(gate.reason)
        whole = [*head, Span("  " + reason, "dim")]
        if columns(whole) <= options.width:
            yield whole
            continue
        yield head
        yield from ([Span("    " + part, "dim")] for part in wrap(reason, options.width - 4))


def _notes(view: RunView, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    found = list(dict.fromkeys(notes(view)))
    if found:
        yield from title("Notes")
    for note in found:
        for n, part in enumerate(wrap(plain(note), options.width - 4)):
            yield [Span(f"  {signs.warns} " if n == 0 else "    ", "warn"), Span(part)]


def _footer(view: RunView) -> Iterator[Line]:
    """Where the run is, and how to see more of it; never wrapped, so that it can be copied."""
    yield []
    yield [Span(f"Run {plain(view.path or view.id)}", "dim")]
    if any(variant.failed or variant.not_delivered for _, variant in view.variants()):
        yield [Span(f"Differences in full: gemini-eval show {plain(view.id)}", "dim")]
    yield [Span(f"As a file: gemini-eval report {plain(view.id)} -o FILE", "dim")]
    matched = (view.suite(suite.suite).path for suite, variant in view.variants() if "json_match" in variant.assertions)
    for path in dict.fromkeys(path for path in matched if path):
        yield [Span(f"What json_match compares, as fields to paste: gemini-eval list --fields {quote(plain(path))}", "dim")]
