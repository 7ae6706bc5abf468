from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gemini_eval.errors import Fault, Place, ValueRefusedError
from gemini_eval.suites.data.reader import iter_raw_cases
from gemini_eval.suites.data.source import ColumnMap, DataSource, RawCase
from gemini_eval.types import Json

SUITE = Place("suite.yaml", 3, 7, "data: x")


def read(path: Path, text: str, **entry: Any) -> list[Mapping[str, Json] | Fault]:
    """The fields of each case."""
    path.write_text(text)
    found = iter_raw_cases(DataSource((path,), (path.name,), SUITE, **entry))
    return [case.fields if isinstance(case, RawCase) else case for case in found]


def test_columns_name_the_fields_and_the_rest_are_variables(tmp_path: Path) -> None:
    columns = (
        ColumnMap("id", ("ticket_id",)),
        ColumnMap("vars.text", ("body",)),
        ColumnMap("expected", ("queue",)),
        ColumnMap("cluster", ("customer",)),
    )
    text = "ticket_id,body,queue,customer,lang,id\n7,hi,refund,c1,ko,x\n8,,,,,\n"
    assert read(tmp_path / "t.csv", text, columns=columns, tags=("lang",)) == [
        {"id": "7", "vars": {"text": "hi", "lang": "ko", "id": "x"}, "expected": "refund", "cluster": "c1", "tags": ["lang=ko"]},
        {"id": "8", "vars": {"text": "", "lang": "", "id": ""}},
    ]


def test_without_columns_the_names_of_case_fields_are_fields(tmp_path: Path) -> None:
    assert read(
        tmp_path / "t.csv", 'id,expected,cluster,tags,text,status\n1,x,c,"a, b",hi,draft\n,,,,ho,\n', tags=("status",)
    ) == [
        {
            "id": "1",
            "expected": "x",
            "cluster": "c",
            "tags": ["a", "b", "status=draft"],
            "vars": {"text": "hi", "status": "draft"},
        },
        {"vars": {"text": "ho", "status": ""}},
    ]


def test_tags_alone_leave_the_names_of_case_fields(tmp_path: Path) -> None:
    assert read(tmp_path / "t.csv", "id,expected,lang\n1,x,ko\n", columns=(), tags=("lang",)) == [
        {"id": "1", "expected": "x", "vars": {"lang": "ko"}, "tags": ["lang=ko"]}
    ]


def test_paths_reach_into_rows_and_nested_targets_are_built(tmp_path: Path) -> None:
    columns = (
        ColumnMap("vars.q", ("item", "question")),
        ColumnMap("expected.a", ("item", "answers", 1)),
        ColumnMap("expected.b", ("dotted", "name")),
    )
    text = '{"item": {"question": "q", "answers": ["x", "y"]}, "dotted.name": 3, "k": [1], "meta": {"lang": ["ko", "en"]}}\n'
    assert read(tmp_path / "t.jsonl", text, columns=columns, tags=("meta.lang",)) == [
        {
            "vars": {"q": "q", "k": [1], "meta": {"lang": ["ko", "en"]}},
            "expected": {"a": "y", "b": 3},
            "tags": ["meta.lang=ko", "meta.lang=en"],
        }
    ]


def after_hashes(text: str) -> Json:
    if "!" in text:
        raise ValueRefusedError("no number", "write one")
    return text.partition("####")[2].strip() or None


def test_an_extractor_takes_what_counts_and_its_column_is_no_variable(tmp_path: Path) -> None:
    columns = (ColumnMap("expected", ("answer",), after_hashes),)
    text = "q,answer\n1,so #### 42\n2,none\n3,!\n4,\n"
    assert read(tmp_path / "t.csv", text, columns=columns) == [
        {"vars": {"q": "1"}, "expected": "42"},
        Fault(
            "\"answer\" holds nothing that `columns` could take expected from: 'none'",
            Place("t.csv", 3, 0, "2,none"),
            "mend the row, or the extractor",
        ),
        Fault('"answer": no number', Place("t.csv", 4, 0, "3,!"), "write one"),
        {"vars": {"q": "4"}},
    ]


def test_a_column_that_a_table_lacks_is_one_fault_with_the_nearest_name(tmp_path: Path) -> None:
    columns = (ColumnMap("expected", ("quue",)),)
    assert read(tmp_path / "t.csv", "body,queue\n1,2\n3,4\n", columns=columns, tags=("x",), where={"lang": ("ko",)}) == [
        Fault('t.csv has no column "lang" (named by `where lang`)', SUITE, "the columns are body, queue"),
        Fault('t.csv has no column "quue" (named by `expected`)', SUITE, 'did you mean "queue"?'),
        Fault('t.csv has no column "x" (named by `tags x`)', SUITE, "the columns are body, queue"),
    ]


def test_a_path_that_only_some_json_rows_have_is_fine(tmp_path: Path) -> None:
    columns = (ColumnMap("expected", ("a",)), ColumnMap("cluster", ("b",)))
    assert read(tmp_path / "t.jsonl", '{"x": 1}\n{"x": 2, "a": 3}\n', columns=columns) == [
        {"vars": {"x": 1}},
        {"vars": {"x": 2}, "expected": 3},
        Fault('no row has the column "b" (named by `cluster`)', SUITE, "the columns are x, a"),
    ]


def test_targets_within_each_other_are_refused(tmp_path: Path) -> None:
    columns = (ColumnMap("expected", ("a",)), ColumnMap("expected.b", ("b",)))
    assert read(tmp_path / "t.csv", "a,b\n1,2\n", columns=columns) == [
        Fault("`columns` gives both expected and expected.b", SUITE, "keep one of the two")
    ]


def test_a_row_with_vars_is_a_case_as_written_and_needs_no_mapping(tmp_path: Path) -> None:
    columns = (ColumnMap("expected", ("a",)),)
    text = '{"vars": {"x": 1}, "expectd": 2, "fold": "test", "lang": "ko", "tags": ["t"]}\n'
    found = read(tmp_path / "t.jsonl", text, columns=columns, where={"lang": ("ko",), "fold": ("test",)})
    assert found == [{"vars": {"x": 1}, "expectd": 2, "tags": ["t"]}]


def test_text_cells_of_numbers_and_booleans_are_read_as_such(tmp_path: Path) -> None:
    columns = (ColumnMap("must_pass", ("m",)), ColumnMap("threshold", ("t",)), ColumnMap("vars.n", ("n",)))
    assert read(tmp_path / "t.csv", "m,t,n\nTRUE,0.5,1\n,,2\nmaybe,high,3\n", columns=columns) == [
        {"vars": {"n": "1"}, "must_pass": True, "threshold": 0.5},
        {"vars": {"n": "2"}},
        {"vars": {"n": "3"}, "must_pass": "maybe", "threshold": "high"},
    ]
