from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gemini_eval.errors import Fault, Place
from gemini_eval.suites.data.parquet import read_parquet
from gemini_eval.suites.data.reader import header, iter_raw_cases
from gemini_eval.suites.data.rows import Row, RowRefusedError
from gemini_eval.suites.data.source import DataSource, RawCase

SUITE = Place("suite.yaml", 3, 7, "data: x")


def test_values_become_json(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    seoul = timezone(timedelta(hours=9))
    table = pa.table(
        {
            "id": ["a", None],
            "when": pa.array([1_700_000_000_123_456_789, None], pa.timestamp("ns")),
            "at": pa.array([datetime(2024, 1, 2, tzinfo=seoul)] * 2, pa.timestamp("s", "+09:00")),
            "day": [date(2024, 1, 2)] * 2,
            "price": [Decimal("1.50"), None],
            "score": [math.nan, math.inf],
            "lasted": [timedelta(hours=1)] * 2,
            "raw": [b"caf\xc3\xa9"] * 2,
            "nested": [{"x": [1, 2], "y": {"z": math.nan}}] * 2,
            "map": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())),
        }
    )
    pq.write_table(table, path)
    first, second = iter_raw_cases(DataSource((path,), ("t.parquet",), SUITE))
    assert isinstance(first, RawCase) and isinstance(second, RawCase)
    assert first.row == {
        "id": "a",
        "when": "2023-11-14T22:13:20.123456",
        "at": "2024-01-02T00:00:00+09:00",
        "day": "2024-01-02",
        "price": "1.50",
        "score": None,
        "lasted": "1:00:00",
        "raw": "café",
        "nested": {"x": [1, 2], "y": {"z": None}},
        "map": {"k": 1},
    }
    assert {name: second.row[name] for name in ("id", "when", "price", "score")} == dict.fromkeys(
        ("id", "when", "price", "score")
    )
    assert (str(first.place), str(second.place)) == ("t.parquet:1", "t.parquet:2")
    assert header(DataSource((path,), ("t.parquet",), SUITE)) == tuple(table.column_names)


def test_rows_stream_over_batches_and_groups(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"n": list(range(2_000)), "q": ["a", "b"] * 1_000}), path, row_group_size=700)
    found = list(read_parquet(path, "t.parquet"))
    assert [(row.values["n"], row.values["q"], row.place.line) for row in found if isinstance(row, Row)] == [
        (n, "ab"[n % 2], n + 1) for n in range(2_000)
    ]


def test_bytes_that_are_no_text_and_long_rows_are_faults(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [b"\xff", b"ok"]}), path)
    bad, good = read_parquet(path, "t.parquet")
    assert isinstance(bad, Fault) and bad.reason == "a cell holds bytes that are not UTF-8"
    assert good == Row({"a": "ok"}, Place("t.parquet", 2, 0, "b'ok'"))


def test_a_long_text_repeated_by_a_small_file_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    words = pa.DictionaryArray.from_arrays(pa.array([0] * 256, pa.int32()), pa.array(["x" * (33 * 2**20)]))
    pq.write_table(pa.table({"a": words}), path, compression="zstd")
    assert path.stat().st_size < 20_000
    rows = read_parquet(path, "t.parquet")
    before = pa.total_allocated_bytes()
    faults = [next(rows) for _ in range(3)]
    assert [fault.reason for fault in faults if isinstance(fault, Fault)] == ["the row is over 32 MiB"] * 3
    assert pa.total_allocated_bytes() - before < 200 * 2**20


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"column": ["x"] * 100}), path)
    misnamed = path.read_bytes().replace(b"column", b"\xffolumn")
    for data in (b"", b"a,b\n", path.read_bytes()[:-20], misnamed):
        (tmp_path / "bad.parquet").write_bytes(data)
        with pytest.raises(RowRefusedError, match="the Parquet file can't be read"):
            list(read_parquet(tmp_path / "bad.parquet", "bad.parquet"))
