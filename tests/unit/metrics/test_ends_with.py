from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        ("yes", "It is: yes \n", (True, 1.0, 'the answer ends with "yes"')),
        ("yes", "yes.", (False, 0.0, 'the answer does not end with "yes": "yes."')),
        ({"value": "Yes", "fold": ["case", "end_punctuation"]}, "yes.", (True, 1.0, 'the answer ends with "Yes"')),
        ({"all": ["b", "ab"]}, "aab", (True, 1.0, 'the answer ends with "b" and "ab"')),
        ("b", ["a", "ab"], (True, 1.0, 'the answer ends with "b"')),
    ],
)
def test_ends_with(judge, parameters, answer, verdict):
    assert judge("ends_with", parameters, answer) == verdict


def test_expected(judge):
    assert judge("ends_with", MISSING, "it is Paris", expected="Paris")[0] is True
