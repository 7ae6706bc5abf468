from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gemini_eval.errors import Place
from gemini_eval.suites.data.reader import iter_raw_cases
from gemini_eval.suites.data.source import DataSource, RawCase, Split

SUITE = Place("suite.yaml", 3, 7, "data: x")
RATIO = {"train": 70, "validation": 15, "test": 15}


def ids(path: Path, **entry: Any) -> list[str]:
    found = list(iter_raw_cases(DataSource((path,), (path.name,), SUITE, **entry)))
    assert all(isinstance(case, RawCase) for case in found), found
    return [case.fields["id"] for case in found if isinstance(case, RawCase)]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text("id,lang,tier,year,split\n1,ko,a,2020,test\n2,ko,b,2021,train\n3,en,a,2020, test \n4,ko,c,,test\n")
    return path


def test_where_compares_texts(table: Path) -> None:
    assert ids(table, where={"lang": ("ko",), "tier": ("a", "b")}) == ["1", "2"]
    assert ids(table, where={"year": (2020.0, 2021)}) == ["1", "2", "3"]
    assert ids(table, where={"year": (None,)}) == ["4"]


def test_where_on_json_values(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"id": 1, "m": {"ok": true, "tags": ["x", "y"]}}\n{"id": 2, "m": {"ok": "true", "tags": []}}\n{"id": 3, "m": {}}\n'
    )
    assert ids(path, where={"m.ok": (True,)}) == ["1", "2"]
    assert ids(path, where={"$.m.tags": ("y",)}) == ["1"]
    assert ids(path, where={"m.ok": (None,)}) == ["3"]


def test_split_by_column_and_limit_after_it(table: Path) -> None:
    assert ids(table, split=Split()) == ["1", "3", "4"]
    assert ids(table, split=Split(use="train")) == ["2"]
    assert ids(table, split=Split(column="tier", use="a"), where={"tier": ("b", "c")}) == []
    assert ids(table, split=Split(), where={"lang": ("ko",)}, limit=1) == ["1"]
    assert ids(table, limit=0) == []


def part(path: Path, use: str, by: Any = "id", seed: int = 1) -> set[str]:
    return set(ids(path, split=Split(use, None, by, RATIO, seed)))


def test_a_computed_split_parts_the_rows_and_is_stable_when_rows_are_added(tmp_path: Path) -> None:
    small, large = tmp_path / "s.csv", tmp_path / "l.csv"
    small.write_text("id,x\n" + "".join(f"c{i},{i}\n" for i in range(0, 2000, 2)))
    large.write_text("id,x\n" + "".join(f"c{i},{i}\n" for i in range(2000)))
    parts = {name: part(large, name) for name in RATIO}
    assert Counter(case for names in parts.values() for case in names) == Counter(f"c{i}" for i in range(2000))
    assert {name: len(found) for name, found in parts.items()} == {"train": 1400, "validation": 301, "test": 299}
    assert all(part(small, name) == {case for case in found if int(case[1:]) % 2 == 0} for name, found in parts.items())
    assert part(large, "test", seed=2) != parts["test"]


def test_a_cluster_stays_together_and_rows_without_one_go_by_their_own(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,cluster,x\n" + "".join(f"c{i},{f'k{i // 10}' if i < 500 else ''},{i}\n" for i in range(1000)))
    test = part(path, "test", by="cluster")
    clustered = Counter(int(case[1:]) // 10 for case in test if int(case[1:]) < 500)
    assert set(clustered.values()) == {10}
    assert {case for case in test if int(case[1:]) >= 500} == {case for case in part(path, "test") if int(case[1:]) >= 500}


def test_a_split_of_rows_without_ids_goes_by_their_variables(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"x": 1, "y": 2}\n{"y": 2, "x": 1}\n')
    counts = [
        len(list(iter_raw_cases(DataSource((path,), ("t.jsonl",), SUITE, split=Split(use, None, "id", RATIO, 1)))))
        for use in RATIO
    ]
    assert sorted(counts) == [0, 0, 2]
