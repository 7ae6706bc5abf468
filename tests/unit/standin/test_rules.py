"""Which call meets which rule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.standin import Answer, Refuse, Rule, Script, Span, StandIn
from tests.unit.standin.asking import DEVELOPER, KEY, TOKEN, TUNED, VERTEX, body_of, call

FAULT = Refuse(503)


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


def failed(server: StandIn, *rules: Rule, texts: list[str]) -> list[int]:
    """Positions, from 1, of the texts that were refused."""
    server.reset(Script(rules=rules))
    return [number for number, text in enumerate(texts, 1) if call(server, body=body_of(text)).status != 200]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule(FAULT), [1, 2, 3, 4, 5, 6, 7, 8]),
        (Rule(FAULT, calls=(2, 5)), [2, 5]),
        (Rule(FAULT, calls=Span(3, 5)), [3, 4, 5]),
        (Rule(FAULT, calls=Span(start=6)), [6, 7, 8]),
        (Rule(FAULT, calls=Span(every=3)), [3, 6]),
        (Rule(FAULT, calls=Span(2, 7, every=2)), [3, 5, 7]),
        (Rule(FAULT, times=3), [1, 2, 3]),
        (Rule(FAULT, contains="odd"), [1, 3, 5, 7]),
        (Rule(FAULT, contains="odd", times=1), [1]),
        (Rule(FAULT, attempts=(1,)), [1, 2]),
        (Rule(FAULT, attempts=Span(to=2)), [1, 2, 3, 4]),
        (Rule(FAULT, method="countTokens"), []),
    ],
)
def test_conditions(server: StandIn, rule: Rule, expected: list[int]) -> None:
    assert failed(server, rule, texts=["odd", "even"] * 4) == expected


def test_the_first_rule_that_matches_wins(server: StandIn) -> None:
    rules = (Rule(Answer("first"), calls=(1,)), Rule(Answer("odd"), contains="odd"), Rule(FAULT))
    assert failed(server, *rules, texts=["even", "odd", "even"]) == [3]


def test_a_model_or_an_endpoint(server: StandIn) -> None:
    server.reset(Script(rules=(Rule(FAULT, model="9003"), Rule(Refuse(500), model="gemini-2.5-flash"))))
    asked = [
        call(server, TUNED, headers=TOKEN),
        call(server, VERTEX, headers=TOKEN),
        call(server, DEVELOPER.replace("flash", "pro"), headers=KEY),
    ]
    assert [got.status for got in asked] == [503, 500, 200]


def test_counting_tokens_and_looking_up_have_calls_of_their_own(server: StandIn) -> None:
    server.reset(Script(rules=(Rule(FAULT, method="countTokens", calls=(2,)), Rule(FAULT, method="get", calls=(1,)))))
    counting = DEVELOPER.replace("generateContent", "countTokens")
    statuses = [call(server).status, call(server, counting).status, call(server, counting).status]
    looked_up = [call(server, DEVELOPER.partition(":")[0], verb="GET").status for _ in range(2)]
    assert (statuses, looked_up) == ([200, 200, 503], [503, 200])


def test_calls_that_are_refused_anyway_have_numbers_but_meet_no_rule(server: StandIn) -> None:
    server.reset(Script(rules=(Rule(FAULT, calls=(1, 2)),)))
    assert [call(server, body="{").status, call(server).status, call(server).status] == [400, 503, 200]
