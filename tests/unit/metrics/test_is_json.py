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
    assert refusal("is_json", True) == ("is_json takes a map, not true", "it has no parameters", ())
