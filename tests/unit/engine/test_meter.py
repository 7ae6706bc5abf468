"""Limits a minute: what may start when, at given times."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.engine.meter import Meter
from gemini_eval.types import Limits


def started(meter: Meter, tokens: int, seconds: float, begin: float = 1000.0) -> list[float]:
    """When requests start that are all ready at `begin`, as soon as they may."""
    now, times = begin, []
    while now < begin + seconds:
        wait = meter.ready_in(tokens, now)
        if wait:
            now += wait
        else:
            meter.take(tokens, now)
            times.append(now)
    return times


def most_a_minute(times: list[float], amounts: list[float]) -> float:
    """The most that any minute sees, wherever it begins."""
    sums = [0.0, *accumulate(amounts)]
    return max(sums[bisect_left(times, time + 60 - 1e-6)] - sums[number] for number, time in enumerate(times))


def test_without_limits_everything_may_start() -> None:
    meter = Meter(Limits())
    for _ in range(1000):
        assert meter.ready_in(10**9, 0.0) == 0.0
        meter.take(10**9, 0.0)
    meter.settle(10**9, 0, 0.0)


def test_few_requests_a_minute_are_spaced() -> None:
    times = started(Meter(Limits(requests_per_minute=5)), 1, 61, begin=0.0)
    assert times == pytest.approx([0, 12, 24, 36, 48, 60])


def test_many_requests_a_minute_begin_with_one_second_s_worth() -> None:
    times = started(Meter(Limits(requests_per_minute=600)), 1, 180, begin=0.0)
    assert times[:11] == pytest.approx([0.0] * 10 + [60 / 591])
    assert most_a_minute(times, [1.0] * len(times)) == 600
    assert len(times) == pytest.approx(3 * 600, rel=0.02)


@pytest.mark.parametrize("per_minute", (0.5, 1, 7, 60, 61, 100, 5_000))
def test_no_minute_sees_more_requests_than_the_limit(per_minute: float) -> None:
    times = started(Meter(Limits(requests_per_minute=per_minute)), 1, 200)
    assert most_a_minute(times, [1.0] * len(times)) <= max(1, per_minute)
    assert len(times) >= 0.97 * per_minute * 200 / 60


def test_no_minute_sees_more_tokens_than_the_limit() -> None:
    times = started(Meter(Limits(input_tokens_per_minute=60_000)), 250, 180)
    assert most_a_minute(times, [250.0] * len(times)) <= 60_000
    assert len(times) * 250 >= 0.97 * 180_000


def test_the_stricter_limit_counts() -> None:
    meter = Meter(Limits(requests_per_minute=60, input_tokens_per_minute=6_000))
    meter.take(50, 0.0)
    assert meter.ready_in(50, 0.0) == 1.0
    meter.take(50, 1.0)
    assert meter.ready_in(100, 1.0) == pytest.approx(1.0)
    assert meter.ready_in(0, 1.5) == 0.5


def test_a_request_larger_than_a_second_s_worth_goes_and_is_paid_off_after() -> None:
    meter = Meter(Limits(input_tokens_per_minute=6_000))
    assert meter.ready_in(3_000, 0.0) == 0.0
    meter.take(3_000, 0.0)
    assert meter.ready_in(1, 0.0) == pytest.approx(2_901 / 5_900 * 60)
    assert meter.ready_in(3_000, 0.0) == pytest.approx(3_000 / 5_900 * 60)


def test_an_estimate_is_corrected() -> None:
    meter = Meter(Limits(input_tokens_per_minute=6_000))
    meter.take(100, 0.0)
    assert meter.ready_in(59, 0.0) == pytest.approx(0.6)
    meter.settle(100, 41, 0.0)
    assert meter.ready_in(59, 0.0) == 0.0
    meter.settle(41, 100, 0.0)
    assert meter.ready_in(59, 0.0) == pytest.approx(0.6)
    meter.settle(100, 0, 0.0)
    meter.settle(100, 0, 0.0)
    assert meter.ready_in(100, 0.0) == 0.0
    meter.take(100, 0.0)
    assert meter.ready_in(100, 0.0) == pytest.approx(100 / 5_900 * 60)


@given(
    st.floats(1, 10_000),
    st.floats(1_000, 10_000_000),
    st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 50_000), st.floats(0, 5)), max_size=50),
)
def test_waiting_as_long_as_told_is_enough(requests: float, tokens: float, asked: list[tuple[int, int, float]]) -> None:
    meter, now = Meter(Limits(requests_per_minute=requests, input_tokens_per_minute=tokens)), 0.0
    for estimated, actual, later in asked:
        now += later
        wait = meter.ready_in(estimated, now)
        assert 0 <= wait < 60 * 60 * 24
        now += wait
        assert meter.ready_in(estimated, now) == 0.0
        meter.take(estimated, now)
        meter.settle(estimated, actual, now)
