from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        ("refund", "No refunds here", (True, 1.0, 'the answer contains "refund"')),
        ("Refund", "No refunds here", (False, 0.0, 'the answer does not contain "Refund": "No refunds here"')),
        ({"value": "Refund", "fold": ["case"]}, "no refunds", (True, 1.0, 'the answer contains "Refund"')),
        (1320, "It is 1320.", (True, 1.0, 'the answer contains "1320"')),
        (1.0, "1", (False, 0.0, 'the answer does not contain "1.0": "1"')),
        ({"any": ["x", "y"]}, "say y", (True, 1.0, 'the answer contains "y"')),
        ({"any": ["x", "y"]}, "see z", (False, 0.0, 'the answer does not contain "x" or "y": "see z"')),
        ({"all": ["a", "b"]}, "b a", (True, 1.0, 'the answer contains "a" and "b"')),
        ({"all": ["a", "b", "c", "d"]}, "a", (False, 0.25, 'the answer does not contain "b", "c" or "d": "a"')),
        ("b", ["a", "abc"], (True, 1.0, 'the answer contains "b"')),
        ("e\u0301", "café", (True, 1.0, 'the answer contains "e\u0301"')),
        ("a", {"a": 1}, (False, 0.0, 'the answer is {"a": 1}, no text; one that contains "a" was expected')),
        ("a", None, (False, 0.0, 'the answer is null, no text; one that contains "a" was expected')),
        ("a", [], (False, 0.0, 'the answer is [], no text; one that contains "a" was expected')),
    ],
)
def test_contains(judge, parameters, answer, verdict):
    assert judge("contains", parameters, answer) == verdict


def test_expected(judge):
    assert judge("contains", MISSING, "in Paris", any_of=["Rome", "Paris"]) == (True, 1.0, 'the answer contains "Paris"')
    assert judge("contains", MISSING, "x", expected={"a": 1}) == (False, 0.0, "expected is an object; a text is needed")
    assert judge("contains", MISSING, "x")[0] is None


def test_refused(refusal):
    empty = "contains: an empty text is met by every answer"
    assert refusal("contains", "") == (empty, "write the text to look for", ())
    assert refusal("contains", {"all": ["a", ""]}) == (empty, "write the text to look for", ("all", 1))
    assert refusal("contains", {"any": "x"}) == ('contains: `any` is "x"; it must be a list', "", ("any",))
    assert refusal("contains", {"any": ["x", []]}) == (
        "contains: `any.1` is []; it must be text, a number or true or false",
        "",
        ("any", 1),
    )
    assert refusal("contains", {"value": "a", "fold": ["casee"]}) == (
        'contains: `fold.0` is "casee"; it must be case, end_punctuation, space or width',
        'did you mean "case"?',
        ("fold", 0),
    )
    assert refusal("contains", {"anny": ["x"]}) == ('contains has no parameter "anny"', 'did you mean "any"?', ("anny",))
