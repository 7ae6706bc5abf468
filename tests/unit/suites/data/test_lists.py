"""JSON and YAML lists, texts as cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.errors import Fault, Place
from gemini_eval.safe.yaml_reader import YamlMap
from gemini_eval.suites.data.json_list import item_offsets
from gemini_eval.suites.data.reader import header, iter_raw_cases
from gemini_eval.suites.data.source import DataSource, RawCase, Split

SUITE = Place("suite.yaml", 3, 7, "data: x")


def read(*paths: Path, as_variable: str | None = None, split: Split | None = None) -> list[RawCase | Fault]:
    names = tuple(path.name for path in paths)
    return list(iter_raw_cases(DataSource(paths, names, SUITE, as_variable=as_variable, split=split)))


def test_a_json_list_gives_the_line_of_each_item(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[\n {"text": "a]\\\\",\n  "n": [1, {}]},\n 5, {"text": "b"}\n]\n')
    assert read(path) == [
        RawCase(
            {"vars": {"text": "a]\\", "n": [1, {}]}},
            {"text": "a]\\", "n": [1, {}]},
            Place("t.json", 2, 2, ' {"text": "a]\\\\",'),
        ),
        Fault(
            "a row must be an object of columns, found 5",
            Place("t.json", 4, 2, ' 5, {"text": "b"}'),
            'write {"column": value, …}',
        ),
        RawCase({"vars": {"text": "b"}}, {"text": "b"}, Place("t.json", 4, 5, ' 5, {"text": "b"}')),
    ]


def test_a_json_file_that_is_no_list_is_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"cases": []}')
    hint = "write [{…}, {…}]; one object a line is JSON Lines, a file named .jsonl"
    assert read(path) == [Fault("a JSON data file must be a list of objects", Place("t.json", 1), hint)]
    path.write_text('[\n  {"a": 01}\n]')
    (fault,) = read(path)
    assert isinstance(fault, Fault)
    assert (fault.reason, str(fault.place)) == ("expected ',', found '1'", "t.json:2:10")
    path.write_text("[]")
    assert read(path) == [Fault("the file holds no rows", Place("t.json"), "add one row for each case")]


@settings(max_examples=80, deadline=None)
@given(
    items=st.lists(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text('a"\\[]{}, \n:', max_size=6),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('"\\],', max_size=3), inner, max_size=2),
            max_leaves=5,
        ),
        max_size=5,
    ),
    indent=st.sampled_from([None, 1]),
)
def test_offsets_of_items_are_where_they_begin(items: list[object], indent: int | None) -> None:
    text = json.dumps(items, indent=indent)
    decoder = json.JSONDecoder()
    assert [decoder.raw_decode(text, offset)[0] for offset in item_offsets(text)] == items


def test_a_yaml_list_keeps_its_positions(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("- {id: a, vars: {text: no}, expected: yes}\n- text: b\n  id: c\n- 5\n")
    first, second, fault = read(path)
    assert first == RawCase(
        {"id": "a", "vars": {"text": "no"}, "expected": "yes"},
        {"id": "a", "vars": {"text": "no"}, "expected": "yes"},
        Place("t.yaml", 1, 3, "- {id: a, vars: {text: no}, expected: yes}"),
    )
    assert isinstance(first, RawCase) and isinstance(first.fields, YamlMap)
    assert first.fields.value_place("expected").column == 39
    assert second == RawCase({"id": "c", "vars": {"text": "b"}}, {"text": "b", "id": "c"}, Place("t.yaml", 2, 3, "- text: b"))
    assert fault == Fault(
        "a row must be an object of columns, found 5", Place("t.yaml", 4, 3, "- 5"), 'write {"column": value, …}'
    )


def test_faults_of_the_yaml_itself_are_told(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("- {a: 1, a: 2}\n")
    (fault,) = read(path)
    assert isinstance(fault, Fault) and str(fault.place) == "t.yaml:1:10"
    path.write_text("cases: []\n")
    assert read(path) == [Fault("a YAML data file must be a list of cases", Place("t.yaml", 1), "begin each case with “- ”")]


def test_each_text_file_is_a_case(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Title\nBody\n")
    (tmp_path / "b.txt").write_bytes(b"ok\ncaf\xe9")
    first, fault = read(tmp_path / "a.txt", tmp_path / "b.txt", as_variable="article")
    assert first == RawCase(
        {"id": "a.txt", "vars": {"article": "Title\nBody\n"}}, {"article": "Title\nBody\n"}, Place("a.txt", 1, 0, "Title")
    )
    assert isinstance(fault, Fault)
    assert (fault.reason, fault.place) == ("byte 0xe9 is not UTF-8", Place("b.txt", 2, 4, "caf\ufffd"))
    named = DataSource((tmp_path / "a.txt",), ("x/a.txt",), SUITE, as_variable="article", ids=("a.txt",))
    assert [case.fields["id"] for case in iter_raw_cases(named) if isinstance(case, RawCase)] == ["a.txt"]
    assert header(named) == ("article",)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("t.csv.gz", "unpack it first (gunzip)"),
        ("t.xls", "save it as .xlsx or .csv"),
        ("t.jsno", 'did you mean ".json"?'),
        ("t", "data files are .csv, .tsv, .jsonl, .ndjson, .json, .yaml, .yml, .xlsx, .parquet"),
    ],
)
def test_other_extensions_are_refused_with_the_mend(tmp_path: Path, name: str, hint: str) -> None:
    path = tmp_path / name
    path.write_text("a\n1\n")
    assert read(path) == [Fault(f'no data format has the extension "{path.suffix}"', Place(name), hint)]


def test_a_file_that_is_gone_is_told_at_the_suite_and_the_others_are_read(tmp_path: Path) -> None:
    there = tmp_path / "b.jsonl"
    there.write_text('{"a": 1}\n')
    gone, case = read(tmp_path / "a.csv", there)
    assert isinstance(gone, Fault) and gone.place == SUITE and "a.csv" in gone.reason
    assert isinstance(case, RawCase)
    assert header(DataSource((tmp_path / "a.csv",), ("a.csv",), SUITE)) is None
