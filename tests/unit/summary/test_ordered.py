"""Ordered labels: scikit-learn's quadratic kappa, steps by hand, and answers that are no label."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, mean_absolute_error

from gemini_eval.summary import FigureContext, SuiteTally, VariantSummary
from gemini_eval.types import Outcome
from tests.support.results import case, sample, unanswered

ORDER = ("low", "middle", "high", "top")
answers = st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(0, 3)), min_size=1, max_size=30)


def summarised(pairs: list[tuple[int, int | None]], order: tuple[str, ...] = ORDER) -> VariantSummary:
    context = FigureContext(labels=tuple(sorted(order)), assertions=("label",), variants=("few",), order=order)
    tally = SuiteTally("tickets", context)
    for number, (expected, answer) in enumerate(pairs):
        label = None if answer is None else order[answer]
        tally.add(case(number, order[expected], sample(label, order[expected])))
    return tally.summary().variants["few"]


def farthest(expected: int) -> int:
    return 0 if expected >= 2 else 3


@settings(max_examples=150, deadline=None)
@given(answers)
def test_quadratic_kappa_and_steps_are_scikit_learns(pairs: list[tuple[int, int | None]]) -> None:
    figures = summarised(pairs).figures
    expected = [pair[0] for pair in pairs]
    said = [farthest(pair[0]) if pair[1] is None else pair[1] for pair in pairs]
    assert figures["mae_steps"].value == pytest.approx(mean_absolute_error(expected, said))
    if len({*expected, *said}) > 1:
        theirs = cohen_kappa_score(expected, said, weights="quadratic", labels=range(4))
        assert figures["quadratic_kappa"].value == pytest.approx(theirs)
    else:
        assert figures["quadratic_kappa"].value is None
        assert "chance alone would agree" in figures["quadratic_kappa"].reason


def test_no_label_and_no_answer_are_the_farthest_step() -> None:
    context = FigureContext(labels=ORDER, variants=("few",), order=ORDER)
    tally = SuiteTally("tickets", context)
    tally.add(case(0, "high", sample(None, "high")))
    tally.add(case(1, "low", unanswered(Outcome.BLOCKED)))
    tally.add(case(2, "low", unanswered(Outcome.QUOTA)))
    figure = tally.summary().variants["few"].figures["mae_steps"]
    assert (figure.value, figure.n) == (2.5, 2)


def test_the_middle_of_three_is_as_far_from_both_ends() -> None:
    assert summarised([(1, None)], ("negative", "neutral", "positive")).figures["mae_steps"].value == 1.0


def test_samples_share_their_cases_weight() -> None:
    context = FigureContext(labels=ORDER, variants=("few",), order=ORDER)
    tally = SuiteTally("tickets", context)
    tally.add(case(0, "low", sample("low", "low"), sample("top", "low", 1)))
    tally.add(case(1, "low", sample("low", "low")))
    assert tally.summary().variants["few"].figures["mae_steps"].value == 0.75


def test_without_an_order_there_is_no_such_figure() -> None:
    tally = SuiteTally("tickets", FigureContext(labels=ORDER, variants=("few",)))
    tally.add(case(0, "low", sample("low", "low")))
    figures = tally.summary().variants["few"].figures
    assert "mae_steps" not in figures and "quadratic_kappa" not in figures
