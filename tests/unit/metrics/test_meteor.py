from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("answer", "expected", "passed", "score"),
    [
        ("the cat sat on the mat", "the cat sat on the mat", True, 0.998),
        ("on the mat sat the cat", "the cat sat on the mat", True, 0.5),
        ("the cats are sitting on mats", "the cat is sitting on a mat", True, 0.646),
        ("a dog", "the cat", False, 0.0),
        ("", "the cat", False, 0.0),
    ],
)
def test_meteor(judge, answer, expected, passed, score):
    assert judge("meteor", {}, answer, expected=expected)[:2] == (passed, score)


def test_the_best_alternative_counts(judge):
    assert judge("meteor", {"threshold": 0.9}, "good morning to you", any_of=["no", "good morning to you"])[:2] == (True, 0.992)


def test_refused(refusal):
    assert refusal("meteor", {"threshold": 2.0}) == ("threshold is 2; it is from 0 to 1", "", ("threshold",))
