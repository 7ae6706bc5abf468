from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gemini_eval import InputError, Response, Verdict, judge

LABELS = {"refund": ["환불", "money back"], "billing": []}

RIGHT: list[tuple[Any, Any, dict[str, Any], Verdict]] = [
    ({"contains": "refund"}, "a refund", {}, Verdict(True, 1.0, 'the answer contains "refund"')),
    ("exact_match", "a", {"expected": "b"}, Verdict(False, 0.0, 'expected "b", answered "a"')),
    ("exact_match", "a", {"expected": {"any_of": ["b", "a"]}}, Verdict(True, 1.0, 'the answer is "a"')),
    ("contains: {any: [x, b]}", "abc", {}, Verdict(True, 1.0, 'the answer contains "b"')),
    ({"not": {"contains": "x"}}, "abc", {}, Verdict(True, 1.0, 'not: the answer does not contain "x": "abc"')),
    (
        {"contains": {"from": "vars.city"}},
        "in Seoul",
        {"vars": {"city": "Seoul"}},
        Verdict(True, 1.0, 'the answer contains "Seoul"'),
    ),
    ({"json_field": {"path": "speed", "equals": 1200}}, {"speed": 1200}, {}, Verdict(True, 1.0, "speed is 1200")),
    ({"equals": 3, "of": "output.n"}, {"n": 3}, {}, Verdict(True, 1.0, "the answer is 3")),
    (
        {"all_of": ["is_json", {"contains": "9"}]},
        [1, 2],
        {},
        Verdict(False, 0.5, '1 of 2 hold, needs 2: the answer does not contain "9": "[1,2]"'),
    ),
    ({"some_of": ["is_json", {"contains": "9"}], "threshold": 0.5}, "[1]", {}, Verdict(True, 0.5, "score 0.5, needs >= 0.5")),
    ("label", "Money Back", {"expected": "환불", "labels": LABELS}, Verdict(True, 1.0, "the answer is refund")),
    (
        "exact_match",
        "so: 1,320.",
        {"expected": 1320, "answer": {"after": "so:", "as": "number"}},
        Verdict(True, 1.0, "the answer is 1320"),
    ),
    ("exact_match", "4", {"expected": "4", "answer": {"after": "so:"}}, Verdict(False, 0.0, "no answer found in the output")),
    ({"finish_reason": "max_tokens"}, Response("x", "max_tokens"), {}, Verdict(True, 1.0, "finish reason max_tokens")),
    ("exact_match", np.float64(2.5), {"expected": np.float32(2.5)}, Verdict(True, 1.0, 'the answer is "2.5"')),
    ("is_json", "", {}, Verdict(False, 0.0, "the output is no JSON: line 1, column 1: there is no JSON here, the text is empty")),
]


@pytest.mark.parametrize(("assertion", "output", "more", "verdict"), RIGHT)
def test_verdict(assertion: Any, output: Any, more: dict[str, Any], verdict: Verdict):
    assert judge(assertion, output, **more) == verdict


WRONG: list[tuple[Any, Any, dict[str, Any], str]] = [
    ("contians", "x", {}, '<python>: error: unknown metric "contians" (did you mean "contains"?)'),
    ("length:\n  words: {min: x}", "x", {}, '<python>:2:16: error: length: `words.min` is "x"; it must be a whole number'),
    (
        {"regex": "(?=x)"},
        "x",
        {},
        "<python>: error: the pattern '(?=x)' cannot be used: invalid perl operator: (?= "
        "(RE2 has no look-ahead: match the whole and take the part you need in a group)",
    ),
    (
        {"contains": {"from": "vars.x"}},
        "x",
        {},
        "<python>: error: contains: the case has no vars.x (write it in the case, or take the reference out)",
    ),
    ("exact_match", "x", {}, "<python>: error: exact_match needs `expected` (pass expected=…)"),
    (
        "label",
        "x",
        {"expected": "refnd", "labels": LABELS},
        "<python>: error: `expected` is 'refnd', which is no label (did you mean \"refund\"?)",
    ),
    (
        {"name": "x", "remove": True},
        "x",
        {},
        "<python>: error: `remove` takes an assertion out of a suite; there is nothing to judge",
    ),
    (
        ["is_json"],
        "x",
        {},
        '<python>: error: an assertion is a metric\'s name or a map, not ["is_json"] (for example: - contains: refund)',
    ),
    ({"contains": {1}}, "x", {}, "error: the assertion holds {1} (set), which has no JSON form (convert it to text first)"),
    ("is_json", None, {}, "error: `output` is None (give the text that the model answered; no answer is an empty text)"),
    ("is_json", "x", {"answer": {"regx": "a"}}, '<python>:4:3: error: unknown key "regx" (did you mean "regex"?)'),
    ({"json_schema": {"file": "s.json"}}, "x", {}, "<python>: error: s.json: no such file (looked in FOLDER)"),
    (
        {"json_schema": {"file": "../s.json"}},
        "x",
        {},
        "<python>: error: ../s.json leads outside FOLDER (keep the file inside that folder, links included)",
    ),
]


@pytest.mark.parametrize(("assertion", "output", "more", "message"), WRONG)
def test_what_is_wrong_is_said(assertion: Any, output: Any, more: dict[str, Any], message: str, folder: Any):
    with pytest.raises(InputError) as caught:
        judge(assertion, output, **more)
    assert str(caught.value).replace(str(folder), "FOLDER") == message


def test_a_schema_file_is_found_beside_the_program(folder: Any):
    (folder / "s.json").write_text('{"type": "object"}')
    assert judge({"json_schema": {"file": "s.json"}}, {"a": 1}).passed
    assert not judge({"json_schema": {"file": "s.json"}}, [1]).passed
