"""Answers that are none: cut off at any byte, HTML, broken JSON, nothing, a wrong length."""

from __future__ import annotations

import urllib.request
from collections.abc import Sequence
from pathlib import Path

from gemini_eval.types import Family, Outcome
from tests.reliability.finding import Finding, broken
from tests.reliability.world import KEY, MODEL, World, delivered, echoing, failures, world, write_rows
from tests.standin import Body, Reset, Rule, StandIn, Truncate, WrongLength
from tests.standin.script import Action

PROMISE = "classified as not delivered, asked again; never cached, never scored"
ODD: tuple[Action, ...] = (
    Body(""),
    Body(" \n"),
    Body("<html><head><title>502 Bad Gateway</title></head></html>", content_type="text/html"),
    Body("null"),
    Body("[]"),
    Body("{}"),
    Body('"text"'),
    Body('{"candidates": [{"content": {"parts": [{"text": "12345678"}]}'),
    Body('{"candidates": [{"content": {"parts": "12345678"}, "finishReason": "STOP"}]}'),
    Body('{"candidates": {"content": {}}}'),
    Body("\x00\x01\x02"),
    Body("data: {}\n\n", content_type="text/event-stream"),
    WrongLength(-40),
    WrongLength(40),
    Reset(),
    Reset(after=20),
)
"""Each is no answer, though most come with status 200."""

AT_A_TIME = 8
"""Broken kinds in one run: fewer than the failures in a row that a dead server is known by."""

GOOD = 60
BEAT_MS = 150.0
"""Sound answers come one after the other in this time, for longer than a request is asked again."""

TRUNCATED_IN_A_RUN, GOOD_FOR_EACH = 60, 2


def never_scored(folder: Path, actions: Sequence[Action] = ODD) -> Finding:
    """Some requests only ever get a broken body; the next run asks for them alone."""
    totals = [0, 0, 0, 0]
    breaches: list[str] = []
    beats = tuple(Rule(contains=f"<good {beat}>", delay_ms=BEAT_MS * (beat + 1)) for beat in range(GOOD))
    with StandIn(echoing(), strict=False) as server:
        names = [*(f"<bad {place}>" for place in range(AT_A_TIME)), *(f"<good {beat}>" for beat in range(GOOD))]
        one, whole = _reference(folder, server, names)
        for start in range(0, len(actions), AT_A_TIME):
            some = actions[start : start + AT_A_TIME]
            one.forget()
            server.reset(echoing(rules=(*(Rule(action, contains=f"<bad {at}>") for at, action in enumerate(some)), *beats)))
            found, failed = _scored(one, len(some), len(names), whole)
            totals = [total + more for total, more in zip(totals, found, strict=True)]
            breaches += failed
    lost, cached, scored, again = totals
    measured = (
        f"{len(actions)} kinds of body, {lost} requests not delivered after 5 attempts each: {cached} cached, {scored} scored;"
        f" the next runs asked for {again} of them"
    )
    return Finding("HTML, empty, invalid and wrongly sized bodies", PROMISE, measured, tuple(breaches))


def _scored(one: World, bad: int, cases: int, whole: bytes) -> tuple[tuple[int, int, int, int], tuple[str, ...]]:
    """(not delivered, cached of them, scored of them, asked again), and what was wrong."""
    ended = one.run()
    lost, kept = failures(one.acknowledged()), delivered(one.acknowledged())
    judged = [case for case in one.cases() if case.outcome.family is not Family.NOT_DELIVERED]
    unjudged = [case.passed for case in one.cases() if case.outcome.family is Family.NOT_DELIVERED]
    cached = one.cached_keys()
    one.server.reset(echoing())
    again = one.run()
    checks = {
        f"exit {ended.status}": ended.status == 3,
        f"{len(lost)} not delivered": [failure.outcome for failure in lost] == [Outcome.REQUEST_FAILED] * bad,
        f"{len(judged)} judged": len(judged) == len(kept) == cases - bad,
        f"what was not delivered is judged: {unjudged}": unjudged == [None] * bad,
        "the cache holds something else than what was delivered": cached == set(kept),
        f"exit {again.status} when asked again": again.status == 0,
        f"{one.calls()} calls when asked again": one.calls() == bad,
        "the results differ from those of a sound server": one.canonical() == whole,
    }
    return (len(lost), len(cached - set(kept)), len(judged) - len(kept), one.calls()), broken(checks)


def truncated(folder: Path, *, every: int) -> Finding:
    """The connection breaks off after each `every`-th byte of an answer, at its first attempt."""
    tried = asked_again = 0
    most = TRUNCATED_IN_A_RUN
    breaches: list[str] = []
    with StandIn(echoing(), strict=False) as server:
        pieces = [[f"<bad {place}>", *(f"<good {place}.{more}>" for more in range(GOOD_FOR_EACH))] for place in range(most)]
        names = [name for piece in pieces for name in piece]
        one, whole = _reference(folder, server, names)
        one.extra = ["-j", "8"]
        server.reset(echoing())  # the first answer's id is the shortest: no answer ends before these places
        positions = range(0, _usual_length(server), every)
        for start in range(0, len(positions), most):
            some = positions[start : start + most]
            one.forget()
            rules = (Rule(Truncate(at), contains=f"<bad {place}>", attempts=(1,)) for place, at in enumerate(some))
            server.reset(echoing(rules=tuple(rules)))
            ended = one.run()
            tried, asked_again = tried + len(some), asked_again + one.calls() - len(names)
            checks = {
                f"exit {ended.status}: {ended.stdout}": ended.status == 0,
                "the results differ from those of a sound server": one.canonical() == whole,
                "the cache holds something else than what was delivered": one.cached_keys() == set(delivered(one.acknowledged())),
            }
            breaches += broken(checks)
    if asked_again != tried:
        breaches.append(f"{tried} cut off, {asked_again} asked again")
    measured = f"cut off at {tried} places of {positions.stop} bytes: {asked_again} asked again, none cached or scored"
    return Finding("truncated bodies", PROMISE, measured, tuple(breaches))


def _reference(folder: Path, server: StandIn, names: Sequence[str]) -> tuple[World, bytes]:
    """A world with these rows, and the results of a sound server."""
    one = world(folder / "work", server, 0)
    one.extra = ["-j", str(len(names))]
    write_rows(one.folder, names)
    ended = one.run()
    assert ended.status == 0, ended.stderr
    return one, one.canonical()


def _usual_length(server: StandIn) -> int:
    body = b'{"contents": [{"role": "user", "parts": [{"text": "Number <bad 0>"}]}]}'
    url = f"{server.url}/v1beta/models/{MODEL}:generateContent"
    with urllib.request.urlopen(urllib.request.Request(url, body, {"x-goog-api-key": KEY}), timeout=30) as answer:
        return len(answer.read())
