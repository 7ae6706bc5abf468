"""Markdown for a comment on a merge request: always under 65,000 characters, safe with any text in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

from gemini_eval.reports.brief import brief_parts
from gemini_eval.reports.comparison_facts import unpaired
from gemini_eval.reports.grids import detail_grids, variants_grid
from gemini_eval.reports.grids_judges import judge_grids
from gemini_eval.reports.headline import headline
from gemini_eval.reports.markdown_comparison import compared_parts, variant_parts
from gemini_eval.reports.markdown_parts import LAYOUT, LONGEST, ROWS, gates_table, grid_table, sentences_text, shortened
from gemini_eval.reports.markdown_text import code, details, fenced, html_code, prose
from gemini_eval.reports.notes import notes
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.sentences import model_lines
from gemini_eval.reports.spans import paint
from gemini_eval.reports.terminal_cases import case_lines
from gemini_eval.reports.view import RunView
from gemini_eval.summary.model import SuiteSummary
from gemini_eval.types import CaseResult

LIMIT = 65_000
_RESERVE = 1_000
"""What stands after the parts, and what a CI job adds: its mark and a link to itself (ci/sticky.py, `MAX_REPORT`)."""


class Markdown:
    NAME: ClassVar = "markdown"
    EXTENSIONS: ClassVar[tuple[str, ...]] = (".md", ".markdown")
    ABOUT: ClassVar = "For a comment on a merge request"
    SIDECAR: ClassVar = False

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        used, dropped = 0, 0
        for part in brief_parts(view, options) if options.brief else _parts(view, options):
            if used + len(part) > LIMIT - _RESERVE:
                dropped += 1
                continue
            used += len(part)
            yield part.encode()
        if dropped:
            yield f"{dropped} parts are left out, to keep this under {LIMIT:,} characters.\n\n".encode()
        yield f"Run {code(view.id)}\n".encode()


def _parts(view: RunView, options: ReportOptions) -> Iterator[str]:
    """Each ends with an empty line and can be left out by itself."""
    yield _opening(view, options)
    own = unpaired(view)
    if view.comparison:
        yield from compared_parts(view.comparison)
    yield from gates_table(view)
    if view.comparison:
        yield from variant_parts(view.comparison, options)
    for suite in own.summary.suites.values():
        title = f"**{prose(suite.suite)}**\n\n" if len(own.summary.suites) > 1 else ""
        yield f"{title}{grid_table(variants_grid(suite, own.suite(suite.suite)))}\n\n"
        for grid in judge_grids(suite):
            yield f"{grid.title}:\n\n{grid_table(grid)}\n\n"
    yield from _failing(own, options)
    for suite in own.summary.suites.values():
        yield from _details(own, suite)
    found = "\n".join(f"- {prose(note)}" for note in islice(dict.fromkeys(notes(view)), ROWS))
    if found:
        yield f"{found}\n\n"


def _opening(view: RunView, options: ReportOptions) -> str:
    models = "  \n".join(prose(line[:LONGEST]) for line in model_lines(view, options.lang)[:ROWS])
    return f"{sentences_text(view, options)}{models}\n\n" if models or not view.comparison else sentences_text(view, options)


def _failing(view: RunView, options: ReportOptions) -> Iterator[str]:
    failing = sum(variant.failed + variant.not_delivered for _, variant in view.variants())
    shown = 0
    for case in islice(view.failing(), options.max_failures_shown):
        yield _case(case, len(view.summary.suites) > 1)
        shown += 1
    if failing > shown:
        yield f"{failing - shown:,} more failing cases: {code(f'gemini-eval show {view.id}')}\n\n"


def _case(case: CaseResult, show_suite: bool) -> str:
    head, *lines = [paint(line, False) for line in case_lines(case, LAYOUT)]
    lines = shortened(lines[:-1])
    names = [case.case_id, *([case.suite] if show_suite else []), case.variant]
    title = " ".join([head[:1], *map(html_code, names)])
    return details(title, fenced(lines))


def _details(view: RunView, suite: SuiteSummary) -> Iterator[str]:
    """The tables of the variant that the sentences speak of."""
    first = headline(suite, view.suite(suite.suite))
    if first is None:
        return
    for grid in detail_grids(first.variant):
        names = [*([suite.suite] if len(view.summary.suites) > 1 else []), first.variant.variant]
        title = f"{grid.title} of {' '.join(map(html_code, names))}"
        yield details(title, grid_table(grid))
