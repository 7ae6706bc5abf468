from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        (1320, "It is US$ 1,320.00.", (True, 1.0, "1320 is in the answer")),
        ("1,320", "1320", (True, 1.0, "1320 is in the answer")),
        (1320, "It is 1,321 or 13200.", (False, 0.0, "expected 1320, but the numbers in the answer are 1321 and 13200")),
        (5, "none", (False, 0.0, 'expected 5, but there is no number in "none"')),
        (5, "-5", (False, 0.0, "expected 5, but the numbers in the answer are -5")),
        (320, "A320", (False, 0.0, 'expected 320, but there is no number in "A320"')),
        ({"value": 5, "tolerance": "1%"}, "4 and 5.05", (True, 1.0, "5.05 is in the answer")),
        ({"value": 5, "tolerance": 0.5}, "6", (False, 0.0, "expected 5 (within 0.5), but the numbers in the answer are 6")),
        (5, [1, {"a": "5 km"}], (True, 1.0, "5 is in the answer")),
        (1, True, (False, 0.0, "expected 1, but there is no number in true")),
    ],
)
def test_has_number(judge, parameters, answer, verdict):
    assert judge("has_number", parameters, answer) == verdict


def test_expected(judge):
    assert judge("has_number", MISSING, "it is 7", any_of=[6, "7"])[0] is True
    assert judge("has_number", {"tolerance": 1}, "it is 7", expected=8)[0] is True
    assert judge("has_number", MISSING, "7", expected="seven") == (False, 0.0, 'expected is "seven", which is no number')
    assert judge("has_number", MISSING, "7")[0] is None


def test_refused(refusal):
    assert refusal("has_number", "seven") == ('has_number is "seven", which is no number', "for example 1320", ())
    assert refusal("has_number", {"value": 1, "tolerance": "x"}) == (
        "a tolerance is a number from 0 up (0.5) or a share of the expected number (1%), not 'x'",
        "",
        ("tolerance",),
    )
    assert refusal("has_number", True) == ("has_number: `value` is true; it must be a number or text", "", ())
