from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("answer", "expected", "verdict"),
    [
        ("Paris", "Paris", (True, 1.0, 'the answer is "Paris"')),
        (" Cafe\u0301\n", "Café", (True, 1.0, 'the answer is " Cafe\u0301⏎"')),
        ("paris", "Paris", (False, 0.0, 'expected "Paris", answered "paris"')),
        ("Not Paris", "Paris", (False, 0.0, 'expected "Paris", answered "Not Paris"')),
        ("3.5", "35", (False, 0.0, 'expected "35", answered "3.5"')),
        ("-5", "5", (False, 0.0, 'expected "5", answered "-5"')),
        ("1320", 1320, (True, 1.0, 'the answer is "1320"')),
        ("true", True, (True, 1.0, 'the answer is "true"')),
        ("1", True, (False, 0.0, 'expected "true", answered "1"')),
        (1320, "1,320.00", (True, 1.0, "the answer is 1320")),
        (1, True, (False, 0.0, 'expected "true", answered "1"')),
        ("", "", (True, 1.0, 'the answer is ""')),
        ("x", {"a": 1}, (False, 0.0, "expected is an object; exact_match compares text, equals and json_match compare the rest")),
        (["x"], "x", (False, 0.0, "the answer is a list; exact_match compares text, equals and json_match compare the rest")),
    ],
)
def test_exact_match(judge, answer, expected, verdict):
    assert judge("exact_match", MISSING, answer, expected=expected) == verdict


def test_alternatives(judge):
    assert judge("exact_match", MISSING, "b", any_of=["a", "b"]) == (True, 1.0, 'the answer is "b"')
    assert judge("exact_match", MISSING, "c", any_of=["a", "b"]) == (False, 0.0, 'expected "a" or "b", answered "c"')


def test_the_suites_value_goes_before_expected(judge):
    assert judge("exact_match", "a", "a", expected="b")[0] is True
    assert judge("exact_match", {"value": 5}, "5")[0] is True


def test_long_texts_are_clipped_around_the_difference(judge):
    passed, _, reason = judge("exact_match", MISSING, "x" * 500 + "A" + "y" * 500, expected="x" * 500 + "B" + "y" * 500)
    assert (passed, reason) == (
        False,
        f'expected "…{"x" * 30}B{"y" * 29}…", answered "…{"x" * 30}A{"y" * 29}…"',
    )


def test_without_expected_it_cannot_judge(judge):
    assert judge("exact_match", MISSING, "a") == (None, 0.0, "there is nothing to compare with: the case has no expected")


def test_refused(refusal):
    assert refusal("exact_match", {"value": {"a": 1}})[2] == ("value",)
    assert refusal("exact_match", ["a"]) == ('exact_match: `value` is ["a"]; it must be text, a number or true or false', "", ())
