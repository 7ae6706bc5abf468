"""Tables in columns of a terminal, aligned also where characters are two columns wide."""

from __future__ import annotations

from collections.abc import Sequence

from gemini_eval.reports.spans import Line, Span, columns, fit, plain

GAP = "  "
Row = Sequence[Span | str]


def table(header: Sequence[str], rows: Sequence[Row], *, left: int = 1, indent: str = "  ") -> list[Line]:
    """`header` over `rows`; the first `left` columns are aligned to the left, numbers to the right."""
    body = [[cell if isinstance(cell, Span) else Span(plain(cell)) for cell in row] for row in rows]
    head = [Span(plain(name), "dim") for name in header]
    widths = [max(columns([cell]) for cell in column) for column in zip(head, *body, strict=True)]
    return [_line(row, widths, left, indent) for row in (head, *body)]


def table_width(lines: Sequence[Line]) -> int:
    return max(map(columns, lines))


def _line(row: Sequence[Span], widths: Sequence[int], left: int, indent: str) -> Line:
    spans = [Span(indent)]
    for n, (cell, wide) in enumerate(zip(row, widths, strict=True)):
        pad = Span(" " * (wide - columns([cell])))
        spans += [Span(GAP)] if n else []
        spans += [cell, pad] if n < left else [pad, cell]
    return spans


def fitting(header: Sequence[str], rows: Sequence[Row], most: int) -> list[Line]:
    """The table as it is where it fits `most` columns, else turned: a line for each column, as many rows beside each other as
    fit; a single one that does not is cut."""
    whole = table(header, rows)
    if table_width(whole) <= most or len(header) < 2:
        return whole
    turned: list[Line] = []
    start = 0
    while start < len(rows):
        size = _fitting_rows(header, rows[start:], most)
        turned += [*([[Span("")]] if turned else []), *_turned(header, rows[start : start + size])]
        start += size
    return [fit(line, most) for line in turned]


def _fitting_rows(header: Sequence[str], rows: Sequence[Row], most: int) -> int:
    size = 1
    while size < len(rows) and table_width(_turned(header, rows[: size + 1])) <= most:
        size += 1
    return size


def _turned(header: Sequence[str], rows: Sequence[Row]) -> list[Line]:
    names = [row[0] if isinstance(row[0], str) else row[0].text for row in rows]
    body: list[Row] = [[Span(plain(name), "dim"), *(row[n] for row in rows)] for n, name in enumerate(header) if n]
    return table([header[0], *names], body)
