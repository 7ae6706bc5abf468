"""A comparison in Markdown: the table of what was compared and how the bar moved; then, folded, cases that flipped and tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gemini_eval.comparison.model import Comparison, Flip, Moved, VariantComparison
from gemini_eval.reports.comparison_details import (
    flip_marks,
    flip_rates,
    flip_texts,
    moved_place,
    moved_what,
    shown_in_detail,
)
from gemini_eval.reports.comparison_grids import compared_grid, most_rows, short_name, unchanged_names, variant_grids
from gemini_eval.reports.comparison_sentences import named
from gemini_eval.reports.markdown_parts import LAYOUT, ROWS, grid_table, shortened
from gemini_eval.reports.markdown_text import details, fenced, html_code, pipes, prose
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.signs import UNICODE
from gemini_eval.reports.spans import paint
from gemini_eval.reports.terminal_cases import entry
from gemini_eval.reports.terminal_comparison import fact_lines
from gemini_eval.safe.terminal import clip

_CELL = 120
_LEAST_FLIPS = 3


def compared_parts(comparison: Comparison, rows: int = 0) -> Iterator[str]:
    """What has to be seen at once: the table (`rows` of it where that is given), then the bar."""
    grid = compared_grid(comparison, UNICODE)
    if grid.rows:
        most = rows or min(most_rows(grid, UNICODE), ROWS)
        cells = [[html_code(clip(row[0], _CELL)), *(prose(clip(cell, _CELL)) for cell in row[1:])] for row in grid.rows[:most]]
        more = f"\n\n{len(grid.rows) - most} more." if len(grid.rows) > most else ""
        left = 3 if "figure" in grid.header else 2
        yield f"{pipes([prose(name) for name in grid.header], cells, left=left)}{more}\n\n"
    unchanged = unchanged_names(comparison)
    if unchanged:
        yield f"Unchanged, nothing asked: {prose(named(unchanged))}\n\n"
    if comparison.bar_moved:
        yield _bar(comparison.bar_moved, rows or ROWS)


def variant_parts(comparison: Comparison, options: ReportOptions) -> Iterator[str]:
    """Cases that flipped, newly broken ones first, each folded by itself; then how each variant was tested."""
    shown = shown_in_detail(comparison, bool(options.verbose))
    each = max(_LEAST_FLIPS, options.max_failures_shown // max(1, len(shown)))
    for variant in shown:
        name = html_code(clip(short_name(comparison, variant), _CELL))
        of = f" of {name}" if len(shown) > 1 else ""
        if variant.newly_failing_count:
            yield f"**{variant.newly_failing_count:,} newly broken**{of}\n\n"
            yield from (_flip(flip) for flip in variant.newly_failing[:each])
        if variant.newly_failing_count > each:
            yield f"{variant.newly_failing_count - min(each, len(variant.newly_failing)):,} more newly broken cases.\n\n"
        if variant.newly_passing_count:
            yield _fixed(variant, of, each)
    for variant in shown:
        yield from _tested(variant, html_code(clip(short_name(comparison, variant), _CELL)))


def _bar(moved: Sequence[Moved], most: int) -> str:
    texts = [(moved_what(one), one.before, one.after, moved_place(one)) for one in moved[:most]]
    rows = [[prose(clip(text, _CELL)) for text in row] for row in texts]
    more = f"\n\n{len(moved) - most:,} more." if len(moved) > most else ""
    return f"**The bar moved**\n\n{pipes(['what', 'before', 'after', 'where'], rows, left=4)}{more}\n\n"


def _flip(flip: Flip) -> str:
    marks = flip_marks(flip)
    title = f"{UNICODE.fails} {html_code(clip(flip.case_id, _CELL))}{f' <b>{marks}</b>' if marks else ''} {flip_rates(flip)}"
    return details(title, fenced(_texts(flip)))


def _texts(flip: Flip) -> list[str]:
    return shortened([paint(line, False) for key, text in flip_texts(flip) for line in entry(key, text, LAYOUT)])


def _fixed(variant: VariantComparison, of: str, most: int) -> str:
    blocks = [
        f"{UNICODE.holds} {html_code(clip(flip.case_id, _CELL))} {flip_rates(flip)}\n\n{fenced(_texts(flip))}"
        for flip in variant.newly_passing[:most]
    ]
    more = variant.newly_passing_count - len(blocks)
    blocks += [f"{more:,} more."] if more else []
    return details(f"{variant.newly_passing_count:,} newly fixed{of}", "\n\n".join(blocks))


def _tested(variant: VariantComparison, name: str) -> Iterator[str]:
    facts = shortened([paint(line, False) for line in fact_lines(variant, LAYOUT)])
    grids = [f"{prose(grid.title)}\n\n{grid_table(grid)}" for grid in variant_grids(variant)]
    if facts or grids:
        yield details(f"How {name} was tested", "\n\n".join([fenced(facts), *grids]))
