from __future__ import annotations

import pytest

CAT = "The cat sat on the mat."


@pytest.mark.parametrize(
    ("parameters", "answer", "passed", "score"),
    [
        ({}, CAT, True, 1.0),
        ({}, "The cat sat on a mat.", True, 0.658),
        ({"words": 2}, "The cat sat on a mat.", True, 0.684),
        ({"threshold": 0.8}, "The cat sat on a mat.", False, 0.658),
        ({}, "A dog.", False, 0.026),
        ({}, "", False, 0.0),
    ],
)
def test_chrf(judge, parameters, answer, passed, score):
    assert judge("chrf", parameters, answer, expected=CAT)[:2] == (passed, score)


def test_the_best_alternative_counts_in_any_script(judge):
    assert judge("chrf", {}, "今日は雨です", any_of=["猫", "今日は雨です"])[:2] == (True, 1.0)


def test_the_reason(judge):
    assert judge("chrf", {}, "dog", expected="cat") == (
        False,
        0.0,
        'chrf 0.000, at least 0.5 expected: expected "cat", answered "dog"',
    )


def test_refused(refusal):
    assert refusal("chrf", {"words": 5}) == ("words is 5; it is from 0 (chrF) to 4", "2 is chrF++", ("words",))
    assert refusal("chrf", {"threshold": 2.0})[2] == ("threshold",)
