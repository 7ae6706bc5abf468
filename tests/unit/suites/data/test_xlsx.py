from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gemini_eval.errors import Fault, Place
from gemini_eval.suites.data.reader import header, iter_raw_cases
from gemini_eval.suites.data.rows import Row, RowRefusedError
from gemini_eval.suites.data.source import DataSource, RawCase
from gemini_eval.suites.data.xlsx import read_xlsx

SUITE = Place("suite.yaml", 3, 7, "data: x")


def book(path: Path, *rows: list[Any]) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def with_part(path: Path, part: str, old: str, new: str) -> Path:
    """The workbook with `old` replaced in one of its parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = parts[part].replace(old.encode(), new.encode(), 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def rows(path: Path) -> list[Row | Fault]:
    return list(read_xlsx(path, "t.xlsx"))


def test_cells_keep_their_types_and_dates_are_iso_text(tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.xlsx",
        ["id", "text", "n", "when", "ok:json"],
        [1, "  =x", 2.5, datetime(2024, 1, 2, 3, 4), '{"a": 1}'],
        [],
        [None, "한", True, date(2024, 1, 2), None],
        ["z", None, timedelta(hours=30), time(3, 4), 5],
    )
    found = list(iter_raw_cases(DataSource((path,), ("t.xlsx",), SUITE)))
    assert [case.row for case in found if isinstance(case, RawCase)] == [
        {"id": 1, "text": "  =x", "n": 2.5, "when": "2024-01-02T03:04:00", "ok": {"a": 1}},
        {"id": "", "text": "한", "n": True, "when": "2024-01-02", "ok": None},
        {"id": "z", "text": "", "n": "1 day, 6:00:00", "when": "03:04:00", "ok": 5},
    ]
    assert [str(case.place) for case in found] == ["t.xlsx:2", "t.xlsx:4", "t.xlsx:5"]
    assert header(DataSource((path,), ("t.xlsx",), SUITE)) == ("id", "text", "n", "when", "ok")


def test_rows_that_cannot_be_trusted_are_faults(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", ["a", "b"], ["=1+1", 2], ["x" * 32_767, 2], [1, 2, 3], ["#N/A", 2], [1, 2])
    first, cut, wide, error, good = rows(path)
    assert first == Fault(
        "cell A2 is a formula", Place("t.xlsx", 2, 0, "=1+1\t2"), "paste the column's values over it (as values)"
    )
    assert isinstance(cut, Fault) and cut.reason == "cell A3 has 32,767 characters: Excel cuts texts there"
    assert isinstance(wide, Fault) and wide.reason == "the row has 3 cells, the first row names 2 columns"
    assert isinstance(error, Fault) and error.reason == "cell A5 holds the error #N/A"
    assert good == Row({"a": 1, "b": 2}, Place("t.xlsx", 6, 0, "1\t2"))


def refused(path: Path, **limits: int) -> Fault:
    with pytest.raises(RowRefusedError) as error:
        list(read_xlsx(path, "t.xlsx", **limits))
    return error.value.fault


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", ["a"], ["x"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.bin", b"\0" * 2_000_000)
    assert path.stat().st_size < 20_000
    fault = refused(path, max_unpacked=1_000_000)
    assert fault.reason.startswith("the workbook unpacks to ") and fault.hint == "save the rows as CSV"
    assert len(rows(path)) == 1


def test_entities_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", ["a"], ["x"])
    with_part(path, "xl/workbook.xml", "<workbook", '<!DOCTYPE w [<!ENTITY a "ha">]><workbook')
    assert refused(path).reason == "xl/workbook.xml in the workbook declares a document type"


@pytest.mark.parametrize(("old", "new"), [('r="A3"', 'r="XFE3"'), ('<row r="3"', '<row r="99999999999"')])
def test_a_cell_far_outside_is_not_looked_at(tmp_path: Path, old: str, new: str) -> None:
    path = book(tmp_path / "t.xlsx", ["a"], ["x"], ["y"])
    with_part(path, "xl/worksheets/sheet1.xml", old, new)
    with_part(path, "xl/worksheets/sheet1.xml", 'ref="A1:A3"', 'ref="A1:XFD99999999"')
    assert rows(path) == [Row({"a": "x"}, Place("t.xlsx", 2, 0, "x"))]


def test_what_is_no_workbook_or_has_no_header_is_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"a,b\n1,2\n")
    assert refused(path).reason == "the workbook can't be read: File is not a zip file"
    assert refused(book(path)).reason == "the first row of the first sheet is empty"
    assert refused(book(path, ["a", None, "c"], [1, 2, 3])).reason == "column 2 has no name"
    damaged = with_part(book(path, ["a"], [1]), "xl/worksheets/sheet1.xml", "</sheetData>", "")
    assert refused(damaged).reason.startswith("the workbook can't be read: mismatched tag")
