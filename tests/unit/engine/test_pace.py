"""The pace: its width on a clean server, its rate under a quota, and that it never sticks."""

from __future__ import annotations

import math
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.engine.pace import Pace, Token
from tests.support.throttle import Client, RetryAfter, Server, throttled_minute


def fill(pace: Pace, now: float) -> list[Token]:
    """Start as many as may start."""
    tokens = []
    while pace.may_start(now) == 0:
        tokens.append(pace.started(now))
    return tokens


# ---- the width -------------------------------------------------------------------------------------------


def test_a_fixed_width_takes_as_many_rounds_as_it_must() -> None:
    client = Client(Pace(fixed=64), Server(latency_s=0.2, speed=math.inf), work=1000, uplink_s=0.0)
    trace = client.run()
    assert (len(trace.calls), len(set(trace.calls)), round(client.now, 6)) == (1000, 16, 3.2)
    assert (max(trace.widths), client.pace.rate) == ((64, 64), None)


def test_the_width_doubles_after_each_clean_round() -> None:
    pace, widths = Pace(), []
    for round_number in range(8):
        tokens = fill(pace, float(round_number))
        widths.append(len(tokens))
        for token in tokens:
            pace.delivered(token, round_number + 1.0)
    assert widths == [20, 40, 80, 160, 320, 640, 1000, 1000]


def test_many_are_under_way_within_a_second() -> None:
    trace = Client(Pace(), Server(latency_s=0.2, speed=10_000), work=2000).run(until=1.0)
    assert max(trace.widths)[0] > 200
    assert trace.refusals == []


def test_a_width_that_is_not_used_does_not_grow() -> None:
    pace = Pace(start=4)
    for moment in range(100):
        pace.delivered(pace.started(float(moment)), moment + 0.5)
    assert (pace.limit, pace.in_flight) == (4, 0)


def test_a_doubling_that_brings_nothing_is_taken_back() -> None:
    """A server that takes 100 a second needs 20 at once for answers of 0.2 s; more would wait in its queue."""
    client = Client(Pace(start=5), Server(latency_s=0.19, speed=100.0))
    trace = client.run(until=30.0)
    assert max(trace.widths)[1] <= 80
    assert trace.rate(trace.answers, 20, 30) == pytest.approx(100, rel=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_long_answers_among_short_ones_do_not_keep_it_narrow(seed: int) -> None:
    client = Client(Pace(), Server(latency_s=1.0, speed=100_000), seed=seed, jitter=0.9)
    client.run(until=15.0)
    assert client.pace.limit >= 640


def test_refusals_cut_the_width_once_a_round() -> None:
    pace = Pace(start=100)
    tokens = fill(pace, 0.0)
    for token in tokens[:60]:
        pace.congested(token, 1.0, None)
    assert (pace.limit, pace.in_flight) == (80, 40)
    tokens = tokens[60:] + [pace.started(2.0) for _ in range(100)]
    for token in tokens[:80]:
        pace.delivered(token, 3.0)
    assert (pace.limit, pace.in_flight) == (80, 60)
    pace.congested(tokens[80], 4.0, None)
    assert (pace.limit, pace.in_flight) == (64, 59)


def test_a_width_that_is_mostly_free_is_not_cut() -> None:
    pace = Pace(start=100)
    tokens = [pace.started(0.0) for _ in range(50)]
    pace.congested(tokens[0], 1.0, None)
    assert (pace.limit, pace.in_flight) == (100, 49)


def test_a_fixed_width_is_never_cut_but_a_rate_is_learned() -> None:
    pace = Pace(fixed=10)
    for token in fill(pace, 0.0):
        pace.congested(token, 0.5, None)
    assert pace.limit == 10
    assert pace.rate is not None
    assert 0.5 <= pace.rate < 20


# ---- the rate --------------------------------------------------------------------------------------------


def test_the_rate_spaces_the_starts() -> None:
    pace = Pace(fixed=10)
    tokens = fill(pace, 0.0)
    pace.congested(tokens[0], 1.0, None)
    rate = pace.rate
    assert rate is not None
    assert pace.may_start(1.0) == 0.0
    pace.started(1.0)
    pace.failed(tokens[1], 1.0)
    assert pace.may_start(1.0) == pytest.approx(1 / rate, abs=0.0011)
    assert pace.may_start(1.0 + pace.may_start(1.0)) == 0.0


def test_a_wish_to_wait_stops_one_request_unless_all_are_refused() -> None:
    pace = Pace(fixed=30)
    tokens = fill(pace, 0.0)
    for token in tokens[:19]:
        pace.congested(token, 1.0, 60.0)
    assert pace.may_start(1.0) == 0.0
    pace.congested(tokens[19], 1.0, 60.0)
    assert pace.may_start(1.0) == 60.0


WIDTHS = ((None, 200.0), (64, 100.0))


@pytest.mark.parametrize("retry_after", ("none", "header", "info"))
@pytest.mark.parametrize("capacity_s", (0, 1, 10))
@pytest.mark.parametrize("latency_s", (0.0, 0.05, 0.5))
def test_a_throttled_minute(latency_s: float, capacity_s: int, retry_after: RetryAfter) -> None:
    """A fifth of the former rate: at most 1.3 calls for an answer, within 20 % of the bucket's own time, and soon back."""
    for fixed, speed in WIDTHS:
        server = Server(latency_s, speed, retry_after=retry_after)
        minute = throttled_minute(Pace(fixed=fixed), server, share=0.2, capacity_s=capacity_s, jitter=0.1)
        assert minute.calls <= 1.25, minute
        assert minute.time <= 1.18, minute
        assert minute.recovery_s <= 8, minute


@pytest.mark.parametrize(("speed", "latency_s"), ((1000.0, 0.0), (1000.0, 0.5), (30.0, 0.05)))
def test_a_throttled_minute_at_other_speeds(speed: float, latency_s: float) -> None:
    minute = throttled_minute(Pace(), Server(latency_s, speed), share=0.2, capacity_s=1)
    assert minute.calls <= 1.25, minute
    assert minute.time <= 1.1, minute
    assert minute.recovery_s <= 9, minute


@pytest.mark.parametrize("capacity_s", (0, 1, 10))
def test_refusals_that_come_long_before_answers(capacity_s: int) -> None:
    server = Server(latency_s=2.0, speed=100.0, refusal_s=0.05)
    minute = throttled_minute(Pace(), server, share=0.2, capacity_s=capacity_s, jitter=0.4)
    assert minute.calls <= 1.15, minute
    assert minute.time <= 1.12, minute
    assert minute.recovery_s <= 8, minute


@pytest.mark.parametrize("latency_s", (0.0, 0.5))
def test_a_run_against_a_quota_that_is_there_from_the_start(latency_s: float) -> None:
    """No storm: of 2,000 requests few are sent more than once, and the whole run takes hardly longer than the quota demands."""
    client = Client(Pace(), Server(latency_s, 500.0, rate=40.0, capacity=40.0), work=2000)
    trace = client.run()
    assert len(trace.answers) == 2000
    assert len(trace.calls) <= 1.15 * 2000
    assert sum(refusal < 5 for refusal in trace.refusals) <= 150
    assert client.now <= 1.1 * (2000 - 40) / 40


@pytest.mark.parametrize("latency_s", (0.0, 0.5))
def test_nothing_admitted_for_half_a_minute(latency_s: float) -> None:
    """It falls to single probes, and is back within ten seconds."""
    client = Client(Pace(), Server(latency_s, 100.0, rate=1e-9, capacity=0.0, since=5.0, until=35.0))
    trace = client.run(until=60.0)
    assert trace.rate(trace.calls, 15, 35) < 1
    assert trace.rate(trace.answers, 45, 60) == pytest.approx(100, rel=0.05)
    assert client.pace.rate is None


# ---- never stuck -----------------------------------------------------------------------------------------


@given(
    st.sampled_from((None, 1, 3)),
    st.lists(st.tuples(st.sampled_from("sdcfo"), st.floats(0, 5), st.none() | st.floats(0, 100))),
)
def test_it_stays_within_its_width_and_is_never_stuck(fixed: int | None, events: list[tuple[str, float, float | None]]) -> None:
    """s: start what may start; d, c, f: the oldest is delivered, congested or fails; o: the youngest is congested."""
    pace, under_way, now = Pace(fixed=fixed, start=5, most=12), deque[Token](), 0.0
    for event, later, retry_after_s in events:
        now += later
        if event == "s":
            under_way.extend(fill(pace, now))
        elif under_way and event == "d":
            pace.delivered(under_way.popleft(), now)
        elif under_way and event == "f":
            pace.failed(under_way.popleft(), now)
        elif under_way:
            pace.congested(under_way.popleft() if event == "c" else under_way.pop(), now, retry_after_s)
        assert pace.in_flight == len(under_way) <= 12
        assert 1 <= pace.limit <= (fixed or 12)
        wait = pace.may_start(now)
        assert wait < math.inf or under_way
        if wait < math.inf:
            assert len(under_way) < pace.limit
            assert pace.may_start(now + wait) == 0.0
        assert pace.rate is None or 0.5 <= pace.rate < math.inf
