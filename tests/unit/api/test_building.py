from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gemini_eval import InputError, UsageError, load_suite, suite
from gemini_eval.suites.model import Suite
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.render import render_suites

GEMMA = "local:gemma-3-270m"


def test_rows_a_task_and_answers_make_a_whole_suite(reviews: Any):
    made = suite(task="sentiment", data=reviews, expected="label", model={"answers": "said"}, gate="accuracy >= 0.5")
    assert made.to_yaml() == (
        "version: 1\n"
        "name: sentiment\n"
        "task: sentiment\n"
        "labels:\n"
        "  - positive\n"
        "  - negative\n"
        "models:\n"
        "  answers: said\n"
        "gate: accuracy >= 0.5\n"
        "cases:\n"
        "  - vars:\n"
        "      text: great\n"
        "      said: positive\n"
        "      other: positive\n"
        "    expected: positive\n"
        "  - vars:\n"
        "      text: bad\n"
        "      said: neutral\n"
        "      other: negative\n"
        "    expected: negative\n"
        "  - vars:\n"
        "      text: dull\n"
        "      said: negative\n"
        "      other: negative\n"
        "    expected: negative\n"
    )


def test_a_data_frame_is_its_rows(reviews: Any):
    keys = {"task": "sentiment", "expected": "label", "model": {"answers": "said"}}
    assert suite(data=pd.DataFrame(reviews), **keys) == suite(data=reviews, **keys)


def test_cells_become_plain_values():
    frame = pd.DataFrame(
        {
            "n": np.array([1, 2], dtype="int8"),
            "x": [1.5, None],
            "flag": pd.array([True, None], dtype="boolean"),
            "day": [pd.Timestamp("2024-01-02"), pd.NaT],
            "items": [np.array([1, 2]), (3,)],
            "date": [datetime.date(2024, 1, 2), None],
            "text": ["no", "1e5"],
        }
    )
    made = suite(data=frame, model={"answers": "text"})
    assert [case.fields["vars"] for case in made.cases] == [
        {"n": 1, "x": 1.5, "flag": True, "day": "2024-01-02T00:00:00", "items": [1, 2], "date": "2024-01-02", "text": "no"},
        {"n": 2, "x": None, "flag": None, "day": None, "items": [3], "date": None, "text": "1e5"},
    ]


def test_columns_name_more_than_expected():
    rows = [{"key": 7, "lang": "ko", "body": "x", "queue": "refund", "who": "c1"}]
    made = suite(
        data=rows,
        expected="queue",
        columns={"id": "key", "cluster": "who", "tags": ["lang"], "vars.text": "body"},
        prompt="{{ text }}",
        model=GEMMA,
    )
    assert [dict(case.fields) for case in made.cases] == [
        {"id": "7", "cluster": "c1", "expected": "refund", "tags": ["lang=ko"], "vars": {"lang": "ko", "text": "x"}}
    ]


def test_without_expected_rows_are_read_as_a_data_file_is():
    rows = [{"id": "a", "expected": 1, "tags": "x, y", "q": "?"}, {"id": "b", "vars": {"q": "!"}, "must_pass": True}]
    made = suite(data=rows, prompt="{{ q }}", model=GEMMA)
    assert [dict(case.fields) for case in made.cases] == [
        {"id": "a", "expected": 1, "tags": ["x", "y"], "vars": {"q": "?"}},
        {"id": "b", "vars": {"q": "!"}, "must_pass": True},
    ]


# ---- the file that it makes ------------------------------------------------------------------------------------


def requests_of(suites: Suite | Path) -> list[Any]:
    return [
        (rendered.variant.name, rendered.case.id, rendered.case.expected, rendered.requests)
        for rendered in render_suites([suites], RunOptions())
    ]


SHAPES: dict[str, dict[str, Any]] = {
    "text": {"prompt": "Say {{ text }}\nnow"},
    "a file": {"prompt": "one.j2"},
    "a path": {"prompt": Path("one.j2")},
    "an absolute path": {"prompt": lambda: Path.cwd() / "one.j2"},
    "named": {"prompt": {"short": "{{ text }}", "long": Path("one.j2")}, "params": {"temperature": 0.5}},
    "listed": {"prompt": ["one.j2", {"text": "{{ text }}", "system": {"text": "Be brief."}}]},
    "with a system": {"prompt": "{{ text }}", "system": "Be brief."},
    "with examples": {
        "prompt": "{% for e in examples %}{{ e.vars.text }}={{ e.expected }} {% endfor %}{{ text }}",
        "examples": pd.DataFrame([{"text": "fine", "label": "positive"}, {"text": "meh", "label": "negative"}]),
    },
    "with picked examples": {
        "prompt": "{% for e in examples %}{{ e.vars.text }} {% endfor %}{{ text }}",
        "examples": {"inline": [{"text": "fine", "label": "positive"}, {"text": "meh", "label": "negative"}], "pick": 1},
    },
    "variants": {
        "prompt": {"a": "A {{ text }}", "b": "B {{ text }}"},
        "variants": {"one": {"prompt": "a", "params": {"temperature": 0}}, "two": {"prompt": "b"}},
    },
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_written_file_sends_the_same_requests(shape: dict[str, Any], reviews: Any, folder: Path):
    (folder / "one.j2").write_text("One {{ text }}")
    keys = {name: value() if callable(value) else value for name, value in shape.items()}
    made = suite(task="sentiment", data=reviews, expected="label", model=GEMMA, **keys)
    text = made.to_yaml(folder / "made.yaml")
    assert (folder / "made.yaml").read_text() == text
    assert requests_of(folder / "made.yaml") == requests_of(made)
    again = load_suite("made.yaml")
    assert [variant.name for variant in again.variants] == [variant.name for variant in made.variants]
    assert (again.labels, again.settings.keys(), again.gates) == (made.labels, made.settings.keys(), made.gates)


def test_a_data_file_stays_a_file(folder: Path):
    (folder / "rows.csv").write_text("body,queue\nhello,refund\n")
    made = suite(
        data="rows.csv",
        expected="queue",
        columns={"vars.text": "body"},
        prompt="{{ text }}",
        model=GEMMA,
        assert_=["exact_match"],
    )
    assert made.to_yaml("made.yaml") == (
        "version: 1\n"
        "name: python\n"
        "data:\n"
        "  file: rows.csv\n"
        "  columns:\n"
        "    expected: queue\n"
        "    vars.text: body\n"
        "models: local:gemma-3-270m\n"
        "prompts:\n"
        "  text: '{{ text }}'\n"
        "assert:\n"
        "  - exact_match\n"
    )
    assert requests_of(Path("made.yaml")) == requests_of(made)


def test_a_file_elsewhere_would_not_find_the_template(reviews: Any, folder: Path):
    (folder / "one.j2").write_text("One {{ text }}")
    (folder / "other").mkdir()
    made = suite(data=reviews, prompt="one.j2", model=GEMMA)
    with pytest.raises(UsageError) as caught:
        made.to_yaml("other/made.yaml")
    here = Path.cwd()
    assert str(caught.value) == (
        f"error: the suite names files relative to {here} (one.j2) (write it there: {here / 'made.yaml'})"
    )
    assert list((folder / "other").iterdir()) == []


def test_more_rows_than_a_suite_file_holds_still_make_a_suite(folder: Path):
    rows = [{"text": "x" * 100_000, "n": number, "said": "a"} for number in range(180)]
    made = suite(data=rows, model={"answers": "said"})
    assert len(made.cases) == 180
    with pytest.raises(UsageError, match="write the rows to a data file"):
        made.to_yaml("large.yaml")
    assert list(folder.iterdir()) == []


# ---- what is wrong ---------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a key": ({"asert": []}, '<python>:9:1: error: unknown key "asert" (did you mean "assert"?)'),
    "a gate": ({"gate": "accuraci > 1"}, '<python>:9:7: error: there is no figure "accuraci" (did you mean "accuracy"?)'),
    "a column": (
        {"expected": "lable"},
        '<python>: error: no row has the column "lable" (named by `expected`) (did you mean "label"?)',
    ),
    "a row": ({"data": [1]}, "error: row 1 of `data` is 1, not a map (give a DataFrame or a list of dicts)"),
    "data": ({"data": 5}, "error: `data` is int (give a DataFrame, a list of dicts, or the path of a data file)"),
    "doubled columns": (
        {"data": pd.DataFrame([[1, 2]], columns=["a", "a"])},
        "error: `data` has two columns 'a' (rename one of them)",
    ),
    "a template": (
        {"prompt": "none.j2", "model": GEMMA},
        "<python>:9:13: error: none.j2: no such file (looked in FOLDER)",
    ),
    "a cell": (
        {"data": [{"text": {1}, "label": "positive"}]},
        "error: row 1 of `data` holds {1} (set), which has no JSON form (convert it to text first)",
    ),
    "an infinite cell": (
        {"data": [{"text": float("inf"), "label": "positive"}]},
        "error: row 1 of `data` is inf, which is no JSON number (leave it out, or write it as text)",
    ),
    "a task": (
        {"task": "sentimental"},
        "<python>:3:7: error: `task` is 'sentimental'; it must be classification or extraction or sentiment "
        '(did you mean "sentiment"?)',
    ),
}


@pytest.mark.parametrize(("keys", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(keys: dict[str, Any], message: str, reviews: Any, folder: Path):
    right = {"task": "sentiment", "data": reviews, "expected": "label", "model": {"answers": "said"}}
    with pytest.raises(InputError) as caught:
        suite(**{**right, **keys})
    assert str(caught.value).replace(str(folder), "FOLDER").splitlines()[0] == message


def test_a_list_in_itself_is_refused():
    row: dict[str, Any] = {}
    row["self"] = row
    with pytest.raises(UsageError, match="row 1 of `data` is nested over 50 levels deep"):
        suite(data=[row], model={"answers": "a"})


def test_a_suite_stays_what_it_is_when_it_is_changed(reviews: Any):
    made = suite(data=reviews, model={"answers": "said"})
    assert replace(made, name="other").to_yaml() == made.to_yaml()
    assert made.sha256 != suite(data=reviews[:2], model={"answers": "said"}).sha256
