from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        ({"words": {"max": 3}}, "one two three", (True, 1.0, "3 words, at most 3 expected")),
        ({"words": {"min": 4}}, "one - two, three", (False, 0.0, "3 words, at least 4 expected")),
        ({"words": {"min": 1, "max": 5}}, "", (False, 0.0, "0 words, 1 to 5 expected")),
        ({"words": 6}, "今日は 良い ok 5", (False, 0.0, "7 words, exactly 6 expected")),
        ({"words": 3}, "속도는 매우 빠르다", (True, 1.0, "3 words, exactly 3 expected")),
        ({"characters": 4}, " Cafe\u0301 ", (True, 1.0, "4 characters, exactly 4 expected")),
        ({"sentences": 2}, "It is 3.5 km. Is it?", (True, 1.0, "2 sentences, exactly 2 expected")),
        ({"sentences": 3}, 'He said "Go." Then he left', (False, 0.0, "2 sentences, exactly 3 expected")),
        ({"sentences": 2}, "今日は。元気？", (True, 1.0, "2 sentences, exactly 2 expected")),
        ({"sentences": 2}, "1. First thing\n\n2. Second thing", (True, 1.0, "2 sentences, exactly 2 expected")),
        ({"sentences": 2}, "It was in 2024. Now it is not...", (True, 1.0, "2 sentences, exactly 2 expected")),
        ({"sentences": 0}, " ... ", (True, 1.0, "0 sentences, exactly 0 expected")),
        (
            {"words": {"max": 1}, "characters": {"max": 9}},
            "a b",
            (False, 0.0, "2 words, at most 1 expected; 3 characters, at most 9 expected"),
        ),
        ({"characters": 2}, 42, (True, 1.0, "2 characters, exactly 2 expected")),
        ({"characters": 2}, [], (False, 0.0, "the answer is a list; length counts text")),
    ],
)
def test_length(judge, parameters, answer, verdict):
    assert judge("length", parameters, answer) == verdict


def test_refused(refusal):
    assert refusal("length", MISSING) == ("length counts nothing", "for example {words: {max: 50}}; or characters, sentences", ())
    assert refusal("length", 5) == ("length takes a map, not 5", "its parameters are words, characters, sentences", ())
    assert refusal("length", {"word": 5}) == ('length has no parameter "word"', 'did you mean "words"?', ("word",))
    assert refusal("length", {"words": {"mx": 5}}) == (
        'length has no parameter "words.mx"',
        'did you mean "max"?',
        ("words", "mx"),
    )
    assert refusal("length", {"words": {}}) == ("a range needs `min` or `max`", "for example {max: 50}", ("words",))
    assert refusal("length", {"words": {"min": 5, "max": 3}}) == (
        "`min` 5 is over `max` 3, so nothing can pass",
        "swap them",
        ("words", "min"),
    )
    assert refusal("length", {"words": {"max": -1}}) == ("`max` is -1; a count is never below 0", "", ("words", "max"))
    assert refusal("length", {"words": "5"}) == ('length: `words` is "5"; it must be a map or a whole number', "", ("words",))
    assert refusal("length", {"words": {"max": True}}) == (
        "length: `words.max` is true; it must be a whole number",
        "",
        ("words", "max"),
    )
