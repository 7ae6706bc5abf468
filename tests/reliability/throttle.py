"""A server that suddenly admits a fifth of what it answered before, by a token bucket, for a while."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tests.reliability.finding import Finding, broken
from tests.reliability.world import Watch, echoing, slay, world
from tests.standin import Limiter, StandIn
from tests.support.cli import wait_for

Told = Literal["none", "header", "retry_info"]

SHARE = 5
MOST_CALLS, MOST_TIME = 1.3, 1.2
"""Calls for each answer, and time in units of what the bucket itself needs for as many answers."""

RECOVERED = 0.8
"""Of the former rate."""

ROWS_A_SECOND = 4000
"""More than any machine asks; rows that are left are not missed."""

WORDS = {"none": "no Retry-After", "header": "Retry-After", "retry_info": "RetryInfo"}


@dataclass(frozen=True, slots=True)
class Phase:
    """What the server counted in some seconds."""

    seconds: float
    calls: int
    answers: int

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


def throttled(
    folder: Path,
    *,
    seconds: float,
    told: Told = "none",
    latency_ms: float = 50.0,
    capacity_s: float = 1.0,
    jobs: int | None = None,
    slack: float = 1.0,
) -> Finding:
    """`capacity_s` is how many seconds' worth the bucket holds. The bounds are widened by `slack` where a machine is busy."""
    options = ["-j", str(jobs)] if jobs else []
    with StandIn(echoing(latency_ms), fast=True) as server:
        one = world(folder / "work", server, round(ROWS_A_SECOND * (seconds + 15) if jobs is None else 20_000 + jobs))
        process = one.start("--no-cache", *options)
        server.wait_for_calls(1)
        _phase(server, process, 2.0)
        before = _phase(server, process, 3.0)
        rate = before.rate / SHARE
        limiter = Limiter(rate, max(1.0, rate * capacity_s), until_s=seconds, retry_after=told)
        server.reset(replace(server.script, limiter=limiter))
        during = _phase(server, process, seconds)
        _phase(server, process, 3.0)
        after = _phase(server, process, 3.0)
        running = process.poll() is None
        slay(process)
    calls = during.calls / max(1, during.answers)
    longer = (rate * during.seconds + limiter.capacity) / max(1, during.answers)
    checks = {
        f"{calls:.2f} calls for each answer": calls <= MOST_CALLS * slack,
        f"{longer:.2f} times the bucket's own time": longer <= MOST_TIME * slack,
        f"{after.rate:,.0f} a second three seconds later": after.rate >= before.rate * RECOVERED / slack,
        "the run had ended": running,
    }
    return Finding(
        f"throttled to a fifth for {seconds:g} s ({WORDS[told]})",
        f"≤ {MOST_CALLS} calls for each answer, within {round((MOST_TIME - 1) * 100)} % of the bucket's own time",
        f"{before.rate:,.0f} a second, then {rate:,.0f} admitted: {during.answers:,} answers of {during.calls:,} calls,"
        f" {calls:.2f} for each; {longer:.2f} times the bucket's time; then {after.rate:,.0f} a second",
        broken(checks),
    )


def _phase(server: StandIn, process: subprocess.Popen[bytes], seconds: float) -> Phase:
    watch, begun = Watch(), server.stats()
    wait_for(lambda: watch.seconds >= seconds, process)
    ended, took = server.stats(), watch.seconds
    return Phase(took, ended["calls"] - begun["calls"], ended["answers"] - begun["answers"])
