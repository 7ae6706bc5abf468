"""Shares of the data, and what the last step of a curve says."""

from __future__ import annotations

from collections import Counter

import pytest

from gemini_eval.comparison.sides import ACCURACY
from gemini_eval.comparison.testing import Wish, figure_tested
from gemini_eval.tuning.curve import subset, verdict_of
from gemini_eval.tuning.example import TuningExample
from gemini_eval.types import Message
from tests.unit.comparison.sides import paired


def example(number: int, answer: str) -> TuningExample:
    return TuningExample((Message("user", f"ticket {number}"), Message("model", answer)))


EXAMPLES = [example(number, "refund" if number % 4 else "billing") for number in range(40)]


def test_a_share_keeps_the_balance_and_the_order() -> None:
    for percent, wanted in (
        (25, {"refund": 7, "billing": 3}),
        (50, {"refund": 15, "billing": 5}),
        (100, {"refund": 30, "billing": 10}),
    ):
        found = subset(EXAMPLES, percent)
        assert Counter(one.answer for one in found) == wanted
        assert found == sorted(found, key=EXAMPLES.index)


def test_a_share_of_answers_of_which_no_two_are_equal() -> None:
    """As extraction has them: a share is no more than that."""
    examples = [example(number, f'{{"id": {number}}}') for number in range(40)]
    assert [len(subset(examples, percent)) for percent in (1, 25, 50, 100)] == [1, 10, 20, 40]
    rare = [*EXAMPLES, example(40, "other")]
    assert Counter(one.answer for one in subset(rare, 25)) == {"refund": 7, "billing": 3, "other": 1}


def test_a_smaller_share_is_within_a_larger_one_whatever_the_order_of_the_examples() -> None:
    quarter, half = subset(EXAMPLES, 25), subset(EXAMPLES, 50)
    assert all(one in half for one in quarter)
    again = subset(EXAMPLES[::-1], 25)
    assert sorted(map(str, again)) == sorted(map(str, quarter))


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ([True] * 10 + [False] * 10, [True] * 20, "helps"),
        ([True] * 20, [True] * 10 + [False] * 10, "falls"),
        ([True] * 20, [True] * 20, "open"),
        ([True] * 400, [True] * 400, "flat"),
    ],
    ids=["better", "worse", "too few cases", "no gain worth having"],
)
def test_the_last_step(before: list[bool], after: list[bool], verdict: str) -> None:
    pair = paired([[mark] for mark in before], [[mark] for mark in after])
    assert verdict_of(figure_tested(pair, Wish(ACCURACY, 0.05))) == verdict


def test_a_step_of_which_nothing_was_delivered() -> None:
    assert verdict_of(figure_tested(paired([[None]], [[True]]), Wish(ACCURACY, 0.05))) == "open"
