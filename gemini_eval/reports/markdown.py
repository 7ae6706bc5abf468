"""Markdown for a comment on a merge request: always under 65,000 characters, safe with any text in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

from gemini_eval.reports.grids import Grid, detail_grids, variants_grid
from gemini_eval.reports.headline import headline
from gemini_eval.reports.markdown_text import code, fenced, html_code, pipes, prose
from gemini_eval.reports.notes import notes
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.sentences import advice, findings, model_lines
from gemini_eval.reports.signs import UNICODE
from gemini_eval.reports.spans import paint
from gemini_eval.reports.terminal import verdict_sign
from gemini_eval.reports.terminal_cases import CaseLayout, case_lines
from gemini_eval.reports.view import RunView
from gemini_eval.summary.model import SuiteSummary
from gemini_eval.types import CaseResult

LIMIT = 65_000
_RESERVE = 500
_CASE_LINES = 40
_ROWS = 50
_LINE = 300
_LAYOUT = CaseLayout(width=110, signs=UNICODE, whole=True, most_text=2_000)


class Markdown:
    NAME: ClassVar = "markdown"
    EXTENSIONS: ClassVar[tuple[str, ...]] = (".md", ".markdown")
    ABOUT: ClassVar = "For a comment on a merge request"
    SIDECAR: ClassVar = False

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        used, dropped = 0, 0
        for part in _parts(view, options):
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
    yield from _gates(view)
    for suite in view.summary.suites.values():
        title = f"**{prose(suite.suite)}**\n\n" if len(view.summary.suites) > 1 else ""
        yield f"{title}{_table(variants_grid(suite, view.suite(suite.suite)))}\n\n"
    yield from _failing(view, options)
    for suite in view.summary.suites.values():
        yield from _details(view, suite)
    found = "\n".join(f"- {prose(note)}" for note in islice(dict.fromkeys(notes(view)), _ROWS))
    if found:
        yield f"{found}\n\n"


def _opening(view: RunView, options: ReportOptions) -> str:
    said = [prose(sentence) for sentence in findings(view, options.lang)]
    wanted = advice(view, options.lang)
    if wanted:
        before, _, after = wanted.sentence.partition(f"`{wanted.command}`")
        said.append(f"{prose(before)} {code(wanted.command)}{prose(after)}")
    models = "  \n".join(prose(line) for line in model_lines(view, options.lang))
    return f"{verdict_sign(view, UNICODE).text}{' '.join(said)}\n\n{models}\n\n"


def _gates(view: RunView) -> Iterator[str]:
    if not view.gates:
        return
    several = len(list(view.variants())) > 1
    rows = []
    for gate in view.gates[:_ROWS]:
        cells = [UNICODE.of(gate.status)[0], html_code(gate.gate), prose(view.scope(gate)), prose(gate.reason)]
        rows.append([cell for n, cell in enumerate(cells) if several or n != 2])
    header = [" ", "gate", *(["asked of"] if several else []), "found"]
    rule = [":--"] * len(header)
    more = f"\n\n{len(view.gates) - _ROWS} more gates." if len(view.gates) > _ROWS else ""
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows)) + f"{more}\n\n"


def _table(grid: Grid) -> str:
    rows = [[html_code(row[0]), *map(prose, row[1:])] for row in grid.rows[:_ROWS]]
    more = grid.more + max(0, len(grid.rows) - _ROWS)
    return pipes([prose(name) for name in grid.header], rows) + (f"\n\n{more} more." if more else "")


def _failing(view: RunView, options: ReportOptions) -> Iterator[str]:
    failing = sum(variant.failed + variant.not_delivered for _, variant in view.variants())
    shown = 0
    for case in islice(view.failing(), options.max_failures_shown):
        yield _case(case, len(view.summary.suites) > 1)
        shown += 1
    if failing > shown:
        yield f"{failing - shown:,} more failing cases: {code(f'gemini-eval show {view.id}')}\n\n"


def _case(case: CaseResult, show_suite: bool) -> str:
    head, *lines = [paint(line, False) for line in case_lines(case, _LAYOUT)]
    lines = [line if len(line) <= _LINE else f"{line[:_LINE]}…" for line in lines[:-1]]
    if len(lines) > _CASE_LINES:
        lines = [*lines[:_CASE_LINES], f"  … {len(lines) - _CASE_LINES} more lines"]
    names = [case.case_id, *([case.suite] if show_suite else []), case.variant]
    title = " ".join([head[:1], *map(html_code, names)])
    return f"<details><summary>{title}</summary>\n\n{fenced(lines)}\n\n</details>\n\n"


def _details(view: RunView, suite: SuiteSummary) -> Iterator[str]:
    """The tables of the variant that the sentences speak of."""
    first = headline(suite, view.suite(suite.suite))
    if first is None:
        return
    for grid in detail_grids(first.variant):
        names = [*([suite.suite] if len(view.summary.suites) > 1 else []), first.variant.variant]
        title = f"{grid.title} of {' '.join(map(html_code, names))}"
        yield f"<details><summary>{title}</summary>\n\n{_table(grid)}\n\n</details>\n\n"
