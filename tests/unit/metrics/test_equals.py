from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        ("a", "a", (True, 1.0, 'the answer is "a"')),
        (5, "5", (True, 1.0, "the answer is 5")),
        (5, "5.0", (False, 0.0, 'the answer is not 5: it is "5.0"')),
        (5, 5.0, (True, 1.0, "the answer is 5")),
        ("5", 5, (False, 0.0, 'the answer is not "5": it is 5')),
        (1, True, (False, 0.0, "the answer is not 1: it is true")),
        (True, 1, (False, 0.0, "the answer is not true: it is 1")),
        (None, None, (True, 1.0, "the answer is null")),
        ({"a": 1, "b": ["x"]}, {"b": ["x "], "a": 1.0}, (True, 1.0, 'the answer is {"a": 1, "b": ["x"]}')),
        ({"a": 1}, {"a": 1, "b": 2}, (False, 0.0, 'the answer is not {"a": 1}: it is {"a": 1, "b": 2}')),
        ([1, 2], [1, 2], (True, 1.0, "the answer is [1, 2]")),
        ([1, 2], [2, 1], (False, 0.0, "the answer is not [1, 2]: it is [2, 1]")),
        ("b", ["a", "b"], (True, 1.0, 'the answer is "b"')),
        ("c", ["a", "b"], (False, 0.0, 'the answer is not "c": it is ["a", "b"]')),
        ({"any": ["a", "b"]}, "b", (True, 1.0, 'the answer is "b"')),
        ({"any": ["a", "b"]}, "c", (False, 0.0, 'the answer is not "a" or "b": it is "c"')),
        ({"all": ["a", "b"]}, ["b", "a", "c"], (True, 1.0, 'the answer is "a" and "b"')),
        ({"all": ["a", "d"]}, ["b", "a"], (False, 0.5, 'the answer is not "d": it is ["b", "a"]')),
        ({"value": "Straße", "fold": ["case"]}, "STRASSE", (True, 1.0, 'the answer is "Straße"')),
        ("ab", "ac", (False, 0.0, 'expected "ab", answered "ac"')),
        ({"speed": 5}, '{"speed": 5}', (False, 0.0, 'the answer is not {"speed": 5}: it is "{"speed": 5}"')),
    ],
)
def test_equals(judge, parameters, answer, verdict):
    assert judge("equals", parameters, answer) == verdict


def test_expected_is_used_where_the_suite_gives_no_value(judge):
    assert judge("equals", MISSING, [1], expected=[1])[0] is True
    assert judge("equals", {"fold": ["case"]}, "A", expected="a")[0] is True
    assert judge("equals", MISSING, "a")[0] is None


def test_refused(refusal):
    assert refusal("equals", {"any": ["a"], "all": ["b"]}) == (
        "equals has any and all; it takes one of them",
        "keep one",
        ("all",),
    )
    assert refusal("equals", {"any": []}) == (
        "equals: `any` is empty, so there is nothing to look for",
        "list at least one value",
        ("any",),
    )
    assert refusal("equals", {"value": 1, "fould": ["case"]}) == (
        'equals has no parameter "fould"',
        'did you mean "fold"?',
        ("fould",),
    )
