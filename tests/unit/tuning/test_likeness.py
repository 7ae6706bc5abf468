"""Where tuning data is not what is evaluated, and where chance alone makes it look so."""

from __future__ import annotations

import random

import pytest

from gemini_eval.tuning.datum import Datum
from gemini_eval.tuning.likeness import differences, script_of

WORDS = [
    f"{one}{other}"
    for one in ("par", "let", "box", "car", "pay", "ref", "ord", "dep")
    for other in ("cel", "ter", "ing", "und", "ot")
]


def side(count: int, *, seed: int, labels: str = "ab", length: int = 12, words: list[str] = WORDS) -> list[Datum]:
    chance = random.Random(seed)
    return [
        Datum(f"case {number}", " ".join(chance.choice(words) for _ in range(length)), chance.choice(labels), None)
        for number in range(count)
    ]


def test_two_samples_of_one_kind_are_alike() -> None:
    for seed in range(20):
        assert differences(side(200, seed=seed), side(60, seed=1000 + seed)) == []


def test_each_difference_in_its_words() -> None:
    tuned = side(300, seed=1, labels="aaab")
    evaluated = side(100, seed=2, labels="abbc", length=30, words=[*WORDS, *(word[::-1] for word in WORDS)])
    korean = [Datum(datum.name, "소포가 아직 오지 않았습니다", datum.label, None) for datum in evaluated[:30]]
    assert differences(tuned, [*korean, *evaluated[30:]]) == [
        "labels: no example has the label c, which 25 evaluation cases expect",
        "labels: a, 72% of the examples, 21% of the cases",
        "lengths: half the examples have over 81 characters, half the cases over 202",
        "languages, by their writing: Latin letters, 100% of the examples, 70% of the cases",
        "vocabulary: 52% of the words in the cases are new to a half of the tuning data, against 0% in its other half",
    ]


def test_a_few_tell_nothing() -> None:
    assert differences(side(300, seed=1), side(19, seed=2, length=90)) == []
    assert differences(side(19, seed=1), side(300, seed=2, length=90)) == []


def test_without_labels_there_are_none_to_compare() -> None:
    bare = [Datum(datum.name, datum.text, None, None) for datum in side(100, seed=1)]
    assert differences(bare, side(100, seed=2)) == []


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Where is my parcel?", "Latin letters"),
        ("Où est mon colis, là-bas ?", "Latin letters"),
        ("소포가 어디 있나요? PDF로 주세요", "Hangul"),
        ("私の荷物はどこですか", "Kana"),
        ("我的包裹在哪里", "Chinese characters"),
        ("Где моя посылка", "Cyrillic letters"),
        ("١٢٣ أين طردي", "Arabic letters"),
        ("12345 !!", "no letters"),
        ("", "no letters"),
    ],
)
def test_scripts(text: str, script: str) -> None:
    assert script_of(text) == script
