"""The grid: a suite's cases down, its variants across."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice

from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.signs import Signs, signs_for
from gemini_eval.reports.spans import Line, Span, Style, columns, plain
from gemini_eval.reports.view import RunView, is_failing
from gemini_eval.safe.terminal import clip, width
from gemini_eval.summary.model import SuiteSummary
from gemini_eval.types import CaseResult, Family

_WIDEST_CELL, _WIDEST_ID = 24, 32
_GAP = "  "
_NOT_THERE = Span("")


class Grid:
    """Each distinct cell is kept once, each case as its id and two bytes a variant."""

    def __init__(self, variants: Sequence[str], signs: Signs) -> None:
        self.variants = tuple(variants)
        self.cells: list[Span] = [_NOT_THERE]
        self.rows: dict[str, array[int]] = {}
        self._places = {name: n for n, name in enumerate(variants)}
        self._numbers: dict[Span, int] = {_NOT_THERE: 0}
        self._signs = signs
        self._ordinals: dict[str, int] = {}

    def add(self, case: CaseResult) -> None:
        place = self._places.get(case.variant)
        if place is None:
            return
        cell = cell_of(case, self._signs)
        number = self._numbers.setdefault(cell, len(self.cells))
        if number == len(self.cells):
            self.cells.append(cell)
        row = self.rows.setdefault(case.case_id, array("L", [0] * len(self.variants)))
        row[place] = number
        self._ordinals[case.case_id] = case.ordinal

    def ids(self) -> list[str]:
        """In the suite's own order."""
        return sorted(self.rows, key=lambda case_id: (self._ordinals[case_id], case_id))

    def row(self, case_id: str) -> list[Span]:
        return [self.cells[number] for number in self.rows[case_id]]


def cell_of(case: CaseResult, signs: Signs) -> Span:
    """`✓ Red wine`, `✗ no label`, `✗ blocked`, `? quota`; the sign alone in a suite without labels."""
    style: Style
    if case.outcome.family is Family.NOT_DELIVERED:
        sign, style = signs.open, "warn"
    elif is_failing(case):
        sign, style = signs.fails, "bad"
    elif case.passed:
        sign, style = signs.holds, "good"
    else:
        sign, style = "-", "dim"
    return Span(clip(f"{sign} {plain(_said(case))}".rstrip(), _WIDEST_CELL), style)


def _said(case: CaseResult) -> str:
    if case.outcome.family is not Family.JUDGED:
        return case.outcome.value.replace("_", " ")
    if case.label is not None:
        return case.label
    return "no label" if case.expected_label is not None else ""


def grid_lines(view: RunView, suite: SuiteSummary, options: ReportOptions) -> Iterator[Line]:
    """The grid of one suite; where its variants do not fit beside each other, one grid after the other."""
    grid = Grid(tuple(suite.variants), signs_for(options.encoding))
    for case in view.cases():
        if case.suite == suite.suite:
            grid.add(case)
    ids = grid.ids()
    first = min(_WIDEST_ID, max([4, *(width(plain(case_id)) for case_id in ids)]))
    widest = max(columns([cell]) for cell in grid.cells)
    wide = [max(widest, width(plain(name))) for name in grid.variants]
    start = 0
    yield [Span(plain(suite.suite), "bold")]
    while start < len(wide):
        end = _fitting(wide, start, options.width - first)
        yield from _page(grid, ids, first, wide, range(start, end))
        yield []
        start = end


def _fitting(wide: Sequence[int], start: int, room: int) -> int:
    end, used = start, 0
    while end < len(wide) and (end == start or used + len(_GAP) + wide[end] <= room):
        used += len(_GAP) + wide[end]
        end += 1
    return end


def _page(grid: Grid, ids: Sequence[str], first: int, wide: Sequence[int], places: range) -> Iterator[Line]:
    header = [Span(plain(name), "dim") for name in islice(grid.variants, places.start, places.stop)]
    yield _line(Span("case", "dim"), header, first, [wide[n] for n in places])
    for case_id in ids:
        row = grid.row(case_id)
        yield _line(Span(clip(plain(case_id), first)), [row[n] for n in places], first, [wide[n] for n in places])


def _line(head: Span, cells: Sequence[Span], first: int, wide: Sequence[int]) -> Line:
    line = [head, Span(" " * (first - columns([head])))]
    for cell, most in zip(cells, wide, strict=True):
        line += [Span(_GAP), cell, Span(" " * (most - columns([cell])))]
    return line
