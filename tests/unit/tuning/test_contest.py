"""The tuned winner against prompts: verdicts after Holm, where tuning pays, where it errs."""

from __future__ import annotations

import pytest

from gemini_eval.comparison.sides import ACCURACY
from gemini_eval.summary.build import SuiteTally
from gemini_eval.summary.context import FigureContext
from gemini_eval.summary.model import VariantSummary
from gemini_eval.tuning.contest import BreakEven, Contestant, Mistakes, Training, break_even, hold, mistakes
from gemini_eval.types import Figure
from tests.support.results import LABELS
from tests.unit.comparison.sides import judged, side


def named(variant: str, **values: float | None) -> Contestant:
    return Contestant(variant, "p", "m", False, {name: Figure(name, value) for name, value in values.items()})


def test_better_and_worse_are_said_after_holm() -> None:
    """Five cases that only the winner has right: p = 1/64 mid-p alone, doubled by Holm, and still at most 5 %."""
    winner = side("tuned", [[True]] * 10)
    held = hold(winner, [side("zero", [[False]] * 5 + [[True]] * 5), side("few", [[True]] * 10)], [ACCURACY], LABELS)
    assert [(one.prompted, one.verdict, one.p_better, one.p_worse) for one in held] == [
        ("zero", "better", 1 / 32, 1.0),
        ("few", "open", 0.5, 1.0),
    ]
    four = hold(winner, [side("zero", [[False]] * 4 + [[True]] * 6), side("few", [[True]] * 10)], [ACCURACY], LABELS)
    assert (four[0].verdict, four[0].p_better) == ("open", 1 / 16)
    alone = hold(winner, [side("zero", [[False]] * 4 + [[True]] * 6)], [ACCURACY], LABELS)
    assert (alone[0].verdict, alone[0].p_better) == ("better", 1 / 32)


def test_a_winner_that_is_worse() -> None:
    (held,) = hold(side("tuned", [[False]] * 6 + [[True]] * 4), [side("few", [[True]] * 10)], [ACCURACY], LABELS)
    assert (held.verdict, held.p_worse) == ("worse", 1 / 128)


def test_a_prompt_of_which_nothing_was_delivered_has_no_part_in_holm() -> None:
    winner = side("tuned", [[True]] * 5)
    held = hold(winner, [side("gone", [[None]] * 5), side("few", [[False]] * 5)], [ACCURACY], LABELS)
    assert [(one.verdict, one.p_better) for one in held] == [("open", None), ("better", 1 / 64)]
    assert held[0].tests[0].why == "no case was delivered on both sides"


LONG = {"prompt_tokens": 500.0, "output_tokens": 2.0, "cost_per_1000": 0.155, "mean_latency": 300.0}
SHORT = {"prompt_tokens": 50.0, "output_tokens": 2.0, "cost_per_1000": 0.02, "mean_latency": 200.0}


@pytest.mark.parametrize(
    ("changes", "training", "requests", "by_time", "why"),
    [
        ({}, Training(2.7, 600), 20_000, 6_000, ""),
        ({"cost_per_1000": 0.2}, Training(2.7), None, None, ""),
        ({"cost_per_1000": 0.155}, Training(2.7), None, None, ""),
        ({"cost_per_1000": None}, Training(2.7), None, None, "the tuned model's price is not known"),
        ({}, Training(), None, None, "the training's cost is not known"),
        ({"cost_per_1000": None}, Training(), None, None, "the training's cost and the tuned model's price are not known"),
        ({}, Training(0.0), 0, None, ""),
    ],
    ids=["pays", "dearer", "the same", "no price", "no cost", "neither", "for nothing"],
)
def test_break_even(
    changes: dict[str, float | None], training: Training, requests: int | None, by_time: int | None, why: str
) -> None:
    found = break_even(named("tuned", **{**SHORT, **changes}), named("few", **LONG), training)
    assert (found.requests, found.requests_by_time, found.why, found.saved_tokens) == (requests, by_time, why, 450.0)


def test_a_difference_that_rounding_makes_is_none() -> None:
    """One priced by its answers, each in whole micro-dollars, the other by its mean tokens."""
    tuned, few = named("tuned", cost_per_1000=0.014212), named("few", cost_per_1000=0.0142)
    assert break_even(tuned, few, Training(1.0)).saved_usd == 0.0


def test_nothing_is_made_of_what_was_not_measured() -> None:
    found = break_even(named("tuned"), named("few"), Training(1.0, 1.0))
    why = "the prompted variant's price and the tuned model's price are not known"
    assert found == BreakEven("few", None, None, None, None, None, why)


def summary(marks: list[bool]) -> VariantSummary:
    tally = SuiteTally("tickets", FigureContext(labels=LABELS, variants=("few",)))
    for number, mark in enumerate(marks):
        tally.add(judged(number, [mark]))
    return tally.summary().variants["few"]


def test_mistakes() -> None:
    marks = [False, False, False, True, True]
    winner, other = side("tuned", [[mark] for mark in marks]), side("few", [[False], [True], [None], [True], [False]])
    found = mistakes(summary(marks), winner, [other, winner], ACCURACY)
    assert found == Mistakes(5, 3, "refund", "billing", 3, 1, "billing", 3)


def test_no_mistakes() -> None:
    winner = side("tuned", [[True]] * 3)
    assert mistakes(summary([True] * 3), winner, [winner], ACCURACY) == Mistakes(3, 0, "", "", 0, 0)
