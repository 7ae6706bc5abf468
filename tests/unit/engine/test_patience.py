"""Waits between attempts, the budget for retries, and the circuit, each at given times."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.engine.patience import Circuit, RetryBudget, backoff, may_retry
from gemini_eval.trouble import Trouble


def low() -> float:
    return 0.0


def high() -> float:
    return math.nextafter(1.0, 0.0)


# ---- one request -----------------------------------------------------------------------------------------


def test_waits_double_up_to_a_bound_and_half_of_each_is_random() -> None:
    assert [backoff(attempt, low) for attempt in range(1, 10)] == [0.25, 0.5, 1, 2, 4, 8, 16, 16, 16]
    assert [backoff(attempt, high) for attempt in (1, 2, 7, 8)] == pytest.approx([0.5, 1, 32, 32])
    assert backoff(10**9, high) == pytest.approx(32)


def test_what_the_server_asks_for_is_a_floor_that_not_all_stand_on() -> None:
    assert [backoff(1, low, wish) for wish in (0.0, 0.1, 1.0, 60.0)] == [0.25, 0.25, 1.0, 60.0]
    assert [backoff(1, high, wish) for wish in (0.1, 1.0, 60.0)] == pytest.approx([0.5, 1.1, 66.0])


@pytest.mark.parametrize(
    ("trouble", "attempts"), ((Trouble.FINAL, 0), (Trouble.CLOSED, 0), (Trouble.PASSING, 4), (Trouble.CONGESTED, 10**6))
)
def test_how_often_a_request_is_asked_again(trouble: Trouble, attempts: int) -> None:
    answers = [may_retry(trouble, attempt) for attempt in range(1, 8)]
    assert sum(answers) == min(attempts, 7)
    assert answers == sorted(answers, reverse=True)


# ---- all requests ----------------------------------------------------------------------------------------


def test_a_burst_of_retries_then_a_share_of_the_answers() -> None:
    budget = RetryBudget(most=3, share=0.25, per_second=0.125)
    taken = []
    for _ in range(4):
        taken.append(budget.ready_in(10.0))
        budget.take(10.0)
    assert taken == [0.0, 0.0, 0.0, 8.0]
    assert budget.ready_in(10.0) == 16.0
    for _ in range(4):
        budget.paid()
    assert budget.ready_in(10.0) == 8.0
    assert budget.ready_in(18.0) == 0.0


def test_a_budget_never_holds_more_than_its_most() -> None:
    budget = RetryBudget(most=1, share=0.5, per_second=1.0)
    for _ in range(100):
        budget.paid()
    budget.take(1000.0)
    assert [budget.ready_in(now) for now in (1000.0, 1000.75, 1001.0)] == [1.0, 0.25, 0.0]


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 10))))
def test_waiting_as_long_as_told_is_enough_and_retries_stay_a_share(events: list[tuple[bool, float]]) -> None:
    budget, now, paid, taken = RetryBudget(most=5, share=0.2, per_second=1.0), 0.0, 0, 0
    for answered, later in events:
        now += later
        if answered:
            budget.paid()
            paid += 1
        else:
            now += budget.ready_in(now)
            assert budget.ready_in(now) == 0.0
            budget.take(now)
            taken += 1
        assert taken <= 5 + 0.2 * paid + now + 1e-6


# ---- the run ---------------------------------------------------------------------------------------------


def outage(circuit: Circuit, failures: int, now: float) -> None:
    """All at once, since all were under way together."""
    probes = [circuit.started() for _ in range(failures)]
    for probe in probes:
        circuit.failed(probe, now)


def test_it_opens_after_failures_in_a_row_only() -> None:
    circuit = Circuit(low, opens_after=3)
    for _ in range(5):
        outage(circuit, 2, 1.0)
        circuit.started()
        circuit.answered()
    assert (circuit.open, circuit.may_start(1.0), circuit.ends_at) == (False, 0.0, math.inf)
    outage(circuit, 3, 2.0)
    assert (circuit.open, circuit.may_start(2.0), circuit.ends_at) == (True, 0.25, 122.0)


def test_open_it_lets_single_probes_through_at_growing_intervals() -> None:
    circuit, now, waits = Circuit(low, opens_after=3), 0.0, []
    outage(circuit, 3, now)
    for _ in range(8):
        waits.append(circuit.may_start(now))
        now += waits[-1]
        assert circuit.may_start(now) == 0.0
        assert circuit.started()
        assert circuit.may_start(now) == math.inf
        circuit.failed(True, now)
    assert waits == [0.25, 0.5, 1, 2, 4, 8, 16, 16]
    assert circuit.started()
    circuit.answered()
    assert (circuit.open, circuit.may_start(now), circuit.started()) == (False, 0.0, False)


def test_what_was_under_way_when_it_opened_does_not_slow_the_probes() -> None:
    circuit = Circuit(low, opens_after=3)
    early = [circuit.started() for _ in range(20)]
    for probe in early[:10]:
        circuit.failed(probe, 1.0)
    assert circuit.may_start(1.25) == 0.0
    assert circuit.started()
    for probe in early[10:19]:
        circuit.failed(probe, 1.5)
    assert circuit.may_start(1.5) == math.inf
    circuit.failed(True, 2.0)
    assert circuit.may_start(2.0) == 0.5
    circuit.answered()
    assert (circuit.open, circuit.may_start(2.0)) == (False, 0.0)


def test_a_refused_probe_is_followed_by_another() -> None:
    circuit = Circuit(low, opens_after=1)
    outage(circuit, 1, 0.0)
    assert circuit.started()
    circuit.congested(True, 1.0)
    assert (circuit.open, circuit.may_start(1.0)) == (True, 0.5)


@pytest.mark.parametrize("congested", (False, True))
def test_it_gives_up_once_nothing_was_answered_for_long_enough(congested: bool) -> None:
    """The time runs from the first trouble after the last answer."""
    circuit = Circuit(low, wait_s=60.0)

    def trouble(now: float) -> None:
        probe = circuit.started()
        circuit.congested(probe, now) if congested else circuit.failed(probe, now)

    trouble(5.0)
    circuit.started()
    circuit.answered()
    trouble(10.0)
    trouble(40.0)
    assert [circuit.given_up(now) for now in (69.9, 70.0, 1000.0)] == [False, True, True]
    circuit.started()
    circuit.answered()
    assert (circuit.given_up(1000.0), circuit.ends_at) == (False, math.inf)


def test_it_does_not_give_up_on_a_slow_answer() -> None:
    circuit = Circuit(low, wait_s=60.0)
    slow = circuit.started()
    circuit.failed(circuit.started(), 0.0)
    assert not circuit.given_up(100.0)
    circuit.failed(slow, 100.0)
    assert circuit.given_up(100.0)


@given(st.lists(st.tuples(st.sampled_from("safc"), st.floats(0, 50))))
def test_an_open_circuit_never_sticks(events: list[tuple[str, float]]) -> None:
    """s: start if it may; a, f, c: the oldest is answered, fails or is congested."""
    circuit, under_way, now = Circuit(low, opens_after=2), list[bool](), 0.0
    for event, later in events:
        now += later
        if event == "s" and circuit.may_start(now) == 0.0:
            under_way.append(circuit.started())
        elif under_way and event == "a":
            under_way.pop(0)
            circuit.answered()
        elif under_way and event in "fc":
            (circuit.failed if event == "f" else circuit.congested)(under_way.pop(0), now)
        wait = circuit.may_start(now)
        assert wait < math.inf or True in under_way
        assert wait == math.inf or circuit.may_start(now + wait) <= 1e-9
