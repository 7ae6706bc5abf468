"""A run killed with SIGKILL at random moments, and resumed until it is whole."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.finding import Finding
from tests.reliability.world import Watch, World, delivered, echoing, slay, world
from tests.standin import StandIn
from tests.support.cli import wait_for

LATENCY_MS = 15.0
IN_A_ROW = 5
"""Kills of one run before it is let go on to its end."""

EARLY = 0.15
"""The share of kills that come while the program starts, before it asks anything."""


@dataclass(slots=True)
class Tally:
    """`in_flight` counts requests that had been sent and not acknowledged when their run was killed; `twice` the calls above one
    for each request."""

    kills: int = 0
    runs: int = 0
    acknowledged: int = 0
    in_flight: int = 0
    calls: int = 0
    twice: int = 0
    torn: int = 0
    breaches: list[str] = field(default_factory=list)


def killed(folder: Path, *, kills: int, cases: int, cached: bool = False) -> Finding:
    """`kills` in all. With `cached` the answer cache is used as well, where a killed process leaves claims behind."""
    tally = Tally()
    with StandIn(echoing(LATENCY_MS), strict=False) as server:
        one = world(folder / "work", server, cases)
        one.extra = [] if cached else ["--no-cache"]
        whole = _uninterrupted(one)
        while tally.kills < kills and not tally.breaches:
            one.forget()
            _one_run(one, min(IN_A_ROW, kills - tally.kills), cases, tally)
            if one.canonical() != whole:
                tally.breaches.append("the resumed run's results differ from an uninterrupted one's")
    return Finding(
        "kill -9" + (", with the answer cache" if cached else ""),
        "no acknowledged answer lost, none paid for twice beyond those in flight; results equal byte for byte",
        f"{tally.kills:,} kills in {tally.runs:,} runs of {cases:,} cases: {tally.acknowledged:,} acknowledged answers, 0 lost"
        f" ({tally.torn} torn lines); {tally.in_flight:,} requests in flight,"
        f" {tally.twice:,} of {tally.calls:,} calls paid twice",
        tuple(tally.breaches),
    )


def _uninterrupted(one: World) -> bytes:
    ended = one.run()
    assert ended.status == 0, ended.stderr
    return one.canonical()


def _one_run(one: World, kills: int, cases: int, tally: Tally) -> None:
    """Killed so often, then resumed to its end."""
    tally.runs += 1
    lines: list[bytes] = []
    in_flight = 0
    for _ in range(kills):
        _start_and_kill(one, len(lines), cases)
        tally.kills += 1
        before, lines = lines, _whole_lines(one, tally)
        if lines[: len(before)] != before:
            tally.breaches.append(f"acknowledged answers are gone: {len(before)} before, {len(lines)} after")
        asked = _asked(one)
        in_flight += len(asked) - len(delivered(one.acknowledged()))
        tally.acknowledged += len(lines)
    ended = one.run(*_resume(one))
    if ended.status:
        tally.breaches.append(f"the resumed run ended with status {ended.status}: {ended.stderr.strip()}")
    if _whole_lines(one, tally)[: len(lines)] != lines:
        tally.breaches.append("acknowledged answers are gone after the last resumption")
    asked = _asked(one)
    twice = sum(asked.values()) - len(asked)
    tally.calls, tally.twice, tally.in_flight = (
        tally.calls + sum(asked.values()),
        tally.twice + twice,
        tally.in_flight + in_flight,
    )
    if len(asked) != cases or twice > in_flight:
        tally.breaches.append(f"{twice} calls were paid twice, {in_flight} were in flight; {len(asked)} of {cases} were asked")


def _start_and_kill(one: World, there: int, cases: int) -> None:
    """Start or resume the run, and kill it: while it starts, or once it has some more answers."""
    process = one.start(*_resume(one))
    watch = Watch()
    if random.random() < EARLY:
        moment = random.random()
        wait_for(lambda: watch.seconds > moment, process)
    else:
        wanted = random.randrange(there, max(cases, there + 1))
        wait_for(lambda: _newlines(one.answers) > wanted, process)
    slay(process)
    while one.server.stats()["at_once"]:  # what the dead process had sent is still read
        pass


def _resume(one: World) -> list[str]:
    return ["--resume"] if one.run_folder.exists() else []


def _newlines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _whole_lines(one: World, tally: Tally) -> list[bytes]:
    *lines, rest = one.answers.read_bytes().split(b"\n") if one.answers.exists() else [b""]
    tally.torn += bool(rest)
    return lines


def _asked(one: World) -> Counter[bytes]:
    """Each request that the server has had, with how often."""
    return Counter(seen.raw for seen in one.server.requests if seen.call)
