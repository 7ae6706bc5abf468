from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemini_eval.errors import Fault, Place
from gemini_eval.suites.data.reader import header, iter_raw_cases
from gemini_eval.suites.data.source import DataSource, RawCase

SUITE = Place("suite.yaml", 3, 7, "data: x")


def read(path: Path) -> list[RawCase | Fault]:
    return list(iter_raw_cases(DataSource((path,), (path.name,), SUITE)))


def test_each_line_is_a_case(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(
        '\ufeff{"id": 7, "text": "x", "expected": {"a": [1]}}\n\n  \n{"vars": {"text": "y"}, "tags": "a, b", "must_pass": true}'
    )
    assert read(path) == [
        RawCase(
            {"id": "7", "expected": {"a": [1]}, "vars": {"text": "x"}},
            {"id": 7, "text": "x", "expected": {"a": [1]}},
            Place("t.jsonl", 1, 0, '{"id": 7, "text": "x", "expected": {"a": [1]}}'),
        ),
        RawCase(
            {"vars": {"text": "y"}, "tags": ["a", "b"], "must_pass": True},
            {"vars": {"text": "y"}, "tags": "a, b", "must_pass": True},
            Place("t.jsonl", 4, 0, '{"vars": {"text": "y"}, "tags": "a, b", "must_pass": true}'),
        ),
    ]
    assert header(DataSource((path,), ("t.jsonl",), SUITE)) is None


def test_each_bad_line_is_named_with_its_column(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(
        b'{"a": 1,}\n[1]\n"x"\n{"a": NaN}\n{"a": 1, "a": 2}\n{"a": "\\ud800"}\n{"a": "\xe9"}\n{"a": "\xed\xa0\x80"}\n{"a": 1'
    )
    found = read(path)
    assert all(isinstance(fault, Fault) for fault in found)
    assert [(f.place.line, f.place.column, f.reason) for f in found if isinstance(f, Fault) and f.place] == [
        (1, 9, "expected a key in double quotes, found '}'"),
        (2, 0, "a row must be an object of columns, found a list"),
        (3, 0, "a row must be an object of columns, found 'x'"),
        (4, 7, "NaN is no JSON number"),
        (5, 10, "a key is written twice in one object"),
        (6, 7, "a string holds half of a surrogate pair"),
        (7, 8, "byte 0xe9 is not UTF-8"),
        (8, 8, "byte 0xed is not UTF-8"),
        (9, 8, "the JSON ends before it is complete"),
    ]


def test_a_line_of_50_mb_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"a": "' + b"x" * 50_000_000 + b'"}\n{"a": "y"}\n')
    fault, case = read(path)
    assert fault == Fault(
        "the row is over 32 MiB", Place("t.jsonl", 1), "shorten the row, or keep long texts in files: {file: path}"
    )
    assert case == RawCase({"vars": {"a": "y"}}, {"a": "y"}, Place("t.jsonl", 2, 0, '{"a": "y"}'))


VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.dictionaries(st.text(max_size=6), VALUE, max_size=4), min_size=1, max_size=4), ascii_only=st.booleans())
def test_what_json_writes_is_read_back(tmp_path: Path, rows: list[dict[str, object]], ascii_only: bool) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes("".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows).encode())
    assert [(case.row, case.place.line) for case in read(path) if isinstance(case, RawCase)] == [
        (row, i) for i, row in enumerate(rows, 1)
    ]
