from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("parameters", "answer", "expected", "passed", "score"),
    [
        ({}, "The cat sat on the mat.", "the cat sat on the mat", True, 1.0),
        ({}, "the cat sat on a mat", "the cat sat on the mat", True, 0.611),
        ({"threshold": 0.7}, "the cat sat on a mat", "the cat sat on the mat", False, 0.611),
        ({}, "the the the the the the", "the cat sat on the mat", False, 0.111),
        ({}, "the", "the cat sat on the mat", False, 0.056),
        ({}, "今日は雨です", "今日は晴です", True, 0.5),
        ({"by": "character"}, "환불해요", "환불하세요", False, 0.286),
        ({}, "", "x", False, 0.0),
    ],
)
def test_gleu(judge, parameters, answer, expected, passed, score):
    assert judge("gleu", parameters, answer, expected=expected)[:2] == (passed, score)


def test_the_best_alternative_counts(judge):
    assert judge("gleu", {}, "a cat", any_of=["dog", "a cat"]) == (True, 1.0, "gleu 1.000, at least 0.5 expected")


def test_refused(refusal):
    assert refusal("gleu", {"threshold": 2.0}) == ("threshold is 2; it is from 0 to 1", "", ("threshold",))
