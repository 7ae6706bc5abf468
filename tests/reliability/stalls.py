"""Connections that hang, and answers that come a byte a second."""

from __future__ import annotations

from pathlib import Path

from tests.reliability.finding import Finding, broken
from tests.reliability.world import Watch, echoing, failures, world
from tests.standin import Hang, Rule, Slow, StandIn
from tests.standin.script import Action

STARTING_S = 6.0
"""So long a busy machine may take to start the program and to write its reports."""


def stalled(folder: Path, *, cases: int, timeout_s: float = 1.0) -> Finding:
    """Every fifth request hangs at its first attempt, another one is answered a byte a second."""
    stalls: tuple[tuple[Action, int], ...] = ((Hang(), 1), (Slow(1000.0), 3))
    rules = tuple(
        Rule(action, contains=f"Number {number}.", attempts=(1,))
        for action, rest in stalls
        for number in range(cases)
        if number % 5 == rest
    )
    with StandIn(echoing(rules=rules), strict=False) as server:
        one = world(folder / "work", server, cases, prompts="{ask: {text: 'Number {{ number }}.'}}")
        watch = Watch()
        ended = one.run("--no-cache", "--timeout", f"{timeout_s:g}s", "-j", str(cases))
        seconds, stats = watch.seconds, server.stats()
        lost = failures(one.acknowledged())
        checks = {
            f"exit {ended.status}: {ended.stdout}": ended.status == 0,
            f"{len(lost)} not delivered": not lost,
            f"{stats['calls']} calls": stats["calls"] == cases + len(rules),
            f"{stats['at_once']} still under way": stats["at_once"] == 0,
            f"it took {seconds:.1f} s": seconds < 2 * timeout_s + STARTING_S,
        }
    return Finding(
        "a connection that hangs, a byte a second",
        "a total deadline for each attempt; nothing is stuck",
        f"{len(rules)} of {cases} requests stalled, asked again after --timeout {timeout_s:g}s:"
        f" all answered within {seconds:.1f} s",
        broken(checks),
    )


def hangs_for_good(folder: Path, *, cases: int, timeout_s: float = 1.0, wait_s: float = 3.0) -> Finding:
    """Nothing is ever answered: the run ends, resumably."""
    with StandIn(echoing(rules=(Rule(Hang()),)), strict=False) as server:
        one = world(folder / "work", server, cases)
        watch = Watch()
        ended = one.run("--no-cache", "--timeout", f"{timeout_s:g}s", "--wait", f"{wait_s:g}s")
        seconds, calls = watch.seconds, one.calls()
        server.reset(echoing())
        resumed = one.run("--no-cache", "--resume")
        checks = {
            f"exit {ended.status}": ended.status == 3,
            f"it took {seconds:.1f} s": seconds < 2 * timeout_s + wait_s + STARTING_S,
            f"exit {resumed.status} when resumed": resumed.status == 0,
            f"{one.calls()} calls when resumed": one.calls() == cases,
        }
    return Finding(
        "a server that never answers",
        "stops after --wait, resumable",
        f"stopped after {seconds:.1f} s and {calls} calls (--timeout {timeout_s:g}s, --wait {wait_s:g}s); resumed: all answered",
        broken(checks),
    )
