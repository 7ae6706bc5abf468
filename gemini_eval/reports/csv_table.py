"""CSV (RFC 4180, UTF-8): one row for each case and variant, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any, ClassVar

from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.rows import COLUMNS, row_of
from gemini_eval.reports.view import RunView

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%", "＝", "＋", "－", "＠")
_NUMBER = frozenset("+-.0123456789eE")


class CsvTable:
    NAME: ClassVar = "csv"
    EXTENSIONS: ClassVar[tuple[str, ...]] = (".csv",)
    ABOUT: ClassVar = "One row for each case and variant"
    SIDECAR: ClassVar = True

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        yield _line(list(COLUMNS))
        for case in view.cases():
            row = row_of(case)
            yield _line([cell(row[name]) for name in COLUMNS])


def cell(value: Any) -> str:
    """A value as a cell. Text that a spreadsheet would take for a formula is led by `'`; a plain number never is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    text = value.replace("\0", "\ufffd")
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    if not (text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)):
        return False
    try:
        float(text)
    except ValueError:
        return True
    return not _NUMBER.issuperset(text)


def _line(cells: list[str]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode("utf-8", "replace")
