"""A comparison for a terminal: the table of what was compared, then each variant that needs a look, then how the bar moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gemini_eval.comparison.model import Comparison, Flip, Moved, VariantComparison
from gemini_eval.reports.comparison_details import (
    facts_of_variant,
    flip_marks,
    flip_rates,
    flip_texts,
    moved_place,
    moved_what,
    shown_in_detail,
)
from gemini_eval.reports.comparison_facts import standing_of
from gemini_eval.reports.comparison_grids import compared_grid, most_rows, short_name, sign_of, unchanged_names, variant_grids
from gemini_eval.reports.comparison_sentences import named
from gemini_eval.reports.grid import Grid
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.signs import Signs
from gemini_eval.reports.spans import Line, Span, Style, columns, fit, plain, wrap
from gemini_eval.reports.table import fitting, table, table_width
from gemini_eval.reports.terminal_cases import CaseLayout, entry, wrapped
from gemini_eval.safe.terminal import clip, width

MOST_FIXED = 3
_LEAST_FLIPS = 3
_LEAST_NAME = 12
_LONGEST_KEY = 20
_SPARE = ("p", "before", "figure")
"""Columns that a narrow terminal does without, in this order."""


def comparison_lines(comparison: Comparison, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    """Everything but sentences and gates."""
    grid = compared_grid(comparison, signs)
    unchanged = unchanged_names(comparison)
    if grid.rows or unchanged:
        yield from title(grid.title)
    if grid.rows:
        most = len(grid.rows) if options.verbose else most_rows(grid, signs)
        yield from compared_table(grid, options.width, signs, most)
        if len(grid.rows) > most:
            yield from _indented(f"{len(grid.rows) - most} more that did not get worse: -v", options.width)
    if unchanged:
        told = ", ".join(unchanged) if options.verbose else named(unchanged)
        yield from _indented(f"Unchanged, nothing asked: {told}", options.width)
    shown = shown_in_detail(comparison, bool(options.verbose))
    for variant in shown:
        most = 100 if options.verbose else max(_LEAST_FLIPS, options.max_failures_shown // len(shown))
        yield from _variant(variant, short_name(comparison, variant), most, options, signs)
    hidden = [variant for variant in comparison.variants if variant not in shown]
    flipped = sum(variant.newly_failing_count + variant.newly_passing_count for variant in hidden)
    if flipped:
        yield []
        yield from _indented(f"{flipped:,} more cases flipped in the other variants: -v", options.width)
    yield from moved_lines(comparison.bar_moved, options.width, signs)


def compared_table(grid: Grid, most: int, signs: Signs, rows: int) -> Sequence[Line]:
    """The first `rows` of the table in `most` columns: columns that are not needed go first, then names are cut; where that does
    not do, each row takes a few lines."""
    header, body = grid.header, [list[Span | str](row) for row in grid.rows[:rows]]
    styles: dict[str, Style] = {signs.fails: "bad", signs.holds: "good", signs.warns: "warn", signs.open: "warn"}
    for row, texts in zip(body, grid.rows, strict=False):
        row[1] = Span(texts[1], styles.get(texts[1][:1], ""))
    for name in ("", *_SPARE):
        if name in header:
            n = header.index(name)
            header = (*header[:n], *header[n + 1 :])
            body = [[*row[:n], *row[n + 1 :]] for row in body]
        left = 3 if "figure" in header else 2
        lines = table(header, body, left=left)
        if table_width(lines) <= most:
            return lines
    names = [plain(row[0]) for row in grid.rows[:rows]]
    room = most - (table_width(lines) - max(map(width, (header[0], *names))))
    if room < _LEAST_NAME:
        return list(_stacked(grid, most, rows, styles))
    return table(header, [[clip(name, room), *row[1:]] for name, row in zip(names, body, strict=True)], left=left)


def _stacked(grid: Grid, most: int, rows: int, styles: Mapping[str, Style]) -> Iterator[Line]:
    """A row as three lines: its name, the decision, then the figures."""
    figure = grid.header.index("figure") if "figure" in grid.header else None
    for row in grid.rows[:rows]:
        name = row[0] if figure is None else f"{row[0]}, {row[figure]}"
        decision = [Span("    "), Span(row[1], styles.get(row[1][:1], ""))]
        yield fit([Span("  " + plain(name))], most)
        if "before" not in grid.header:
            yield fit(decision, most)
            continue
        before, after, spread, _ = row[-4:]
        yield fit([*decision, Span(f"  {before} → {after}")], most)
        yield fit([Span(f"    {spread}", "dim")], most)


# ---- one variant -------------------------------------------------------------------------------------------


def _variant(variant: VariantComparison, name: str, most: int, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    sign, style = sign_of(standing_of(variant), signs)
    yield []
    yield fit([Span(f"{sign} ", style), Span(plain(name), "bold")], options.width)
    layout = CaseLayout(options.width, signs, options.color, whole=options.verbose > 1)
    yield from fact_lines(variant, layout)
    yield from _flips(variant.newly_failing[:most], variant.newly_failing_count, "newly broken", layout)
    fixed = variant.newly_passing[: most if options.verbose else MOST_FIXED]
    yield from _flips(fixed, variant.newly_passing_count, "newly fixed", layout)
    for grid in variant_grids(variant):
        yield from title(grid.title)
        yield from fitting(grid.header, grid.rows, options.width)
        yield from ([[Span(f"  {grid.more} more: -o report.json", "dim")]] if grid.more else [])


def fact_lines(variant: VariantComparison, layout: CaseLayout) -> Iterator[Line]:
    """How it was tested and what its answers were, as keys and texts."""
    facts = list(facts_of_variant(variant))
    most = min(_LONGEST_KEY, layout.width // 3)
    keys = [wide for key, _ in facts if (wide := width(plain(key))) <= most]
    for key, text in facts:
        yield from wrapped(key, text, replace(layout, key=max([layout.key, *keys])))


def _flips(flips: Sequence[Flip], total: int, what: str, layout: CaseLayout) -> Iterator[Line]:
    if not total:
        return
    yield from title(f"{total:,} {what}")
    sign = Span(f"{layout.signs.fails} ", "bad") if what == "newly broken" else Span(f"{layout.signs.holds} ", "good")
    for n, flip in enumerate(flips):
        yield from ([[]] if n else [])
        marks = flip_marks(flip)
        head = [sign, Span(plain(flip.case_id), "bold"), Span(f"  {marks}" if marks else "", "warn")]
        yield fit([*head, Span(f"  {flip_rates(flip)}", "dim")], layout.width)
        for key, text in flip_texts(flip):
            yield from entry(key, text, layout)
    if total > len(flips):
        yield [Span(f"  {total - len(flips):,} more", "dim")]


# ---- the bar -----------------------------------------------------------------------------------------------


def moved_lines(bar_moved: Sequence[Moved], most: int, signs: Signs, shown: int = 20) -> Iterator[Line]:
    """One line a move, with both texts where they fit."""
    if not bar_moved:
        return
    yield from title("The bar moved")
    for moved in bar_moved[:shown]:
        place = moved_place(moved)
        head = [Span(f"  {signs.warns} ", "warn"), Span(plain(moved_what(moved)))]
        tail = [Span(f"  {plain(place)}", "dim")] if place else []
        texts = _both_cut(moved, most - 4) if moved.before + moved.after else ""
        whole = [*head, *([Span(f"  {texts}")] if texts else []), *tail]
        if columns(whole) <= most or not texts:
            yield fit(whole, most)
            continue
        yield fit([*head, *tail], most)
        yield [Span(f"    {texts}")]
    if len(bar_moved) > shown:
        yield [Span(f"  {len(bar_moved) - shown:,} more", "dim")]


def _both_cut(moved: Moved, room: int) -> str:
    """`before → after` in `room` columns; the shorter one leaves its room to the other."""
    before, after = plain(moved.before) or "none", plain(moved.after) or "none"
    half = (room - 3) // 2
    return f"{clip(before, max(half, room - 3 - width(after)))} → {clip(after, max(half, room - 3 - width(before)))}"


def title(text: str) -> Iterator[Line]:
    yield []
    yield [Span(plain(text), "bold")]


def _indented(text: str, most: int) -> Iterator[Line]:
    yield from ([Span("  " + part, "dim")] for part in wrap(plain(text), most - 2))
