from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("output", "verdict"),
    [
        ('{"a": 1}', (True, 1.0, "the output is JSON: an object")),
        (" [1]\n", (True, 1.0, "the output is JSON: a list")),
        ("5", (True, 1.0, "the output is JSON: a number")),
        ({"a": 1}, (True, 1.0, "the output is JSON: an object")),
    ],
)
def test_json(judge, output, verdict):
    assert judge("is_json", MISSING, output) == verdict


@pytest.mark.parametrize("output", ["", "{", "hello", '{"a": 1} and more', '{"a": 1, "a": 2}', "[NaN]", "[" * 101 + "]" * 101])
def test_no_json(judge, output):
    passed, score, reason = judge("is_json", MISSING, output)
    assert (passed, score) == (False, 0.0)
    assert reason.startswith("the output is no JSON: ")


def test_a_fence_is_named_as_the_cause(judge):
    assert judge("is_json", MISSING, "```json\n{}\n```")[2].endswith("; it stands in a ``` fence")


def test_refused(refusal):
    assert refusal("is_json", True) == ("is_json takes a map, not true", "its parameters are anywhere", ())


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ('See [1, {"a": 2}].', (True, 1.0, "the text has JSON: a list")),
        ('As [1] says:\n```json\n{"a": 1}\n```', (True, 1.0, "a fence has JSON: an object")),
        ('{"a": 1, "a": 2} {"b": 1}', (True, 1.0, "the text has JSON: an object")),
        ("none { a", (False, 0.0, 'there is no JSON in "none { a"')),
        ('["' * 400_000, (None, 0.0, "too many brackets to look for JSON among them")),
        ([1], (True, 1.0, "the output has JSON: a list")),
    ],
)
def test_anywhere(judge, answer, verdict):
    assert judge("is_json", {"anywhere": True}, answer) == verdict
