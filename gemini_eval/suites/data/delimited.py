"""CSV and TSV (RFC 4180): streamed, strict about quotes and about the number of cells."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from gemini_eval.errors import Fault
from gemini_eval.safe.files import open_read
from gemini_eval.suites.data.header import Header, check_width, read_header, table_values
from gemini_eval.suites.data.lines import Lines
from gemini_eval.suites.data.rows import MAX_ROW_BYTES, Row, RowRefusedError

_NAMES = {",": "comma", "\t": "tab", ";": "semicolon"}
_RENAME = {",": ", or name the file .csv", "\t": ", or name the file .tsv"}
_MENDS = {
    "unexpected end of data": ("a quoted cell that begins in this row is never closed", 'close it with "'),
    "new-line character": ("the row holds a lone carriage return", "save the file with ordinary line ends (LF or CRLF)"),
    "expected after": ("text follows the closing quote of a cell", 'write a quote inside a quoted cell as ""'),
}


def read_delimited(path: Path, shown: str, *, delimiter: str) -> Iterator[Row | Fault]:
    """The rows of a CSV or TSV file, a Fault for each row that can't be read; cells are text unless the header says `:json`.

    Raises:
        FileRefusedError: the file can't be opened.
        RowRefusedError: its first row is no header, or it is no text.
    """
    with open_read(path) as file:
        lines = Lines(file, shown)
        reader = _reader(lines, delimiter)
        header = _header(reader, lines, delimiter)
        while True:
            try:
                cells = _next_row(reader, lines)
                if cells is None:
                    return
                place = lines.place()
                check_width(header, len(cells), place, f"put a cell that holds a {_NAMES[delimiter]} or a line break in quotes")
                yield Row(table_values(header, cells, place), place)
            except RowRefusedError as refused:
                yield refused.fault
                if lines.lost:
                    return


def delimited_columns(path: Path, shown: str, *, delimiter: str) -> tuple[str, ...]:
    """The column names of a CSV or TSV file; raises as `read_delimited`."""
    with open_read(path) as file:
        lines = Lines(file, shown)
        return _header(_reader(lines, delimiter), lines, delimiter).names


def _reader(lines: Lines, delimiter: str) -> Iterator[list[str]]:
    # The limit is one for the whole process; the length of rows is bounded by Lines.
    csv.field_size_limit(2 * MAX_ROW_BYTES)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _next_row(reader: Iterator[list[str]], lines: Lines) -> list[str] | None:
    """The next row that is not blank, None at the end."""
    while True:
        lines.start_row()
        try:
            cells = next(reader)
        except StopIteration:
            return None
        except csv.Error as error:
            reason, hint = next((mend for key, mend in _MENDS.items() if key in str(error)), (str(error), ""))
            raise RowRefusedError(reason, lines.place(), hint) from error
        if cells:
            return cells


def _header(reader: Iterator[list[str]], lines: Lines, delimiter: str) -> Header:
    cells = _next_row(reader, lines)
    place = lines.place()
    if cells is None:
        raise RowRefusedError("the file is empty", place, "give a first row with the column names")
    other = next((mark for mark in _NAMES if mark != delimiter and mark in cells[0]), None)
    if len(cells) == 1 and other:
        reason = f"the first row is one cell; it looks {_NAMES[other]}-separated"
        raise RowRefusedError(reason, place, f"separate the cells by {_NAMES[delimiter]}s{_RENAME.get(other, '')}")
    return read_header(cells, place)


read_csv, csv_columns = partial(read_delimited, delimiter=","), partial(delimited_columns, delimiter=",")
read_tsv, tsv_columns = partial(read_delimited, delimiter="\t"), partial(delimited_columns, delimiter="\t")
