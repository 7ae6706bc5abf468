from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemini_eval.errors import Fault, Place
from gemini_eval.suites.data.reader import header, iter_raw_cases
from gemini_eval.suites.data.rows import MAX_ROW_BYTES
from gemini_eval.suites.data.source import DataSource, RawCase

SUITE = Place("suite.yaml", 3, 7, "data: x")


def read(path: Path) -> list[RawCase | Fault]:
    return list(iter_raw_cases(DataSource((path,), (path.name,), SUITE)))


def written(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_a_table_gives_cases_with_the_line_where_each_row_begins(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", '\ufeffid, text ,expected:json\r\na,"two\r\nlines","{""n"": 1}"\r\n\r\nb,=x,\r\n')
    assert read(path) == [
        RawCase(
            {"id": "a", "expected": {"n": 1}, "vars": {"text": "two\r\nlines"}},
            {"id": "a", "text": "two\r\nlines", "expected": {"n": 1}},
            Place("t.csv", 2, 0, 'a,"two'),
        ),
        RawCase({"id": "b", "vars": {"text": "=x"}}, {"id": "b", "text": "=x", "expected": None}, Place("t.csv", 5, 0, "b,=x,")),
    ]
    assert header(DataSource((path,), ("t.csv",), SUITE)) == ("id", "text", "expected")


def test_tabs_separate_the_cells_of_a_tsv(tmp_path: Path) -> None:
    path = written(tmp_path / "t.tsv", "a\tb\n1,2\t3\n")
    assert read(path) == [RawCase({"vars": {"a": "1,2", "b": "3"}}, {"a": "1,2", "b": "3"}, Place("t.tsv", 2, 0, "1,2\t3"))]


def test_every_bad_row_is_named_and_the_good_ones_are_read(tmp_path: Path) -> None:
    data = b'a,b\n1\n1,2,3\n"x"y,2\ncaf\xe9,2\nn\0,2\n"{",2\n5,6\n7,"open\n'
    assert read(written(tmp_path / "t.csv", data)) == [
        Fault(
            "the row has 1 cell, the first row names 2 columns",
            Place("t.csv", 2, 0, "1"),
            "put a cell that holds a comma or a line break in quotes",
        ),
        Fault(
            "the row has 3 cells, the first row names 2 columns",
            Place("t.csv", 3, 0, "1,2,3"),
            "put a cell that holds a comma or a line break in quotes",
        ),
        Fault(
            "text follows the closing quote of a cell", Place("t.csv", 4, 0, '"x"y,2'), 'write a quote inside a quoted cell as ""'
        ),
        Fault(
            "byte 0xe9 is not UTF-8",
            Place("t.csv", 5, 4, "caf\ufffd,2"),
            "save the file as UTF-8 (iconv -f LATIN1 -t UTF-8, or your editor's “Save with encoding”)",
        ),
        Fault("the text holds a NUL character", Place("t.csv", 6, 2, "n\ufffd,2"), "remove it; is this a text file?"),
        RawCase({"vars": {"a": "{", "b": "2"}}, {"a": "{", "b": "2"}, Place("t.csv", 7, 0, '"{",2')),
        RawCase({"vars": {"a": "5", "b": "6"}}, {"a": "5", "b": "6"}, Place("t.csv", 8, 0, "5,6")),
        Fault("a quoted cell that begins in this row is never closed", Place("t.csv", 9, 0, '7,"open'), 'close it with "'),
    ]


@pytest.mark.parametrize(
    ("data", "reason", "hint"),
    [
        (b"", "the file is empty", "give a first row with the column names"),
        (b"\n\r\n", "the file is empty", "give a first row with the column names"),
        (b"a,b\n", "the file holds no rows", "add one row for each case"),
        (b"a,,c\n1,2,3\n", "column 2 has no name", "name each column in the first row"),
        (b"a,b,a:json\n1,2,3\n", 'the first row names "a" twice', "each column needs a name of its own"),
        (b"a;b\n1;2\n", "the first row is one cell; it looks semicolon-separated", "separate the cells by commas"),
        (
            b"a\tb\n1\t2\n",
            "the first row is one cell; it looks tab-separated",
            "separate the cells by commas, or name the file .tsv",
        ),
        (b"\x1f\x8b\x08\0abc", "the file is gzip-compressed, which is not read", "unpack it first (gunzip)"),
        (b"\xff\xfea\0", "the file is UTF-16 text, which is not read", "save it as UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_one_fault(tmp_path: Path, data: bytes, reason: str, hint: str) -> None:
    (fault,) = read(written(tmp_path / "t.csv", data))
    assert isinstance(fault, Fault)
    assert (fault.reason, fault.hint) == (reason, hint)


def test_a_cell_of_a_json_column_must_be_json(tmp_path: Path) -> None:
    (fault,) = read(written(tmp_path / "t.csv", "a:json\n\"{'x': 1}\"\n"))
    assert isinstance(fault, Fault)
    assert fault.reason.startswith('column "a:json" holds no JSON: line 1, column 2: expected a key in double quotes')
    assert fault.place == Place("t.csv", 2, 0, "\"{'x': 1}\"")


def test_a_row_of_50_mb_is_refused_by_its_line_and_the_next_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", b"a\nshort\n" + b"x" * 50_000_000 + b"\nlast\n")
    first, fault, last = read(path)
    assert fault == Fault(
        "the row is over 32 MiB", Place("t.csv", 3), "shorten the row, or keep long texts in files: {file: path}"
    )
    assert [first, last] == [
        RawCase({"vars": {"a": "short"}}, {"a": "short"}, Place("t.csv", 2, 0, "short")),
        RawCase({"vars": {"a": "last"}}, {"a": "last"}, Place("t.csv", 4, 0, "last")),
    ]


def test_a_row_near_the_limit_is_read(tmp_path: Path) -> None:
    size = MAX_ROW_BYTES - 1
    (case,) = read(written(tmp_path / "t.csv", b"a\n" + b"x" * size + b"\n"))
    assert isinstance(case, RawCase)
    assert len(case.row["a"]) == size


def test_an_unclosed_quote_in_a_long_file_ends_at_the_row_limit(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", b'a\n"open\n' + (b"x" * 999 + b"\n") * (MAX_ROW_BYTES // 1000 + 1))
    assert read(path) == [Fault("the row is over 32 MiB", Place("t.csv", 2, 0, '"open'), "is a quoted cell not closed?")]


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5))
def test_what_csv_writes_is_read_back_with_the_right_line(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["a", "b"])
    starts = []
    for row in rows:
        starts.append(text.getvalue().count("\n") + 1)
        writer.writerow(row)
    found = read(written(tmp_path / "t.csv", text.getvalue()))
    assert [(case.row["a"], case.row["b"]) for case in found if isinstance(case, RawCase)] == rows
    assert [case.place.line for case in found if isinstance(case, RawCase)] == starts
