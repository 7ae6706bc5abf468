from __future__ import annotations

import pytest

from gemini_eval.metrics.bleu_tokens import tokens_13a

CAT = "The cat sat on the mat."


@pytest.mark.parametrize(
    ("parameters", "answer", "passed", "score"),
    [
        ({}, CAT, True, 1.0),
        ({}, "The cat sat on a mat.", False, 0.489),
        ({"threshold": 0.4}, "The cat sat on a mat.", True, 0.489),
        ({}, "A dog.", False, 0.073),
        ({}, "", False, 0.0),
        ({"tokens": "char"}, "The cat sat on a mat.", True, 0.72),
    ],
)
def test_bleu(judge, parameters, answer, passed, score):
    assert judge("bleu", parameters, answer, expected=CAT)[:2] == (passed, score)


def test_alternatives_are_references_together(judge):
    assert (
        judge("bleu", {}, "a b c d", any_of=["a b x y", "x y c d", "q b c q"])[1]
        > judge("bleu", {}, "a b c d", expected="a b x y")[1]
    )


def test_the_reason(judge):
    assert judge("bleu", {}, "dog", expected="cat") == (
        False,
        0.0,
        'bleu 0.000, at least 0.5 expected: expected "cat", answered "dog"',
    )
    assert judge("bleu", {}, "cat", expected=5)[:2] == (False, 0.0)
    assert judge("bleu", {}, "cat")[0] is None


def test_tokens_13a():
    found = tokens_13a("It's 3.5, (e.g.) 1,000... 2-3 ran-away &quot;x&quot; a_b 5.")
    assert " ".join(found) == 'It\'s 3.5 , ( e . g . ) 1,000 . . . 2 - 3 ran-away " x " a _ b 5 .'


def test_refused(refusal):
    assert refusal("bleu", {"threshold": -0.5}) == ("threshold is -0.5; it is from 0 to 1", "", ("threshold",))
    assert refusal("bleu", {"tokens": "zh"})[2] == ("tokens",)
