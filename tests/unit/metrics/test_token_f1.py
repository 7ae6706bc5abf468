from __future__ import annotations

import re
import string
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gemini_eval.metrics.build import build_metric
from gemini_eval.types import Expected, Response, Subject


@pytest.mark.parametrize(
    ("parameters", "answer", "expected", "passed", "score"),
    [
        ({}, "The Eiffel Tower, in Paris!", "eiffel tower", True, 0.667),
        ({"score": "recall"}, "The Eiffel Tower, in Paris!", "eiffel tower", True, 1.0),
        ({"score": "precision"}, "The Eiffel Tower, in Paris!", "eiffel tower", True, 0.5),
        ({"threshold": 0.7}, "The Eiffel Tower, in Paris!", "eiffel tower", False, 0.667),
        ({"score": "exact"}, "The Eiffel Tower.", "an eiffel tower", True, 1.0),
        ({"score": "exact"}, "tower eiffel", "eiffel tower", False, 0.0),
        ({}, "tower tower tower", "tower", True, 0.5),
        ({}, "The", "a", True, 1.0),
        ({}, "", "x", False, 0.0),
        ({}, "“Paris” – 1889", "Paris 1889", True, 1.0),
        ({}, "환불을 신청했어요.", "환불 신청했어요", True, 0.5),
        ({"by": "character"}, "환불을 신청했어요.", "환불 신청했어요", True, 0.933),
        ({}, "今日は雨です。", "今日は晴です", True, 0.833),
    ],
)
def test_token_f1(judge, parameters, answer, expected, passed, score):
    assert judge("token_f1", parameters, answer, expected=expected)[:2] == (passed, score)


def test_the_best_alternative_counts(judge):
    assert judge("token_f1", {}, "a cat", any_of=["dog", "the cat"]) == (True, 1.0, "token_f1 1.000, at least 0.5 expected")


def test_reasons_show_both_texts(judge):
    reason = 'token_f1 exact 0.000, at least 0.5 expected: expected "Rome", answered "Paris"'
    assert judge("token_f1", {"value": "Rome", "score": "exact"}, "Paris") == (False, 0.0, reason)


def test_refused(refusal):
    assert refusal("token_f1", {"threshold": 2.0}) == ("threshold is 2; it is from 0 to 1", "", ("threshold",))


# ---- against the definition in SQuAD's evaluation script -------------------------------------------------


def squad_words(text: str) -> list[str]:
    """Lower case, then no punctuation, then no articles, then single spaces."""
    plain = "".join(char for char in text.lower() if char not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", plain).split()


def squad_scores(answer: str, references: list[str]) -> tuple[float, float]:
    """(F1, exact match), each the best over the references."""
    best, exact = 0.0, 0.0
    for reference in references:
        has, wanted = squad_words(answer), squad_words(reference)
        same = (Counter(has) & Counter(wanted)).total()
        if not has or not wanted:
            f1 = float(has == wanted)
        else:
            precision, recall = same / len(has), same / len(wanted)
            f1 = 2 * precision * recall / (precision + recall) if same else 0.0
        best, exact = max(best, f1), max(exact, float(" ".join(has) == " ".join(wanted)))
    return best, exact


WORDS = [
    "the",
    "The",
    "a",
    "an",
    "cat",
    "cat's",
    "U.S.",
    "3.5",
    "$5",
    "well-known",
    "_",
    "--",
    "then",
    "A",
    "th_e",
    "dog",
    "(the)",
]
texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.text(st.characters(min_codepoint=9, max_codepoint=126, categories=["L", "N", "P", "S", "Zs"], include_characters="\n\t")),
)


@given(texts, st.lists(texts, min_size=1, max_size=3))
@example("The cat's", ["cats", "a"])
@example("the", ["a"])
def test_on_ascii_text_it_is_squads_script(answer, references):
    subject = Subject(answer, answer, Response(answer), Expected(None, tuple(references)))
    found = tuple(build_metric("token_f1", {"score": kind}).judge(subject).score for kind in ("f1", "exact"))
    assert found == pytest.approx(squad_scores(answer, references), abs=1e-12)
