from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("wanted", "called", "score"),
    [
        (["a", "b"], ["a", "b"], 1.0),
        (["a", "b"], ["b", "a", "a"], 1.0),
        (["a", "b"], ["a"], 0.667),
        (["a"], ["a", "b", "c"], 0.5),
        (["a", "b"], ["c"], 0.0),
        (["a"], [], 0.0),
        ("a", ["a"], 1.0),
    ],
)
def test_call_f1(judge, wanted, called, score):
    calls = tuple({"name": name, "args": {}} for name in called)
    assert judge("call_f1", wanted, "", calls=calls)[:2] == (score == 1, score)
    assert judge("call_f1", MISSING, "", expected=wanted, calls=calls)[:2] == (score == 1, score)


def test_the_threshold_and_the_reason(judge):
    assert judge("call_f1", {"value": ["a", "b"], "threshold": 0.6}, "", calls=({"name": "a"},)) == (
        True,
        0.667,
        "F1 0.667, at least 0.6 expected: called a, expected a and b",
    )
    assert judge("call_f1", MISSING, "", expected=5)[2] == "expected is a number; names of functions are needed"
    assert judge("call_f1", MISSING, "")[0] is None


def test_refused(refusal):
    assert refusal("call_f1", []) == ("call_f1: there is no name to look for", "name at least one function", ())
    assert refusal("call_f1", {"value": "a", "threshold": 3.0})[2] == ("threshold",)
