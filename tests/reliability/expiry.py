"""Credentials that end in the middle of a run: renewed once, or refused for good."""

from __future__ import annotations

from pathlib import Path

from tests.reliability.finding import Finding, broken
from tests.reliability.world import ECHO, echoing, failures, vertex, world
from tests.standin import Access, ExpireToken, Refuse, Rule, Script, Span, StandIn

LATENCY_MS = 50.0
AT_ONCE = 20
PROMISE = "one refresh, else stop; no storm of 401"


def renewed(folder: Path, *, cases: int) -> Finding:
    """The token is revoked while `AT_ONCE` requests are under way with it."""
    with StandIn(strict=False) as server:
        one = world(folder / "work", server, cases, environment=vertex(server.url, folder))
        server.reset(echoing(LATENCY_MS, rules=(Rule(ExpireToken(), calls=(cases // 2,)),)))
        ended = one.run("--no-cache", "-j", str(AT_ONCE))
        stats = server.stats()
        refused = stats["by_status"].get("401", 0)
        checks = {
            f"exit {ended.status}: {ended.stdout}": ended.status == 0,
            f"{stats['tokens']} tokens": stats["tokens"] == 2,
            f"{refused} calls of 401": refused <= AT_ONCE,
            f"{stats['calls'] - refused} accepted calls": stats["calls"] - refused == cases,
        }
    return Finding(
        "credentials expire",
        PROMISE,
        f"token revoked at call {cases // 2}: {refused} calls under way refused, {stats['tokens'] - 1} refresh,"
        f" {cases} of {cases} cases answered",
        broken(checks),
    )


def refused_for_good(folder: Path, *, cases: int) -> Finding:
    """Every token is refused from the middle of a run on; the account then works again, and the run is resumed."""
    with StandIn(strict=False) as server:
        one = world(folder / "work", server, cases, environment=vertex(server.url, folder))
        server.reset(echoing(LATENCY_MS, rules=(Rule(Refuse(401), calls=Span(cases // 2)),)))
        ended = one.run("--no-cache", "-j", str(AT_ONCE))
        stats = server.stats()
        refused, answered = stats["by_status"].get("401", 0), stats["answers"]
        server.reset(echoing())
        resumed = one.run("--no-cache", "--resume")
        checks = {
            f"exit {ended.status}": ended.status == 3,
            f"the mend is not told: {ended.stdout}": "gcloud auth application-default login" in ended.stdout.replace("\n  ", " "),
            f"{stats['tokens']} tokens": stats["tokens"] == 2,
            f"{refused} calls of 401": refused <= AT_ONCE + 2,
            f"exit {resumed.status} when resumed": resumed.status == 0,
            f"{one.calls()} calls when resumed": one.calls() == cases - answered,
        }
    return Finding(
        "credentials refused for good",
        PROMISE,
        f"refused from call {cases // 2} on: {refused} calls of 401 with {AT_ONCE} under way, {stats['tokens'] - 1} refresh,"
        f" exit 3; resumed with {cases - answered} calls",
        broken(checks),
    )


def token_endpoint_fails(folder: Path, *, cases: int) -> Finding:
    """A token runs out, and no other is given."""
    with StandIn(strict=False) as server:
        one = world(folder / "work", server, cases, environment=vertex(server.url, folder))
        server.reset(echoing(LATENCY_MS))
        process = one.start("--no-cache", "-j", str(AT_ONCE))
        server.wait_for_calls(cases // 2)
        server.reset(Script(oracle=ECHO, access=Access(tokens=(), failing=-1)))
        stdout, stderr = process.communicate(timeout=60)
        stats = server.stats()
        told = stdout.decode().replace("\n  ", " ")
        lost = {failure.reason for failure in failures(one.acknowledged())}
        server.reset(echoing())
        resumed = one.run("--no-cache", "--resume")
        refused = stats["by_status"].get("401", 0)
        checks = {
            f"exit {process.returncode}: {stderr.decode()}": process.returncode == 3,
            f"the reason is not told: {told}": "can't be renewed" in told and "invalid_grant" in told,
            f"{stats['tokens']} requests for a token": 1 <= stats["tokens"] <= 2,
            f"{refused} calls of 401": refused <= AT_ONCE + 2,
            f"several reasons: {lost}": len(lost) == 1,
            f"exit {resumed.status} when resumed": resumed.status == 0,
        }
    return Finding(
        "no new token is given",
        PROMISE,
        f"{refused} calls of 401, {stats['tokens']} request(s) for a token, exit 3; resumed: all answered",
        broken(checks),
    )
