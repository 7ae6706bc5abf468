from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "verdict"),
    [
        ({"min_similarity": 0.5}, (True, 0.571, "similarity 0.571, at least 0.5 expected")),
        (
            {"min_similarity": 0.8},
            (False, 0.571, 'similarity 0.571, at least 0.8 expected: expected "sitting", answered "kitten"'),
        ),
        ({"max_distance": 3}, (True, 0.571, "distance 3, at most 3 expected")),
        ({"max_distance": 2}, (False, 0.571, 'distance 3, at most 2 expected: expected "sitting", answered "kitten"')),
        (MISSING, (False, 0.571, 'similarity 0.571, at least 1 expected: expected "sitting", answered "kitten"')),
    ],
)
def test_levenshtein(judge, parameters, verdict):
    assert judge("levenshtein", parameters, "kitten", expected="sitting") == verdict


def test_the_most_similar_alternative_counts(judge):
    assert judge("levenshtein", {"max_distance": 1}, "kitten", any_of=["dog", "mitten"])[:2] == (True, 0.833)


def test_folds_and_the_suites_own_value(judge):
    assert judge("levenshtein", {"value": "KITTEN", "fold": ["case"]}, "kitten")[:2] == (True, 1.0)
    assert judge("levenshtein", "", "")[:2] == (True, 1.0)


def test_what_it_cannot_compare(judge):
    assert judge("levenshtein", MISSING, ["a"], expected="a") == (False, 0.0, "the answer is a list; levenshtein compares text")
    assert judge("levenshtein", MISSING, "a", expected={}) == (False, 0.0, "expected is an object; levenshtein compares text")
    assert judge("levenshtein", MISSING, "a")[0] is None
    assert judge("levenshtein", "a" * 50_000, "b" * 50_000) == (None, 0.0, "too long to compare: 50,000 characters with 50,000")


def test_refused(refusal):
    assert refusal("levenshtein", {"min_similarity": 80}) == ("min_similarity is 80; it is from 0 to 1", "", ("min_similarity",))
    assert refusal("levenshtein", {"max_distance": -1}) == (
        "max_distance is -1; a distance is never below 0",
        "",
        ("max_distance",),
    )
    assert refusal("levenshtein", {"max_distance": 1, "min_similarity": 1.0})[2] == ("max_distance",)
