"""The e-value: its formula, that it is a martingale, and what counts as a loss or a win."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from gemini_eval.stats.evalue import discordant, log_e_value

NAN = float("nan")


@pytest.mark.parametrize(("losses", "wins"), [(0, 0), (1, 0), (5, 0), (9, 2), (3, 7), (40, 20)])
def test_it_is_a_likelihood_ratio(losses: int, wins: int) -> None:
    """Of a loss's probability spread evenly over 1/2..1, against 1/2."""
    mixed = quad(lambda p: 2 * (2 * p) ** losses * (2 * (1 - p)) ** wins, 0.5, 1, epsabs=0, epsrel=1e-11)[0]
    assert float(log_e_value(losses, wins)) == pytest.approx(log(mixed), abs=1e-9)


@given(st.integers(0, 300), st.integers(0, 300))
def test_it_is_a_fair_bet_where_nothing_changed(losses: int, wins: int) -> None:
    """The next discordant pair is a loss or a win alike, and leaves it where it is on average."""
    here, lost, won = (float(log_e_value(*score)) for score in ((losses, wins), (losses + 1, wins), (losses, wins + 1)))
    assert (exp(lost - here) + exp(won - here)) / 2 == pytest.approx(1, abs=1e-6)


def test_what_stops_one_comparison_and_forty() -> None:
    fewest = [next(b for b in range(99) if log_e_value(b, 0) >= log(bound)) for bound in (20, 800)]
    assert fewest == [7, 13]


def test_it_takes_arrays_and_never_overflows() -> None:
    found = log_e_value([0, 5000, 0], [0, 0, 5000])
    assert found.tolist() == pytest.approx([0, 5000 * log(2) + log(2 / 5001), float("-inf")])


def test_losses_and_wins_round_by_round() -> None:
    baseline = [[1, 1, 0], [1, 1, NAN], [0, 0.5, 1]]
    candidate = [[0, 1, 1], [0, NAN, 1], [0, 0.25, 0]]
    assert discordant(baseline, candidate) == (4, 1)


def test_rounds_that_one_side_lacks_are_left_out() -> None:
    assert discordant([[1, 1, 1]], [[0, 0]]) == (2, 0)


def test_a_cluster_bets_once_a_round() -> None:
    baseline = np.array([[1, 1], [1, 0], [1, 0], [0.1, 1], [0.2, 1], [0.3, 1]])
    candidate = np.array([[0, 1], [0, 1], [1, 0], [0.3, 1], [0.2, 1], [0.1, 1]])
    assert discordant(baseline, candidate, ["a", "a", "", "b", "b", "b"]) == (1, 1)
