"""A script as JSON is the same script as Python."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from tests.standin import (
    Access,
    Answer,
    Body,
    ExpireToken,
    FunctionCall,
    Hang,
    Hold,
    Info,
    Limiter,
    Oracle,
    Quota,
    Refuse,
    Reset,
    Rule,
    Script,
    Slow,
    Span,
    Truncate,
    WrongLength,
    read_script,
)

WRITTEN: dict[str, Any] = {
    "rules": [
        {"calls": [1, 3], "do": {"kind": "refuse", "status": 503, "word": "RESOURCE_EXHAUSTED", "retry_after": "2"}},
        {
            "calls": {"from": 5, "to": 9},
            "do": {
                "kind": "refuse",
                "status": 429,
                "retry_info": 1.5,
                "quota": {"id": "PerDay", "metric": "m", "value": 9, "dimensions": {"model": "x"}},
                "info": {"reason": "RATE_LIMIT_EXCEEDED", "domain": "d", "metadata": {"a": "b"}},
                "tell_credential": True,
            },
        },
        {"calls": {"every": 10}, "delay_ms": 200},
        {"model": "9003", "contains": "cherry", "times": 2, "attempts": {"to": 2}, "do": {"kind": "hang"}},
        {"method": "countTokens", "do": {"kind": "hold"}},
        {"do": {"kind": "body", "text": "<html>", "status": 502, "content_type": "text/html"}},
        {"do": {"kind": "truncate", "at": 5}},
        {"do": {"kind": "wrong_length", "by": -5}},
        {"do": {"kind": "slow", "every_ms": 10}},
        {"do": {"kind": "reset"}},
        {"do": {"kind": "reset", "after": 3}},
        {"do": {"kind": "expire_token"}},
        {"do": {"kind": "answer", "text": "x", "logprobs": [["x", -0.5]], "function_calls": [{"name": "f", "args": {"a": [1]}}]}},
        {"do": {"kind": "answer", "block_reason": "SAFETY", "candidates": False}},
    ],
    "limiter": {"rate": 5, "capacity": 10, "from_s": 1, "until_s": 60, "retry_after": "header"},
    "oracle": {
        **{"truth": {"a": "b"}, "error_rate": 0.1, "flakiness": 0.05, "wrong": ["c"], "seed": 3, "answer": "d"},
        **{"rate": 0.8, "steadiness": 0.5, "drops": {"Hurry": 0.1}, "echo": True, "by_model": True},
    },
    "access": {"tokens": ["t"], "keys": [], "expires_in": 5, "failing": -1, "failure": "f", "failure_status": 503},
    "latency_ms": 5,
    "models": ["gemini-9"],
    "model_version": "gemini-9-001",
}

MEANT = Script(
    rules=(
        Rule(Refuse(503, "RESOURCE_EXHAUSTED", retry_after="2"), calls=(1, 3)),
        Rule(
            Refuse(
                429,
                retry_info=1.5,
                quota=Quota("PerDay", "m", 9, {"model": "x"}),
                info=Info("RATE_LIMIT_EXCEEDED", "d", {"a": "b"}),
                tell_credential=True,
            ),
            calls=Span(5, 9),
        ),
        Rule(calls=Span(every=10), delay_ms=200),
        Rule(Hang(), model="9003", contains="cherry", times=2, attempts=Span(to=2)),
        Rule(Hold(), method="countTokens"),
        Rule(Body("<html>", 502, "text/html")),
        Rule(Truncate(5)),
        Rule(WrongLength(-5)),
        Rule(Slow(10)),
        Rule(Reset()),
        Rule(Reset(3)),
        Rule(ExpireToken()),
        Rule(Answer("x", logprobs=(("x", -0.5),), function_calls=(FunctionCall("f", {"a": [1]}),))),
        Rule(Answer(block_reason="SAFETY", candidates=False)),
    ),
    limiter=Limiter(5, 10, 1, 60, "header"),
    oracle=Oracle({"a": "b"}, 0.1, 0.05, 0.8, 0.5, {"Hurry": 0.1}, ("c",), 3, "d", True, True),
    access=Access(("t",), (), 5, -1, "f", 503),
    latency_ms=5,
    models=("gemini-9",),
    model_version="gemini-9-001",
)


def test_everything_as_json() -> None:
    assert read_script(json.dumps(WRITTEN)) == MEANT


def test_an_empty_script() -> None:
    assert read_script("{}") == Script()


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ({"rule": []}, "rule"),
        ({"rules": [{"call": [1]}]}, "rules.0.call"),
        ({"rules": [{"do": {"kind": "explode"}}]}, "rules.0.do"),
        ({"rules": [{"do": {"kind": "hang", "for": 3}}]}, "rules.0.do.hang.for"),
        ({"rules": [{"do": {"kind": "refuse"}}]}, "rules.0.do.refuse.status"),
        ({"limiter": {"rate": 5}}, "limiter.capacity"),
        ({"limiter": {"rate": 5, "capacity": 1, "retry_after": "maybe"}}, "limiter.retry_after"),
        ({"oracle": {"truths": {}}}, "oracle.truths"),
        ({"access": {"token": "t"}}, "access.token"),
    ],
)
def test_a_script_that_is_wrong_says_where(written: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as raised:
        read_script(json.dumps(written))
    assert [".".join(map(str, error["loc"])) for error in raised.value.errors()] == [place]
