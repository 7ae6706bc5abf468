"""`show`: cases in full, the grid of cases x variants, and mistakes in groups."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from gemini_eval.errors import UsageError, did_you_mean
from gemini_eval.reports.mistakes import mistakes
from gemini_eval.reports.mistakes_text import mistakes_lines
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.signs import encode, signs_for
from gemini_eval.reports.spans import Line, Span, paint, plain
from gemini_eval.reports.terminal_cases import CaseLayout, case_lines
from gemini_eval.reports.terminal_grid import grid_lines
from gemini_eval.reports.view import RunView
from gemini_eval.types import CaseResult

_GUESSED = 10_000


def show_cases(view: RunView, options: ReportOptions, *, case_id: str = "", everything: bool = False) -> Iterator[bytes]:
    """Failing cases with whole texts and differences; with `everything` the others after them; or all results of one case.

    Raises `UsageError` where no result has that id.
    """
    several = len(view.summary.suites) > 1
    layout = CaseLayout(options.width, signs_for(options.encoding), options.color, whole=True, show_suite=several)
    shown = False
    for case in _chosen(view, case_id, everything):
        shown = True
        for line in case_lines(case, layout):
            yield _printed(line, options)
    if case_id and not shown:
        ids = (case.case_id for case in islice(view.cases(), _GUESSED))
        raise UsageError(f'the run has no case "{case_id}"', did_you_mean(case_id, ids) or f"all ids: show {view.id} --grid")
    if not shown:
        yield _printed([Span(f"No case failed in {plain(view.id)}.")], options)


def show_grid(view: RunView, options: ReportOptions) -> Iterator[bytes]:
    """One row a case, one column a variant: passed or not, and the label or what became of it."""
    for suite in view.summary.suites.values():
        for line in grid_lines(view, suite, options):
            yield _printed(line, options)


def show_mistakes(view: RunView, options: ReportOptions) -> Iterator[bytes]:
    """Failing cases in groups, by variant: labels confused, fields, reasons, tags and words that they share."""
    variants = [variant for suite in view.summary.suites.values() for variant in suite.variants.values()]
    delivered = any(variant.cases > variant.not_delivered for variant in variants)
    for line in mistakes_lines(view.id, mistakes(view.cases()), options, delivered=delivered):
        yield _printed(line, options)


def _chosen(view: RunView, case_id: str, everything: bool) -> Iterator[CaseResult]:
    if case_id:
        return (case for case in view.cases() if case.case_id == case_id)
    return view.cases("failing") if everything else view.failing()


def _printed(line: Line, options: ReportOptions) -> bytes:
    return encode(paint(line, options.color) + "\n", options.encoding)
