"""Exact sums, Wilson's interval, latency percentiles."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from gemini_eval.summary.exact import FloatSum, ShareSum
from gemini_eval.summary.interval import wilson
from gemini_eval.summary.latency import EXACT, Latencies


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e12, 1e12), max_size=50), st.randoms())
def test_a_float_sum_is_correctly_rounded_in_any_order(values: list[float], order: random.Random) -> None:
    total = math.fsum(values)
    order.shuffle(values)
    running = FloatSum()
    for value in values:
        running.add(value)
    assert running.total == total


def test_shares_of_thirds_add_up_to_one_exactly() -> None:
    shares = ShareSum()
    for _ in range(3):
        shares.add(1, 3)
    shares.add(7, 10)
    assert shares.total == Fraction(17, 10)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_equals_scipy(counts: tuple[int, int]) -> None:
    hits, n = counts
    theirs = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    ours = wilson(hits / n, n)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_wilson_at_its_ends() -> None:
    assert (wilson(0.0, 7).low, wilson(1.0, 7).high) == (0.0, 1.0)
    assert 0 < wilson(0.0, 7).high < 0.5 < wilson(1.0, 7).low < 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_a_few_percentiles_are_numpys_nearest_rank(values: list[float]) -> None:
    latencies = _filled(values)
    found = [latencies.percentile(percent) for percent in (1, 50, 90, 95, 99, 100)]
    assert found == [float(numpy.percentile(values, p, method="inverted_cdf")) for p in (1, 50, 90, 95, 99, 100)]
    assert latencies.mean == math.fsum(values) / len(values)


@pytest.mark.parametrize("seed", range(4))
def test_many_percentiles_are_within_one_percent_in_bounded_memory(seed: int) -> None:
    draw = random.Random(seed)
    values = [math.exp(draw.gauss(6, 2)) for _ in range(EXACT * 3)] + [0.0] * 50
    latencies = _filled(values)
    for percent in (1, 50, 90, 95, 99, 100):
        exact = float(numpy.percentile(values, percent, method="inverted_cdf"))
        assert latencies.percentile(percent) == pytest.approx(exact, rel=0.01)
    assert len(latencies._buckets) < 3_000
    assert latencies._values is None


def test_the_last_exact_value_and_the_first_bucketed_one() -> None:
    latencies = _filled([float(value) for value in range(1, EXACT + 1)])
    assert latencies.percentile(50) == EXACT / 2
    latencies.add(1.0)
    assert latencies.percentile(50) == pytest.approx(EXACT / 2, rel=0.01)


def test_odd_latencies_are_held_within_bounds() -> None:
    for exact in (True, False):
        latencies = _filled([] if exact else [0.0] * (EXACT + 1))
        for value in (-5.0, math.nan, 0.0, 1e-300, math.inf):
            latencies.add(value)
        assert latencies.percentile(1) == 0.0
        assert latencies.percentile(100) == pytest.approx(1e12, rel=0.01)


def test_no_latency_has_no_percentile() -> None:
    assert (Latencies().percentile(50), Latencies().mean) == (None, None)


def _filled(values: list[float]) -> Latencies:
    latencies = Latencies()
    for value in values:
        latencies.add(value)
    return latencies
