"""Whatever the bytes are, a source gives cases and faults with reasons, never an exception."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemini_eval.errors import Fault, Place
from gemini_eval.suites.data.reader import header, iter_raw_cases
from gemini_eval.suites.data.source import ColumnMap, DataSource, RawCase, Split

SUITE = Place("suite.yaml")
PIECES = (
    *"a,\t\n\r;[]{}:-0",
    *(
        '"',
        '""',
        "__expected",
        "__metadata:x",
        "levenshtein(inf):a",
        "not-",
        "is-json:",
        "vars",
        "contents",
        "id",
        "expected:json",
    ),
    *('"contents":[{"role":"user"}]', '{"a":1}\n', "\ufeff", "\0", "한", "1e999", "\\ud800"),
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=25).map(lambda parts: "".join(parts).encode())
HOSTILE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    plain = DataSource((path,), (path.name,), SUITE)
    split = Split("a", None, "cluster", {"a": 1, "b": 1})
    mapped = DataSource((path,), (path.name,), SUITE, (ColumnMap("expected.x", ("a", 0)),), ("id",), {"a": (1,)}, 3, split)
    for source in (plain, mapped):
        header(source)
        found = list(iter_raw_cases(source))
        assert found or source is mapped
        assert all(item.reason if isinstance(item, Fault) else isinstance(item, RawCase) for item in found)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".json", ".yaml"])
@HOSTILE
@given(data=TEXT | st.binary(max_size=30))
def test_texts(tmp_path: Path, suffix: str, data: bytes) -> None:
    check(tmp_path / f"t{suffix}", data)


def a_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["id", "a"], [1, "x"], [2, "y"]):
        book.worksheets[0].append(row)
    book.save(path)


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
@HOSTILE
@given(changes=st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), max_size=3), cut=st.integers(0, 2**13))
def test_damaged_tables(tmp_path: Path, suffix: str, changes: list[tuple[int, int]], cut: int) -> None:
    whole = tmp_path / f"whole{suffix}"
    if not whole.exists() and suffix == ".xlsx":
        a_workbook(whole)
    elif not whole.exists():
        pq.write_table(pa.table({"id": ["1", "2"], "a": [[1], [2]]}), whole)
    data = bytearray(whole.read_bytes()[: None if cut % 2 else -cut or None])
    for offset, byte in changes:
        if data:
            data[offset % len(data)] = byte
    check(tmp_path / f"t{suffix}", bytes(data))
