from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING

LABELS = {"White wine": ("white", "백포도주"), "Red wine": (), "7": ()}


@pytest.mark.parametrize(
    ("parameters", "answer", "expected", "verdict"),
    [
        (MISSING, "White wine", "White wine", (True, 1.0, "the answer is White wine")),
        (MISSING, "WHITE", "White wine", (True, 1.0, "the answer is White wine")),
        (MISSING, "백포도주", "white", (True, 1.0, "the answer is White wine")),
        (MISSING, "white wine", "White wine", (False, 0.0, 'expected White wine, answered "white wine", which is no label')),
        ({"fold": ["case"]}, "white wine", "White wine", (True, 1.0, "the answer is White wine")),
        (MISSING, "rosé", "White wine", (False, 0.0, 'expected White wine, answered "rosé", which is no label')),
        (MISSING, "Red wine", "White wine", (False, 0.0, "expected White wine, answered Red wine")),
        (MISSING, 7, 7, (True, 1.0, "the answer is 7")),
        (MISSING, "x", "rosé", (False, 0.0, 'expected "rosé" is none of the labels White wine, Red wine and 7')),
        (MISSING, "x", {"a": 1}, (False, 0.0, "expected is an object, which is no label")),
        (MISSING, ["White wine"], "White wine", (False, 0.0, 'expected White wine, answered ["White wine"], which is no label')),
    ],
)
def test_label(judge, parameters, answer, expected, verdict):
    assert judge("label", parameters, answer, expected=expected, labels=LABELS) == verdict


def test_any_of_several_labels(judge):
    assert judge("label", MISSING, "Red wine", any_of=["white", "Red wine"], labels=LABELS)[0] is True
    assert judge("label", MISSING, "7", any_of=["white", "Red wine"], labels=LABELS) == (
        False,
        0.0,
        "expected White wine or Red wine, answered 7",
    )


def test_without_labels_expected_itself_is_the_label(judge):
    assert judge("label", MISSING, "a", expected="a")[0] is True
    assert judge("label", MISSING, "b", expected="a") == (False, 0.0, 'expected a, answered "b", which is another')


def test_without_expected_it_cannot_judge(judge):
    assert judge("label", MISSING, "a", labels=LABELS)[0] is None
