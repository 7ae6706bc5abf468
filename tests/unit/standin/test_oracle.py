"""The oracle's answers and rates, and the limiter's bucket."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standin import Limiter, Oracle, Script, StandIn
from tests.standin.bucket import TokenBucket
from tests.standin.oracle import Answerer, body_key
from tests.unit.standin.asking import Clock, ask, body_of, call, text_of

KEYS = [f"Bottle {number} smells of cherry." for number in range(2000)]
TRUTH = {key: f"Wine {number % 97}" for number, key in enumerate(KEYS)}


def right_of(answerer: Answerer) -> list[bool]:
    return [answerer.answer({}, f"Description: {key}") == TRUTH[key] for key in KEYS]


def near(count: int, share: float, of: int = len(KEYS)) -> bool:
    """Within four standard deviations."""
    return abs(count - share * of) < 4 * math.sqrt(of * share * (1 - share)) + 1


# ---- where the key stands ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("cherry", "Rioja"),
        ("Text: cherry", "Rioja"),
        ("Text: cherry\nWine:", "Rioja"),
        ("Text: plum\nWine: Merlot\n\nText: cherry\nWine:\n", "Rioja"),
        ("cherry\nplum", "Merlot"),
        ("Note: a: b", "with a colon"),
        ("Text: cherry tart", "none"),
        ("", "none"),
    ],
)
def test_the_last_line_that_is_a_key(prompt: str, answer: str) -> None:
    oracle = Oracle({"cherry": "Rioja", "plum": "Merlot", "a: b": "with a colon"}, answer="none")
    assert Answerer(oracle).answer({}, prompt) == answer


def test_only_the_last_text_of_the_user_counts() -> None:
    turns = [("user", "Text: plum"), ("model", "Merlot"), ("user", "Text: cherry"), ("model", "Text: plum")]
    contents = [{"role": role, "parts": [{"text": text}]} for role, text in turns]
    with StandIn(truth={"cherry": "Rioja", "plum": "Merlot"}) as server:
        assert text_of(call(server, body={"contents": contents})) == "Rioja"


# ---- rates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 1.0])
def test_the_error_rate_is_as_set_and_stable(rate: float) -> None:
    oracle = Oracle(TRUTH, error_rate=rate)
    first, again = Answerer(oracle), Answerer(oracle)
    right = right_of(first)
    assert near(right.count(False), rate)
    assert [right_of(first), right_of(again)] == [right, right]


def test_another_seed_errs_elsewhere() -> None:
    assert right_of(Answerer(Oracle(TRUTH, error_rate=0.1))) != right_of(Answerer(Oracle(TRUTH, error_rate=0.1, seed=1)))


def test_a_wrong_answer_is_always_the_same_one_and_never_right() -> None:
    for wrong in ((), ("Wine 5", "no idea")):
        oracle = Oracle(TRUTH, error_rate=1.0, wrong=wrong)
        answers = {key: Answerer(oracle).answer({}, key) for key in KEYS}
        assert answers == {key: Answerer(oracle).answer({}, key) for key in KEYS}
        assert not [key for key, answer in answers.items() if answer == TRUTH[key]]
        assert set(answers.values()) == set(wrong or TRUTH.values())


def test_flakiness_changes_from_call_to_call_but_not_from_run_to_run() -> None:
    oracle = Oracle(TRUTH, flakiness=0.2)
    one, other = Answerer(oracle), Answerer(oracle)
    calls = [right_of(one) for _ in range(3)]
    assert calls == [right_of(other) for _ in range(3)]
    assert calls[0] != calls[1] != calls[2]
    assert all(near(right.count(False), 0.2) for right in calls)
    assert near(sum(len({*asked}) > 1 for asked in zip(*calls, strict=True)), 1 - 0.2**3 - 0.8**3)


def test_flakiness_and_errors_together_turn_the_answer_over() -> None:
    answerer = Answerer(Oracle(TRUTH, error_rate=0.1, flakiness=0.2))
    assert near(right_of(answerer).count(False), 0.1 * 0.8 + 0.9 * 0.2)


# ---- echo --------------------------------------------------------------------------------------------------------


def test_an_echo_depends_on_the_body_alone() -> None:
    one, other = body_of("a", generationConfig={"seed": 1, "topK": 2}), body_of("a", generationConfig={"seed": 2, "topK": 2})
    turned = {"generationConfig": {"topK": 2, "seed": 1}, **body_of("a")}
    with StandIn(Script(oracle=Oracle(echo=True))) as server:
        answers = [text_of(call(server, body=body)) for body in (one, turned, one, other)]
    assert answers == [body_key(one)[:8]] * 3 + [body_key(other)[:8]]
    assert answers[0] != answers[3]


# ---- the bucket --------------------------------------------------------------------------------------------------


def test_a_bucket_admits_its_capacity_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=5, capacity=10, now=100.0)
    assert [bucket.take(100.0) for _ in range(11)] == [0.0] * 10 + [pytest.approx(0.2)]
    assert bucket.take(100.1) == pytest.approx(0.1)
    assert bucket.take(100.2) == 0.0
    assert [bucket.take(1000.0) for _ in range(11)].count(0.0) == 10


@settings(deadline=None)
@given(st.floats(0.5, 50), st.integers(1, 40), st.lists(st.floats(0, 2, allow_nan=False), min_size=1, max_size=200))
def test_a_bucket_never_admits_more_than_it_may(rate: float, capacity: int, gaps: list[float]) -> None:
    bucket, now, admitted = TokenBucket(rate, capacity, 0.0), 0.0, 0
    for gap in gaps:
        now += gap
        wait_s = bucket.take(now)
        admitted += wait_s == 0.0
        assert admitted <= capacity + rate * now + 1e-6
        if wait_s:
            assert bucket.take(now + wait_s) == 0.0
            now, admitted = now + wait_s, admitted + 1


@pytest.mark.parametrize(("told", "header", "details"), [("none", None, 1), ("header", "1", 1), ("retry_info", None, 2)])
def test_the_limiter_rules_between_its_seconds(told: str, header: str | None, details: int) -> None:
    clock = Clock()
    limiter = Limiter(rate=2, capacity=1, from_s=10, until_s=20, retry_after=told)  # type: ignore[arg-type]  # one of its words
    with StandIn(Script(limiter=limiter), now=clock) as server:
        statuses = []
        for second in (0, 0, 9.9, 10, 10, 10.4, 10.5, 19.9, 19.95, 20, 20):
            clock.now = 5000.0 + second
            got = call(server)
            statuses.append(got.status)
            if second == 10.4:
                error = got.body["error"]
                assert (error["status"], got.headers["Retry-After"]) == ("RESOURCE_EXHAUSTED", header)
                assert len(error["details"]) == details
                assert told != "retry_info" or error["details"][1]["retryDelay"] == "0.100s"
    assert statuses == [200, 200, 200, 200, 429, 429, 200, 200, 429, 200, 200]


def test_the_limiters_clock_can_be_started_by_hand() -> None:
    clock = Clock()
    with StandIn(Script(limiter=Limiter(rate=1, capacity=1, from_s=10)), now=clock) as server:
        assert ask(server) == "positive"
        clock.now += 100
        server.start_clock()
        assert [call(server).status for _ in range(3)] == [200, 200, 200]
        clock.now += 10
        assert [call(server).status for _ in range(3)] == [200, 429, 429]


def test_each_key_has_a_probability_of_its_own_and_each_call_draws() -> None:
    truth = {f"text {n}": "a" for n in range(400)}
    answerer = Answerer(Oracle(truth=truth, wrong=("b",), rate=0.8, seed=1))
    rounds = [[answerer.answer({}, key) == "a" for key in truth] for _ in range(5)]
    rates = [sum(right) / 400 for right in rounds]
    assert all(0.72 < rate < 0.88 for rate in rates)
    disagreeing = sum(one != other for one, other in zip(rounds[0], rounds[1], strict=True)) / 400
    assert 0.05 < disagreeing < 0.14  # 9.1 % are expected


def test_a_harmful_text_loses_its_share_of_the_keys_for_good() -> None:
    truth = {f"text {n}": "a" for n in range(1000)}
    answerer = Answerer(Oracle(truth=truth, wrong=("b",), rate=0.8, seed=1, drops={"Hurry.": 0.1}))
    plain = sum(answerer.answer({}, key) == "a" for key in truth) / 1000
    hurried = sum(answerer.answer({}, f"Hurry.\n{key}") == "a" for key in truth) / 1000
    assert 0.06 < plain - hurried < 0.14


def test_models_that_draw_by_themselves_may_be_asked_in_any_order() -> None:
    oracle = Oracle(TRUTH, rate=0.6, by_model=True)
    one, other = Answerer(oracle), Answerer(oracle)
    asked = [(key, model) for key in KEYS[:50] for model in ("small", "large", "small")]
    first = sorted((key, model, one.answer({}, key, model)) for key, model in asked)
    assert first == sorted((key, model, other.answer({}, key, model)) for key, model in reversed(asked))
    assert len({tuple(answer for _, named, answer in first if named == model) for model in ("small", "large")}) == 2
