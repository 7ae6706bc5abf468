"""Parts that whole and brief Markdown share: sentences, the two sides, tables, gates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gemini_eval.comparison.model import Comparison, Side
from gemini_eval.gates import GateStatus
from gemini_eval.reports.comparison_details import side_parts
from gemini_eval.reports.grid import Grid
from gemini_eval.reports.markdown_text import code, comment, html_code, pipes, prose, tooltip
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.sentences import advice, findings
from gemini_eval.reports.signs import UNICODE
from gemini_eval.reports.terminal_cases import CaseLayout
from gemini_eval.reports.terminal_opening import verdict_sign
from gemini_eval.reports.view import RunView

LAYOUT = CaseLayout(width=110, signs=UNICODE, whole=True, most_text=2_000)
ROWS = 50
LONGEST = 2_000
_LINES = 40
_LINE = 300
_CELL = 120


def sentences_text(view: RunView, options: ReportOptions) -> str:
    """The opening sentences; of a comparison the mark before them and the two sides below."""
    said = [prose(sentence[:LONGEST]) for sentence in findings(view, options.lang)]
    wanted = advice(view, options.lang)
    if wanted:
        before, _, after = wanted.sentence.partition(f"`{wanted.command}`")
        said.append(f"{prose(before)} {code(wanted.command[:LONGEST])}{prose(after)}")
    mark, sides = "", ""
    if view.comparison:
        mark = f"{comment(f'gemini-eval: {options.sticky[:_CELL]}')}\n"
        sides = f"{sides_text(view.comparison)}\n\n"
    return f"{mark}{verdict_sign(view, UNICODE).text}{' '.join(said)}\n\n{sides}"


def gates_table(view: RunView, *statuses: GateStatus) -> Iterator[str]:
    """The gates, those of `statuses` alone where some are given."""
    gates = [gate for gate in view.gates if not statuses or gate.status in statuses]
    if not gates:
        return
    several = len(list(view.variants())) > 1
    rows = []
    for gate in gates[:ROWS]:
        cells = [UNICODE.of(gate.status)[0], html_code(gate.gate), prose(view.scope(gate)), prose(gate.reason)]
        rows.append([cell for n, cell in enumerate(cells) if several or n != 2])
    header = [" ", "gate", *(["asked of"] if several else []), "found"]
    rule = [":--"] * len(header)
    more = f"\n\n{len(gates) - ROWS} more gates." if len(gates) > ROWS else ""
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows)) + f"{more}\n\n"


def sides_text(comparison: Comparison) -> str:
    """Both sides with their commits, in short; the full ids where the pointer rests on them."""
    return f"{_side(comparison.before)} → {_side(comparison.after)}"


def grid_table(grid: Grid) -> str:
    rows = [[html_code(row[0]), *map(prose, row[1:])] for row in grid.rows[:ROWS]]
    more = grid.more + max(0, len(grid.rows) - ROWS)
    return pipes([prose(name) for name in grid.header], rows) + (f"\n\n{more} more." if more else "")


def shortened(lines: Sequence[str]) -> list[str]:
    """As much of some lines as a comment has room for."""
    kept = [line if len(line) <= _LINE else f"{line[:_LINE]}…" for line in lines]
    return kept if len(kept) <= _LINES else [*kept[:_LINES], f"  … {len(kept) - _LINES} more lines"]


def _side(side: Side) -> str:
    name, commit, rest = side_parts(side)
    short = tooltip(commit, side.commit[:_CELL]) if commit else ""
    return " ".join(part for part in (prose(name[:_CELL]), short, prose(rest[:_CELL])) if part)
