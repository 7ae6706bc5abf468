"""The exact sign-flip test against enumeration, statsmodels and scipy."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm, permutation_test
from statsmodels.stats.contingency_tables import mcnemar

from gemini_eval.stats.pairs import Ints
from gemini_eval.stats.sign_flip import DRAWS, LARGEST, DirectionTest, drawn_tail, exact_tail, listed_tail, sign_flip

differences = st.lists(st.integers(-30, 30), min_size=1, max_size=11).map(lambda values: np.array(values, dtype=np.int64))


def enumerated(values: Ints) -> float:
    """P(T < t) + P(T = t) / 2 over every sign flip of all differences, zeros too."""
    sums = [int(np.dot(signs, values)) for signs in product((1, -1), repeat=len(values))]
    observed = int(values.sum())
    return sum((total < observed) + (total == observed) / 2 for total in sums) / len(sums)


@settings(max_examples=60, deadline=None)
@given(differences)
def test_every_flip_is_counted(values: Ints) -> None:
    found = sign_flip(values)
    assert found.p_regressed == pytest.approx(enumerated(values), abs=1e-14)
    assert (found.p_regressed + found.p_improved, found.exact) == (1, True)


@settings(max_examples=60, deadline=None)
@given(differences, st.integers(0, 2**32 - 1), st.integers(1, 50))
def test_order_scale_and_zeros_are_irrelevant(values: Ints, seed: int, scale: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(values)
    assert sign_flip(shuffled) == sign_flip(values) == sign_flip(values * scale) == sign_flip(np.append(values, [0, 0]))


@settings(max_examples=60, deadline=None)
@given(differences)
def test_swapping_the_sides_mirrors(values: Ints) -> None:
    there, back = sign_flip(values), sign_flip(-values)
    assert (there.p_regressed, there.p_improved) == (back.p_improved, back.p_regressed)


@pytest.mark.parametrize(("failing", "passing"), [(1, 0), (4, 0), (12, 3), (22, 18), (3, 9), (70, 40), (400, 350)])
def test_one_sample_of_pass_or_fail_is_mcnemars_mid_p(failing: int, passing: int) -> None:
    exact = float(mcnemar([[0, failing], [passing, 0]], exact=True).pvalue)
    both = failing + passing
    mid = exact - float(binom.pmf(min(failing, passing), both, 0.5))  # two-sided mid-p: half of both ends' own probability
    found = sign_flip(np.repeat([-1, 1], [failing, passing]))
    assert 2 * min(found.p_regressed, found.p_improved) == pytest.approx(mid, rel=1e-9)
    assert (found.p_regressed < 0.5) == (failing > passing)


def test_it_is_scipys_permutation_test_with_half_of_the_ties() -> None:
    values = np.array([-3, -2, -2, -1, 1, 1, -3, 2, -1, -2])

    def tail(alternative: str) -> float:
        tested = permutation_test(
            (values,), np.sum, permutation_type="samples", alternative=alternative, n_resamples=np.inf, vectorized=True
        )
        return float(tested.pvalue)

    assert sign_flip(values).p_regressed == pytest.approx((tail("less") + 1 - tail("greater")) / 2, abs=1e-12)


def test_many_equal_differences_are_one_binomial() -> None:
    found = sign_flip(np.repeat([-7, 7], [1_100, 1_000]))
    assert found.p_regressed == pytest.approx(binom.cdf(1_000, 2_100, 0.5) - binom.pmf(1_000, 2_100, 0.5) / 2, rel=1e-9)


def test_both_ways_of_adding_agree() -> None:
    """Seven differences of 3 are added together, one of 40 by itself; taken apart they are added one by one."""
    sizes, counts = np.array([3, 40]), np.array([7, 1])
    together = exact_tail(sizes, counts, 25)
    chance = np.zeros(26)
    chance[0] = 1
    for size in [40, *[3] * 7]:
        moved = np.zeros(26)
        moved[size:] = chance[: max(0, 26 - size)]
        chance = (chance + moved) / 2
    assert together == pytest.approx(chance[:25].sum() + chance[25] / 2, abs=1e-15)


def test_few_differences_on_a_fine_grid_are_listed() -> None:
    values = np.array([999_999_937, -500_000_003, -499_999_993, 12, -1])
    assert sign_flip(values).p_regressed == enumerated(values)
    assert listed_tail(np.array([3, 3, 5]), 3) == exact_tail(np.array([3, 5]), np.array([2, 1]), 3) == (1 + 1) / 8


def test_without_a_difference_nothing_is_known() -> None:
    assert sign_flip(np.zeros(5, dtype=np.int64)) == DirectionTest(0.5, 0.5)
    assert sign_flip(np.zeros(0, dtype=np.int64)) == DirectionTest(0.5, 0.5)


def test_what_is_too_large_is_drawn_from_a_fixed_seed() -> None:
    generator = np.random.default_rng(5)
    values = generator.integers(-10_000, 9_500, 400)
    nearer = int(min(values[values > 0].sum(), -values[values < 0].sum()))
    assert np.count_nonzero(values) * nearer > LARGEST
    found, again = sign_flip(values), sign_flip(generator.permutation(values))
    assert found == again
    assert not found.exact
    assert found.error == pytest.approx((found.p_regressed * found.p_improved / DRAWS) ** 0.5)
    spread = float((values.astype(float) ** 2).sum() ** 0.5)
    assert found.p_regressed == pytest.approx(norm.cdf(values.sum() / spread), abs=4 * found.error)
    assert sign_flip(-values).p_improved == found.p_regressed


def test_drawing_agrees_with_the_exact_tail() -> None:
    sizes = np.sort(np.random.default_rng(2).integers(1, 40, 60))
    upto = int(sizes.sum()) // 2 - 60
    exact = exact_tail(*np.unique(sizes, return_counts=True), upto)
    tail, error = drawn_tail(sizes, upto)
    assert tail == pytest.approx(exact, abs=4 * error)
