"""Tables of a page: each in a box of its own that scrolls, with a caption and heads that say what they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gemini_eval.gates import GateStatus
from gemini_eval.reports.grid import Grid
from gemini_eval.reports.html_text import NOTHING, Child, Html, el, joined
from gemini_eval.reports.signs import UNICODE
from gemini_eval.reports.spans import Style
from gemini_eval.reports.view import RunView

MOST_ROWS = 200
MOST_CELL = 1_000
_CONFUSION = "Confusion"
_STYLES: dict[str, Style] = {UNICODE.holds: "good", UNICODE.fails: "bad", UNICODE.warns: "warn", UNICODE.open: "warn"}


def grid_html(grid: Grid, caption: str = "", *, left: int = 1, most: int = MOST_ROWS, unseen: bool = False) -> Html:
    """A grid as the terminal has it: the first `left` columns are texts, the others numbers."""
    rows = [
        [_cell(text, n, left, _of_confusion(grid, row[0], n, text)) for n, text in enumerate(row)] for row in grid.rows[:most]
    ]
    more = grid.more + max(0, len(grid.rows) - most)
    heads = [(name, n >= left) for n, name in enumerate(grid.header)]
    return joined([table_html(caption or grid.title, heads, rows, unseen=unseen), more_html(more, "rows", "-o report.json")])


def table_html(
    caption: str, heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[Html]], *, wide: bool = False, unseen: bool = False
) -> Html:
    """`heads` are names, and whether the column is one of numbers; `rows` are cells already. An `unseen` caption is read aloud
    alone: the heading above the table says the same."""
    if not rows:
        return NOTHING
    head = [el("th", name, scope="col", class_="number" if number else False) for name, number in heads]
    body = joined([el("tr", *cells) for cells in rows])
    told = el("caption", caption, class_=unseen and "unseen")
    table = el("table", told, el("thead", el("tr", *head)), el("tbody", body), class_=wide and "wide")
    return el("div", table, class_="scroll", role="region", tabindex="0", aria_label=caption[:MOST_CELL])


def row_head(text: str) -> Html:
    return el("th", shortened(text), scope="row", class_="short")


def cell(*children: Child, class_: str = "") -> Html:
    return el("td", *children, class_=class_ or False)


def shortened(text: str, most: int = MOST_CELL) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def more_html(more: int, what: str, where: str) -> Html:
    """What is left out, and what shows it."""
    return el("p", f"{more:,} more {what}: ", el("code", where), class_="dim small") if more > 0 else NOTHING


def decided(text: str) -> Html:
    """A text that begins with a sign, in the sign's colour."""
    style = _STYLES.get(text[:1], "")
    return el("span", text, class_=style) if style else joined([text])


def gates_html(view: RunView, *statuses: GateStatus) -> Iterator[Html]:
    """Every gate, or those of `statuses`: whether it holds, what it asks, of whom where there are several, what was found."""
    gates = [gate for gate in view.gates if not statuses or gate.status in statuses]
    if not gates:
        return
    several = len(list(view.variants())) > 1
    rows = []
    for gate in gates[:MOST_ROWS]:
        sign, style = UNICODE.of(gate.status)
        status = el("span", f"{sign} {gate.status.value.replace('_', ' ')}", class_=f"{style} kind")
        asked = [cell(shortened(view.scope(gate)), class_="short")] if several else []
        rows.append([el("td", status), row_head(gate.gate), *asked, cell(shortened(gate.reason), class_="short")])
    heads = [("status", False), ("gate", False), *([("asked of", False)] if several else []), ("found", False)]
    yield el("h2", "Gates")
    yield table_html("Gates", heads, rows, unseen=True)
    yield more_html(len(gates) - MOST_ROWS, "gates", "-o report.json")


def _cell(text: str, n: int, left: int, class_: str) -> Html:
    if n == 0:
        return row_head(text)
    if n < left:
        return cell(decided(shortened(text)), class_="short")
    return cell(shortened(text), class_=f"number {class_}".strip())


def _of_confusion(grid: Grid, name: str, n: int, text: str) -> str:
    """In a matrix what was answered as expected, and what as something else."""
    if grid.title != _CONFUSION or grid.header[0] != "expected" or grid.header[1:2] == ("answered",) or not n or text == "·":
        return ""
    return "right" if grid.header[n] == name else "wrong"
