"""Several runs at the same time that share one answer cache."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from gemini_eval.runs.canonical import canonical_lines
from gemini_eval.runs.cases import iter_cases
from tests.reliability.finding import Finding
from tests.reliability.world import Watch, World, delivered, echoing, records_in, slay, world
from tests.standin import StandIn
from tests.support.cli import wait_for

PROMISE = "no corruption; one paid request for each key"
LATENCY_MS = 30.0
JOBS = 4


def together(folder: Path, *, rounds: int, runs: int, cases: int) -> Finding:
    """`rounds` times so many runs of one suite are started at once in one workspace whose cache is empty."""
    breaches: list[str] = []
    calls = 0
    with StandIn(echoing(LATENCY_MS), strict=False) as server:
        one = world(folder / "work", server, cases)
        assert one.run("--no-cache").status == 0
        whole = one.canonical()
        for _ in range(rounds):
            one.forget()
            processes = [one.start("--name", f"run-{number}") for number in range(runs)]
            ended = [(process.communicate(timeout=120), process.returncode) for process in processes]
            breaches += [f"exit {status}: {stderr.decode()}" for (_, stderr), status in ended if status]
            breaches += _unsound(one, runs, whole)
            asked = Counter(seen.raw for seen in server.requests if seen.call)
            calls += asked.total()
            breaches += [f"{asked.total()} calls for {len(asked)} requests"] if set(asked.values()) != {1} else []
    measured = f"{rounds} × {runs} runs of {cases} cases at once: {calls:,} calls for {rounds * cases:,} requests; cache sound"
    return Finding("several runs, one cache", PROMISE, measured, tuple(breaches))


def one_is_killed(folder: Path, *, cases: int) -> Finding:
    """Of two runs one is killed: the other waits for its lease to end, then asks for what it had begun."""
    with StandIn(echoing(LATENCY_MS), strict=False) as server:
        one = world(folder / "work", server, cases)
        assert one.run("--no-cache").status == 0
        whole = one.canonical()
        one.forget()
        first = one.start("-j", str(JOBS))
        server.wait_for_calls(cases // 4)
        second = one.start("-j", str(JOBS))
        wait_for(lambda: one.calls() > cases // 2, first)
        slay(first)
        unsaved = sum(len(delivered(records_in(path))) for path in one.store.glob("runs/2*/answers.jsonl")) - len(
            one.cached_keys()
        )
        watch = Watch()
        _, stderr = second.communicate(timeout=120)
        twice = one.calls() - cases
        breaches = [] if second.returncode == 0 else [f"exit {second.returncode}: {stderr.decode()}"]
        breaches += [f"{twice} calls paid twice"] if twice > JOBS + max(0, unsaved) else []
        breaches += _unsound(one, 1, whole)
    measured = (
        f"{twice} of {cases} requests paid twice: {JOBS} were under way at the kill, {max(0, unsaved)} answers not yet in the"
        f" cache; the other run ended {watch.seconds:.0f} s later; cache sound"
    )
    return Finding("one of two runs is killed", PROMISE, measured, tuple(breaches))


def _unsound(one: World, runs: int, whole: bytes) -> list[str]:
    """What is wrong with the results of the last runs and with the cache."""
    ended = sorted((one.store / "runs").glob("2*/cases.jsonl"))[-runs:]
    results = {path: b"".join(canonical_lines(iter_cases(path, "canonical"))) for path in ended}
    found = [f"the results of {path.parent.name} differ" for path, result in results.items() if result != whole]
    with closing(sqlite3.connect(f"file:{one.cache}?mode=ro", uri=True)) as cache:
        integrity = cache.execute("PRAGMA integrity_check").fetchall()
    if integrity != [("ok",)]:
        found.append(f"the cache is damaged: {integrity}")
    if len(one.cached_keys()) != whole.count(b"\n"):
        found.append(f"{len(one.cached_keys())} answers are cached")
    return found
