"""A server in trouble: a burst of 5xx, an outage that does not end, no server at all."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.reliability.finding import Finding, broken
from tests.reliability.world import MODEL, Watch, delivered, echoing, world
from tests.standin import Refuse, Rule, Span, StandIn
from tests.support.cli import wait_for

LATENCY_MS = 10.0
MOST_AT_ONCE = 20
"""Requests that a run has under way when the trouble begins; `-j` fixes it."""

MORE_CALLS = 16
"""Those that start while the circuit counts to 10 failures, and its probes in the few seconds that these troubles last."""

LONGEST_S = 120.0


def burst(folder: Path, *, cases: int, seconds: float) -> Finding:
    """For so many seconds every call gets a 500, 502 or 503; all is asked again in its time."""
    refusals = tuple(Rule(Refuse(status), calls=Span(place, None, 3)) for place, status in enumerate((500, 502, 503), 1))
    with StandIn(echoing(LATENCY_MS), strict=False) as server:
        one = world(folder / "work", server, cases)
        one.run("--no-cache")
        whole = one.canonical()
        one.forget()
        watch = Watch()
        process = one.start("--no-cache", "-j", str(MOST_AT_ONCE))
        server.wait_for_calls(cases // 4)
        server.reset(echoing(LATENCY_MS, rules=refusals))
        begun = watch.seconds
        wait_for(lambda: watch.seconds > begun + seconds, process)
        refused = one.calls()
        server.reset(echoing(LATENCY_MS))
        _, stderr = process.communicate(timeout=LONGEST_S)
        took = watch.seconds - begun - seconds
        checks = {
            f"exit {process.returncode}: {stderr.decode()}": process.returncode == 0,
            f"{refused} calls refused in {seconds:g} s": refused <= MOST_AT_ONCE + MORE_CALLS,
            "the results differ from those of a healthy server": one.canonical() == whole,
        }
    return Finding(
        "5xx burst",
        "a retry budget; a server in trouble is not asked more; every answer comes in the end",
        f"{cases} cases, 5xx for {seconds:g} s: {refused} calls refused; {took:.1f} s after it all were answered",
        broken(checks),
    )


def outage(folder: Path, *, cases: int, wait_s: float = 3.0) -> Finding:
    """From the middle of a run on every call gets a 503; then the server is well, and the run is resumed."""
    healthy = cases // 2
    with StandIn(echoing(LATENCY_MS), strict=False) as server:
        one = world(folder / "work", server, cases)
        one.extra = ["--no-cache", "-j", str(MOST_AT_ONCE)]
        one.run()
        whole = one.canonical()
        one.forget()
        server.reset(echoing(LATENCY_MS, rules=(Rule(Refuse(503), calls=Span(healthy + 1)),)))
        watch = Watch()
        ended = one.run("--wait", f"{wait_s:g}s")
        seconds, refused = watch.seconds, one.calls() - healthy
        answered = len(delivered(one.acknowledged()))
        server.reset(echoing(LATENCY_MS))
        resumed = one.run("--resume")
        checks = {
            f"exit {ended.status}": ended.status == 3,
            "the way on is not told": "--resume" in ended.stdout,
            f"{answered} answers kept of {healthy}": answered == healthy,
            f"{refused} calls in the outage": refused <= MOST_AT_ONCE + MORE_CALLS,
            f"it took {seconds:.1f} s to stop": seconds < wait_s + 10,
            f"exit {resumed.status} when resumed": resumed.status == 0,
            f"{one.calls()} calls when resumed": one.calls() == cases - healthy,
            "the resumed run's results differ": one.canonical() == whole,
        }
    return Finding(
        "total outage",
        "stops after --wait, resumable; a server that is down is not stormed",
        f"stopped {seconds - wait_s:.1f} s after --wait {wait_s:g}s, {refused} calls refused meanwhile;"
        f" resumed with {cases - healthy} calls, none asked twice",
        broken(checks),
    )


def nobody_there(folder: Path, *, cases: int, wait_s: float = 2.0) -> Finding:
    """Nothing listens at the address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with StandIn(echoing()) as server:
        one = world(
            folder / "work",
            server,
            cases,
            environment={"GEMINI_API_KEY": "k" * 20, "GOOGLE_GEMINI_BASE_URL": f"http://127.0.0.1:{port}"},
        )
        watch = Watch()
        ended = one.run("--no-cache", "--wait", f"{wait_s:g}s")
        seconds = watch.seconds
        one.environment = {**one.environment, "GOOGLE_GEMINI_BASE_URL": server.url}
        resumed = one.run("--no-cache", "--resume")
        checks = {
            f"exit {ended.status}": ended.status == 3,
            f"the reason is not told: {ended.stderr}": "no connection to 127.0.0.1" in ended.stderr,
            f"it took {seconds:.1f} s to stop": seconds < wait_s + 10,
            f"exit {resumed.status} when resumed": resumed.status == 0,
            f"{MODEL} was asked {one.calls()} times": one.calls() == cases,
        }
    return Finding(
        "no server at all",
        "stops after --wait, resumable",
        f"stopped {seconds - wait_s:.1f} s after --wait {wait_s:g}s; resumed: {cases} of {cases} cases answered",
        broken(checks),
    )
