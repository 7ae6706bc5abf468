"""Ctrl-C once and twice, while requests are under way."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.reliability.finding import Finding, broken
from tests.reliability.world import Watch, World, delivered, echoing, world
from tests.standin import Hang, Rule, Span, StandIn
from tests.support.cli import wait_for

AT_ONCE = 20
DRAIN_S, LEAVE_S = 5.0, 1.0
BETWEEN_S = 0.2
"""Between two presses; the system takes two at once for one."""


def once(folder: Path, *, cases: int, latency_ms: float = 1000.0, slack_s: float = 0.0) -> Finding:
    """What is under way ends and is kept. The bound is widened by `slack_s` where a machine is busy."""
    with StandIn(echoing(latency_ms), strict=False) as server:
        one = world(folder / "work", server, cases)
        took, status, told = _pressed(one, 1)
        sent, kept = one.calls(), len(delivered(one.acknowledged()))
        server.reset(echoing())
        resumed = one.run("--no-cache", "--resume")
        checks = {
            f"exit {status}": status == 130,
            f"it took {took:.1f} s": took <= DRAIN_S + slack_s,
            f"the way on is not told: {told}": "--resume" in told,
            f"{kept} kept of {sent} sent": kept == sent,
            f"exit {resumed.status} when resumed": resumed.status == 0,
            f"{one.calls()} calls when resumed": one.calls() == cases - kept,
        }
    return Finding(
        "Ctrl-C once",
        "drains within 5 s; resumable",
        f"answers take {latency_ms / 1000:g} s, {sent} under way: all kept, left after {took:.1f} s;"
        f" resumed with the other {cases - kept}",
        broken(checks),
    )


def once_while_all_hangs(folder: Path, *, cases: int, slack_s: float = 0.0) -> Finding:
    """Nothing that is under way will ever end."""
    return _hanging(
        folder, 1, cases, "Ctrl-C once, while nothing is answered", f"drains within {DRAIN_S:g} s; resumable", DRAIN_S + slack_s
    )


def twice(folder: Path, *, cases: int, slack_s: float = 0.0) -> Finding:
    return _hanging(folder, 2, cases, "Ctrl-C twice", f"leaves within {LEAVE_S:g} s; resumable", LEAVE_S + slack_s)


def _hanging(folder: Path, presses: int, cases: int, fault: str, promise: str, most_s: float) -> Finding:
    answered = AT_ONCE
    with StandIn(echoing(rules=(Rule(Hang(), calls=Span(answered + 1)),)), strict=False) as server:
        one = world(folder / "work", server, cases)
        took, status, _ = _pressed(one, presses, after=2 * AT_ONCE)
        kept = len(delivered(one.acknowledged()))
        server.reset(echoing())
        resumed = one.run("--no-cache", "--resume")
        checks = {
            f"exit {status}": status == 130,
            f"it took {took:.2f} s": took <= most_s,
            f"{kept} answers kept of {answered}": kept == answered,
            f"exit {resumed.status} when resumed: {resumed.stderr}": resumed.status == 0,
            f"{one.calls()} calls when resumed": one.calls() == cases - answered,
        }
    measured = (
        f"{AT_ONCE} requests hang: left after {took:.1f} s, exit {status};"
        f" {kept} answers kept, resumed with the other {cases - kept}"
    )
    return Finding(fault, promise, measured, broken(checks))


def _pressed(one: World, presses: int, after: int = AT_ONCE) -> tuple[float, int, str]:
    """(seconds from the last press to the end, exit status, what was printed); Ctrl-C comes once `after` calls are there."""
    process = one.start("--no-cache", "-j", str(AT_ONCE))
    one.server.wait_for_calls(after)
    before = Watch()
    os.killpg(process.pid, signal.SIGINT)
    if presses == 2:
        wait_for(lambda: before.seconds > BETWEEN_S, process)
        os.killpg(process.pid, signal.SIGINT)
    watch = Watch()
    stdout, stderr = process.communicate(timeout=60)
    assert b"Traceback" not in stderr, stderr
    return watch.seconds, process.returncode, (stdout + stderr).decode()
