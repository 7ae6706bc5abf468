from __future__ import annotations

import json
from pathlib import Path

import pytest

from gemini_eval.errors import Fault, Place
from gemini_eval.suites.data.reader import iter_raw_cases
from gemini_eval.suites.data.source import DataSource, RawCase
from gemini_eval.types import Json

SUITE = Place("suite.yaml", 3, 7, "data: x")


def only(tmp_path: Path, row: Json) -> RawCase | Fault:
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(row) + "\n")
    (case,) = iter_raw_cases(DataSource((path,), ("t.jsonl",), SUITE))
    return case


def turn(role: str, *texts: str) -> Json:
    return {"role": role, "parts": [{"text": text} for text in texts]}


def test_contents_and_system_instruction(tmp_path: Path) -> None:
    case = only(
        tmp_path,
        {
            "systemInstruction": turn("system", "Be brief."),
            "contents": [turn("user", "Hi"), turn("model", "Yes?"), turn("user", "2+", "2"), turn("model", "4")],
            "generationConfig": {"temperature": 0},
            "tools": [{"functionDeclarations": []}],
            "id": 3,
            "lang": "en",
        },
    )
    assert isinstance(case, RawCase)
    assert case.fields == {
        "id": "3",
        "vars": {"lang": "en"},
        "messages": [{"role": "user", "content": "Hi"}, {"role": "model", "content": "Yes?"}, {"role": "user", "content": "2+2"}],
        "expected": "4",
        "system": "Be brief.",
        "params": {"temperature": 0, "tools": [{"functionDeclarations": []}]},
    }


def test_older_messages(tmp_path: Path) -> None:
    turns = [("system", "S"), ("user", "U"), ("assistant", "A")]
    case = only(tmp_path, {"messages": [{"role": role, "content": text} for role, text in turns]})
    assert isinstance(case, RawCase)
    assert case.fields == {"vars": {}, "messages": [{"role": "user", "content": "U"}], "expected": "A", "system": "S"}


def test_text_under_those_names_is_an_ordinary_variable(tmp_path: Path) -> None:
    case = only(tmp_path, {"contents": "a book", "messages": 3})
    assert isinstance(case, RawCase)
    assert case.fields == {"vars": {"contents": "a book", "messages": 3}}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"contents": []}, "contents: the last turn must be the model's, it is none at all"),
        ({"contents": [turn("user", "a")]}, "contents: the last turn must be the model's, it is user"),
        ({"contents": [turn("model", "a")]}, "contents: no user turn stands before the last model turn"),
        ({"contents": [turn("user", "a"), turn("modle", "b")]}, "contents.1: unknown role 'modle'"),
        (
            {"contents": [turn("user", "a"), turn("system", "b"), turn("model", "c")]},
            "contents: a system turn stands after another turn",
        ),
        ({"messages": ["a"]}, "messages.0: a turn must be an object with a role, found 'a'"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "messages.0: unknown role ['user']"),
        ({"messages": [{"role": "user", "content": None}]}, "messages.0: no text in the turn"),
        (
            {"contents": [{"role": "user", "parts": [{"fileData": {"fileUri": "gs://x"}}]}]},
            "contents.0.parts.0: only text is read, found fileData",
        ),
        (
            {"contents": [turn("user", "a"), turn("model", "b")], "generationConfig": 3},
            "generationConfig: must be an object, found 3",
        ),
    ],
)
def test_a_malformed_row_is_a_fault_with_the_reason(tmp_path: Path, row: Json, reason: str) -> None:
    fault = only(tmp_path, row)
    assert isinstance(fault, Fault)
    assert fault.reason == reason
    assert str(fault.place) == "t.jsonl:1"
