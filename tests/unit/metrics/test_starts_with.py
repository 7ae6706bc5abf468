from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        ("Yes", " Yes, it is", (True, 1.0, 'the answer starts with "Yes"')),
        ("Yes", "yes", (False, 0.0, 'the answer does not start with "Yes": "yes"')),
        ({"value": "Yes", "fold": ["case"]}, "YES!", (True, 1.0, 'the answer starts with "Yes"')),
        ({"any": ["Yes", "No"]}, "Maybe", (False, 0.0, 'the answer does not start with "Yes" or "No": "Maybe"')),
        ("b", ["a", "b"], (True, 1.0, 'the answer starts with "b"')),
        (5, "5 apples", (True, 1.0, 'the answer starts with "5"')),
    ],
)
def test_starts_with(judge, parameters, answer, verdict):
    assert judge("starts_with", parameters, answer) == verdict


def test_expected(judge):
    assert judge("starts_with", MISSING, "Paris it is", expected="Paris")[0] is True
