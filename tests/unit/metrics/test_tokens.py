from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING
from gemini_eval.types import Usage


@pytest.mark.parametrize(
    ("parameters", "usage", "verdict"),
    [
        ({"output": {"max": 4}}, Usage(3, 4), (True, 1.0, "4 output tokens, at most 4 expected")),
        ({"output": {"min": 5}}, Usage(3, 4), (False, 0.0, "4 output tokens, at least 5 expected")),
        ({"total": {"max": 9}}, Usage(3, 4, 3), (False, 0.0, "10 total tokens, at most 9 expected")),
        (
            {"prompt": {"max": 9}, "thoughts": {"max": 1}},
            Usage(3, 4, 3),
            (False, 0.0, "3 prompt tokens, at most 9 expected; 3 thoughts tokens, at most 1 expected"),
        ),
        ({"total": {"max": 9}}, Usage(3), (None, 0.0, "the model did not say how many total tokens there were")),
    ],
)
def test_tokens(judge, parameters, usage, verdict):
    assert judge("tokens", parameters, "", usage=usage) == verdict


def test_refused(refusal):
    assert refusal("tokens", MISSING) == (
        "tokens counts nothing",
        "for example {output: {max: 64}}; or prompt, thoughts, total",
        (),
    )
    assert refusal("tokens", {"outputs": {"max": 1}}) == (
        'tokens has no parameter "outputs"',
        'did you mean "output"?',
        ("outputs",),
    )
