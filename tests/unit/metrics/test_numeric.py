from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        (1320, "US$ 1,320.", (True, 1.0, "the answer is 1320, expected 1320")),
        (1320, "1321", (False, 0.0, "expected 1320, answered 1321")),
        (1320, "about 1320", (False, 0.0, 'expected 1320, but "about 1320" is no number')),
        ({"value": 0.2, "tolerance": 0.1}, "0.3", (True, 1.0, "the answer is 0.3, expected 0.2 (within 0.1)")),
        ({"value": 200, "tolerance": "1%"}, 203, (False, 0.0, "expected 200 (within 1%), answered 203")),
        (1, True, (False, 0.0, "expected 1, but true is no number")),
        (1, [1], (False, 0.0, "expected 1, but [1] is no number")),
    ],
)
def test_numeric(judge, parameters, answer, verdict):
    assert judge("numeric", parameters, answer) == verdict


def test_expected(judge):
    assert judge("numeric", MISSING, "1,320", expected="1320 ")[0] is True
    assert judge("numeric", MISSING, "3", any_of=[1, 2]) == (False, 0.0, "expected 1 or 2, answered 3")
    assert judge("numeric", MISSING, "3", expected="three") == (False, 0.0, 'expected is "three", which is no number')
    assert judge("numeric", MISSING, "3")[0] is None


def test_refused(refusal):
    assert refusal("numeric", "x") == ('numeric is "x", which is no number', "for example 1320", ())
    assert refusal("numeric", {"tolerance": -1})[2] == ("tolerance",)
