from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        ("^[A-Z]{3}$", " ABC\n", (True, 1.0, 'the answer matches "^[A-Z]{3}$"')),
        ("^[A-Z]{3}$", "ABCD", (False, 0.0, 'the answer does not match "^[A-Z]{3}$": "ABCD"')),
        ({"any": ["^a", "b$"], "fold": ["case"]}, "XB", (True, 1.0, 'the answer matches "b$"')),
        ({"all": ["a", "b"]}, "a", (False, 0.5, 'the answer does not match "b": "a"')),
        ({"value": "^12$", "fold": ["width"]}, "１２", (True, 1.0, 'the answer matches "^12$"')),
        ("^b", ["ab", "ba"], (True, 1.0, 'the answer matches "^b"')),
        (42, "42", (True, 1.0, 'the answer matches "42"')),
        ("x", 5, (False, 0.0, 'the answer does not match "x": 5')),
    ],
)
def test_regex(judge, parameters, answer, verdict):
    assert judge("regex", parameters, answer) == verdict


def test_expected_is_never_taken_for_a_pattern(refusal):
    assert refusal("regex", MISSING) == ("regex needs a pattern", "for example regex: '^[A-Z]{3}$'", ())


def test_a_wrong_pattern_is_refused_where_it_stands(refusal):
    reason, hint, path = refusal("regex", {"any": ["a", "(?=b)"]})
    assert "(?=" in reason
    assert "look-ahead" in hint
    assert path == ("any", 1)
    assert refusal("regex", "(a")[2] == ()
