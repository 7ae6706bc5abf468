"""`--brief`: one page to print, for a terminal and in Markdown; what decides, and nothing that has to be looked up.

A page has 60 lines of 80 columns: the numbers here add up to no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from gemini_eval.comparison.model import Comparison, Flip, VariantComparison
from gemini_eval.gates import GateStatus
from gemini_eval.reports.comparison_details import flip_marks, flip_rates
from gemini_eval.reports.comparison_facts import paired
from gemini_eval.reports.comparison_grids import compared_grid, short_name
from gemini_eval.reports.grid import Grid
from gemini_eval.reports.headline import main_figure
from gemini_eval.reports.markdown_comparison import compared_parts
from gemini_eval.reports.markdown_parts import gates_table, grid_table, sentences_text
from gemini_eval.reports.markdown_text import html_code, prose
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.shown import ABSENT, cost, with_interval
from gemini_eval.reports.signs import Signs
from gemini_eval.reports.spans import Line, Span, fit, plain
from gemini_eval.reports.table import fitting
from gemini_eval.reports.terminal_comparison import compared_table, moved_lines, title
from gemini_eval.reports.view import RunView
from gemini_eval.safe.terminal import clip

MOST_OPENING = 14
MOST_CASES = 5
_ROWS = 15
_MOVES = 3
_GATES = 4
BAD_GATES = (GateStatus.FAILS, GateStatus.WARNING)
_LONGEST_ID = 40
_LONGEST_NAME = 30


def brief_lines(view: RunView, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    """The page below its opening."""
    yield from _table(view, options, signs)
    yield from islice(_cases(view, options, signs), MOST_CASES + 3)
    if view.comparison:
        yield from moved_lines(view.comparison.bar_moved, options.width, signs, _MOVES)
    yield from _gates(view, options, signs)
    yield []
    yield [Span(f"Run {plain(view.path or view.id)}", "dim")]


def brief_parts(view: RunView, options: ReportOptions) -> Iterator[str]:
    """The same in Markdown."""
    yield sentences_text(view, options)
    if view.comparison:
        yield from compared_parts(view.comparison, _ROWS)
    else:
        grid = _variants(view)
        yield f"{grid_table(grid)}\n\n" if grid.rows else ""
    heading, rows, total = broken_cases(view)
    if total:
        lines = [f"- {html_code(clip(name, _LONGEST_ID))} {prose(clip(text, 200))}" for name, text in rows]
        lines += [f"- {total - len(rows):,} more"] if total > len(rows) else []
        yield f"**{heading}**\n\n" + "\n".join(lines) + "\n\n"
    yield from gates_table(view, *BAD_GATES)


# ---- the table ---------------------------------------------------------------------------------------------


def _table(view: RunView, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    grid = compared_grid(view.comparison, signs) if view.comparison else _variants(view)
    if not grid.rows:
        return
    yield from title(grid.title)
    rows, lines = _whole_rows(grid, bool(view.comparison), options, signs)
    yield from lines
    if len(grid.rows) > rows:
        yield [Span(f"  {len(grid.rows) - rows:,} more", "dim")]


def _whole_rows(grid: Grid, compared: bool, options: ReportOptions, signs: Signs) -> tuple[int, Sequence[Line]]:
    """As many first rows as the page has room for, and their lines: where it is narrow, a row takes a few."""

    def lines(rows: int) -> Sequence[Line]:
        if compared:
            return compared_table(grid, options.width, signs, rows)
        return fitting(grid.header, grid.rows[:rows], options.width)

    rows = min(_ROWS, len(grid.rows))
    while rows > 1 and len(lines(rows)) > _ROWS + 1:
        rows -= 1
    return rows, lines(rows)


def _variants(view: RunView) -> Grid:
    """One row a variant: how many pass, its accuracy or pass rate, its cost."""
    several = len(view.summary.suites) > 1
    rows = []
    for suite, variant in view.variants():
        name = f"{suite.suite} · {variant.variant}" if several else variant.variant
        judged = variant.passed + variant.failed
        passed = f"{variant.passed}/{judged}" if judged else ABSENT
        spent = cost(variant.cost_micros, variant.cost_unknown, variant.answers)
        rows.append((clip(plain(name), _LONGEST_NAME), passed, with_interval(main_figure(variant)), spent))
    figures = {main_figure(variant).name for _, variant in view.variants()}
    rate = "accuracy" if figures == {"accuracy"} else "pass rate" if figures == {"pass_rate"} else "accuracy or pass rate"
    return Grid("Variants", ("variant", "passed", rate, "cost"), tuple(rows))


# ---- cases and gates ---------------------------------------------------------------------------------------


def _cases(view: RunView, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    heading, rows, total = broken_cases(view)
    if not total:
        return
    yield from title(heading)
    for name, text in rows:
        head = [Span(f"  {signs.fails} ", "bad"), Span(clip(plain(name), _LONGEST_ID), "bold")]
        yield fit([*head, Span(f"  {plain(text)}", "dim")], options.width)
    if total > len(rows):
        yield [Span(f"  {total - len(rows):,} more", "dim")]


def broken_cases(view: RunView) -> tuple[str, list[tuple[str, str]], int]:
    """A heading, the first cases by id with a word on each, and how many there are; `must_pass` ones first."""
    if view.comparison is None:
        failed = sum(variant.failed for _, variant in view.variants())
        lost = sum(variant.not_delivered for _, variant in view.variants())
        parts = [f"{failed:,} failed" if failed else "", f"{lost:,} not delivered" if lost else ""]
        failing = [(case.case_id, f"{case.variant}  {case.reason}") for case in islice(view.failing(), MOST_CASES)]
        return ", ".join(part for part in parts if part), failing, failed + lost
    variants = paired(view.comparison)
    flips = [(variant, flip) for variant in variants for flip in variant.newly_failing]
    flips.sort(key=lambda pair: not pair[1].must_pass)
    total = sum(variant.newly_failing_count for variant in variants)
    rows = [(flip.case_id, _word_on(view.comparison, variant, flip, len(variants) > 1)) for variant, flip in flips[:MOST_CASES]]
    return f"{total:,} newly broken", rows, total


def _word_on(comparison: Comparison, variant: VariantComparison, flip: Flip, several: bool) -> str:
    name = clip(short_name(comparison, variant), _LONGEST_NAME) if several else ""
    return "  ".join(part for part in (name, flip_marks(flip), flip_rates(flip)) if part)


def _gates(view: RunView, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    failing = [gate for gate in view.gates if gate.status in BAD_GATES]
    if not failing:
        return
    yield from title("Gates that fail" if any(gate.status is GateStatus.FAILS for gate in failing) else "Gates that warn")
    for gate in failing[:_GATES]:
        sign, style = signs.of(gate.status)
        scope = view.scope(gate)
        text = f"{gate.gate} · {scope}" if scope else gate.gate
        yield fit([Span("  "), Span(sign, style), Span(f" {plain(text)}"), Span(f"  {plain(gate.reason)}", "dim")], options.width)
    if len(failing) > _GATES:
        yield [Span(f"  {len(failing) - _GATES:,} more", "dim")]
