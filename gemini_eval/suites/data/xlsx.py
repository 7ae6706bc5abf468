"""The first worksheet of an XLSX workbook, streamed: a ZIP archive of XML from outside, checked before it is unpacked."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile

from gemini_eval.errors import Fault, GeminiEvalError, Place
from gemini_eval.safe.files import open_read
from gemini_eval.safe.json_text import MAX_INT, MIN_INT, clean_text
from gemini_eval.suites.data.header import Header, check_width, read_header, table_values
from gemini_eval.suites.data.rows import Row, RowRefusedError, clip, need_package, text_of
from gemini_eval.types import Json

MAX_UNPACKED_BYTES = 512 * 2**20
MAX_PARTS = 10_000
# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
MAX_CELL, MAX_ROWS = 32_767, 1_048_576
MAX_COLUMNS = 1_024
_DTD = (b"<!DOCTYPE", b"<!ENTITY")
_CHUNK = 2**20


def read_xlsx(path: Path, shown: str, *, max_unpacked: int = MAX_UNPACKED_BYTES) -> Iterator[Row | Fault]:
    """The rows below the first, which names the columns. Empty cells are empty text, dates ISO text; blank rows are skipped.

    A Fault for each row with a formula (its value may be stale or not there), an error value, a cell beyond the named columns, or
    a cell of 32,767 characters, where Excel cuts. What stands beyond column 1,024 (AMJ) is not looked at.

    Raises:
        FileRefusedError: the file can't be opened.
        RowRefusedError: it is no workbook, unpacks to more than `max_unpacked` bytes, or its first row is no header.
    """
    with open_read(path) as file:
        rows = _sheet_rows(file, shown, max_unpacked)
        header = _header(next(rows, ()), shown)
        for number, cells in enumerate(rows, 2):
            try:
                row = _row(header, cells, number, shown)
            except RowRefusedError as refused:
                yield refused.fault
                continue
            if row is not None:
                yield row


def xlsx_columns(path: Path, shown: str) -> tuple[str, ...]:
    """The names in the first row; raises as `read_xlsx`."""
    with open_read(path) as file:
        return _header(next(_sheet_rows(file, shown, MAX_UNPACKED_BYTES), ()), shown).names


def _sheet_rows(file: BinaryIO, shown: str, max_unpacked: int) -> Iterator[Sequence[Any]]:
    """The cells of each row of the first worksheet, up to the last that holds something."""
    try:
        import openpyxl
    except ImportError as error:
        raise need_package("openpyxl", ".xlsx", shown) from error
    warnings.filterwarnings("ignore", module="openpyxl")
    try:
        _check_archive(file, shown, max_unpacked)
        book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
        if not book.worksheets:
            raise RowRefusedError("the workbook has no worksheet", Place(shown), "put the rows on the first sheet")
        last: Sequence[Any] = ()
        used: Sequence[Any] = ()
        # The size that the sheet states of itself is not believed: a hostile one would have no end.
        for cells in book.worksheets[0].iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS):
            # Rows that the file leaves out are one and the same tuple.
            used = used if cells is last else _used(cells)
            last = cells
            yield used
    except GeminiEvalError:
        raise
    except Exception as error:  # a damaged workbook raises some twenty types
        reason = f"the workbook can't be read: {str(error)[:200] or type(error).__name__}"
        raise RowRefusedError(reason, Place(shown), "open it in a spreadsheet and save it again as .xlsx") from error


def _check_archive(file: BinaryIO, shown: str, max_unpacked: int) -> None:
    with ZipFile(file) as archive:
        parts = archive.infolist()
        total = sum(part.file_size for part in parts)
        if len(parts) > MAX_PARTS or total > max_unpacked:
            reason = f"the workbook unpacks to {len(parts):,} parts of {total:,} bytes, over {MAX_PARTS:,} or {max_unpacked:,}"
            raise RowRefusedError(reason, Place(shown), "save the rows as CSV")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                _check_xml(archive.open(part), part.filename, shown)
    file.seek(0)


def _check_xml(part: Any, name: str, shown: str) -> None:
    """No workbook needs a document type; with one, entities could grow without bound."""
    last = b""
    with part:
        while chunk := part.read(_CHUNK):
            if any(mark in last + chunk for mark in _DTD) or (not last and chunk.startswith((b"\xff\xfe", b"\xfe\xff"))):
                raise RowRefusedError(f"{name} in the workbook declares a document type", Place(shown), "save it again as .xlsx")
            last = chunk[-len(_DTD[0]) :]


def _header(cells: Sequence[Any], shown: str) -> Header:
    names = [text_of(cell.value) for cell in cells]
    place = Place(shown, 1, 0, clip("\t".join(names)))
    if not names:
        raise RowRefusedError("the first row of the first sheet is empty", place, "give a first row with the column names")
    return read_header(names, place)


def _row(header: Header, cells: Sequence[Any], number: int, shown: str) -> Row | None:
    if not cells:
        return None
    width = len(header.names)
    place = Place(shown, number, 0, clip("\t".join("" if cell.value is None else str(cell.value)[:200] for cell in cells)))
    check_width(header, max(width, len(cells)), place, "name every column in the first row, or clear the cells beyond")
    values = [_value(cell, place) for cell in cells] + [""] * (width - len(cells))
    return Row(table_values(header, values, place), place)


def _used(cells: Sequence[Any]) -> Sequence[Any]:
    end = len(cells)
    while end and cells[end - 1].value is None:
        end -= 1
    return cells[:end]


def _value(cell: Any, place: Place) -> Json:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise RowRefusedError(f"cell {cell.coordinate} is a formula", place, "paste the column's values over it (as values)")
    if cell.data_type == "e":
        raise RowRefusedError(f"cell {cell.coordinate} holds the error {value}", place, "mend the cell")
    if isinstance(value, str):
        if len(value) >= MAX_CELL:
            reason = f"cell {cell.coordinate} has {len(value):,} characters: Excel cuts texts there"
            raise RowRefusedError(reason, place, "keep long texts as CSV or JSONL")
        return clean_text(value)
    return _plain(value, cell, place)


def _plain(value: Any, cell: Any, place: Place) -> Json:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if math.isfinite(value) and (isinstance(value, float) or MIN_INT <= value <= MAX_INT):
        return value
    raise RowRefusedError(f"cell {cell.coordinate} holds the number {value}, which is out of range", place, "write it as text")
