"""Intervals against other ways to find them: statsmodels, a numerical likelihood, and the formula written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import beta
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from gemini_eval.stats.padded import padded
from gemini_eval.stats.quantiles import Z95
from gemini_eval.stats.rates import flaky_belief, is_flaky, jeffreys, wilson
from gemini_eval.stats.tango import tango


def score_statistic(failing: int, passing: int, n: int, difference: float) -> float:
    """Tango's statistic with the likeliest discordant rate found by search instead of by the quadratic's root."""

    def unlikely(failing_rate: float) -> float:
        rates = np.array([failing_rate + difference, failing_rate, 1 - 2 * failing_rate - difference])
        counts = np.array([passing, failing, n - passing - failing])
        return -float((counts[counts > 0] * np.log(np.maximum(rates[counts > 0], 1e-300))).sum())

    low, high = max(0.0, -difference), (1 - difference) / 2
    rate = float(minimize_scalar(unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x)
    variance = n * (2 * rate + difference - difference**2)
    return (passing - failing - n * difference) / float(np.sqrt(max(variance, 1e-300)))


@pytest.mark.parametrize(
    ("failing", "passing", "n"), [(12, 3, 100), (1, 0, 20), (4, 0, 20), (5, 6, 40), (1, 7, 30), (22, 18, 500)]
)
def test_tangos_ends_are_where_the_score_test_turns(failing: int, passing: int, n: int) -> None:
    low, high = tango(failing, passing, n)
    delta = (passing - failing) / n
    for end, sign, bracket in ((low, 1, (-0.95, delta - 1e-6)), (high, -1, (delta + 1e-6, 0.95))):
        found = brentq(lambda difference, sign=sign: score_statistic(failing, passing, n, difference) - sign * Z95, *bracket)
        assert float(end) == pytest.approx(found, abs=2e-5)


@given(n=st.integers(1, 300), data=st.data())
def test_tangos_interval_mirrors_and_holds_the_difference(n: int, data: st.DataObject) -> None:
    failing = data.draw(st.integers(0, n))
    passing = data.draw(st.integers(0, n - failing))
    low, high = (float(end) for end in tango(failing, passing, n))
    back = [float(end) for end in tango(passing, failing, n)]
    assert (low, high) == (-back[1], -back[0])
    assert -1 <= low <= (passing - failing) / n + 1e-12
    assert (passing - failing) / n - 1e-12 <= high <= 1


def test_tango_takes_arrays() -> None:
    low, high = tango([1, 12], [0, 3], [20, 100])
    assert low.tolist() == [float(tango(1, 0, 20)[0]), float(tango(12, 3, 100)[0])]
    assert high.tolist() == [float(tango(1, 0, 20)[1]), float(tango(12, 3, 100)[1])]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 5)), min_size=2, max_size=30))
def test_the_padded_interval_written_out(cases: list[tuple[float, int]]) -> None:
    clusters: dict[int, list[float]] = {}
    for value, name in cases:
        clusters.setdefault(name, []).append(value)
    members = [*clusters.values(), [1.0], [-1.0]]
    n = len(cases) + 2
    mean = sum(value for value, _ in cases) / n
    squares = sum(sum(value - mean for value in group) ** 2 for group in members)
    error = np.sqrt(len(members) / (len(members) - 1) * squares) / n
    found = padded(np.array([sum(group) for group in clusters.values()]), np.array([len(group) for group in clusters.values()]))
    assert (float(found.mean), float(found.error)) == pytest.approx((mean, error), abs=1e-12)
    low, high = found.interval()
    if len(clusters) > 1:
        half = student.ppf(0.95, len(clusters) - 1) * error
        assert (float(low), float(high)) == pytest.approx((max(-1, mean - half), min(1, mean + half)), abs=1e-12)
    else:
        assert (float(low), float(high)) == (-1, 1)


def test_without_clusters_the_deviation_is_that_of_the_padded_differences() -> None:
    values = np.random.default_rng(0).choice([-1, -1 / 3, 0, 0, 1 / 3], 50)
    found = padded(values, np.ones(50, dtype=np.int64))
    assert float(found.deviation) == pytest.approx(np.std([*values, 1, -1], ddof=1))


def test_padding_takes_many_repetitions_at_once() -> None:
    values = np.random.default_rng(1).integers(-1, 2, (4, 30)).astype(float)
    sizes = np.ones(30, dtype=np.int64)
    together = padded(values, sizes).interval(0.99)
    assert [end.tolist() for end in together] == [
        [float(padded(row, sizes).interval(0.99)[at]) for row in values] for at in (0, 1)
    ]


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("passes", "n"), [(0, 10), (3, 10), (10, 10), (57, 60), (1, 1), (640, 2000)])
def test_single_rates_as_statsmodels_has_them(passes: int, n: int, level: float) -> None:
    found = wilson(passes / n, n, level), jeffreys(passes, n, level)
    for interval, method in zip(found, ("wilson", "jeffreys"), strict=True):
        wanted = proportion_confint(passes, n, alpha=1 - level, method=method)
        assert (interval.low, interval.high) == pytest.approx(wanted, abs=1e-12)


def test_which_case_is_flaky() -> None:
    assert flaky_belief(3, 10) == pytest.approx(beta.cdf(0.95, 3.5, 7.5) - beta.cdf(0.05, 3.5, 7.5))
    flaky = {(passes, n) for n in (1, 3, 5, 10) for passes in range(n + 1) if is_flaky(passes, n)}
    assert flaky == {(1, 3), (2, 3), *((passes, 5) for passes in range(1, 5)), *((passes, 10) for passes in range(1, 10))}
