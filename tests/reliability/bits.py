"""One bit flipped anywhere in what a run or the cache has on disk."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.finding import Finding
from tests.reliability.world import World, delivered, echoing, remove, world
from tests.standin import StandIn

PROMISE = "detected by checksum, asked again, never served"


@dataclass(slots=True)
class Tally:
    """`asked_again` counts the requests that were asked anew, `told` the flips that were told as an error with its mend."""

    flips: int = 0
    asked_again: int = 0
    told: int = 0
    breaches: list[str] = field(default_factory=list)
    where: Counter[str] = field(default_factory=Counter)


def in_the_answers(folder: Path, *, flips: int, cases: int) -> Finding:
    """A bit of a finished run's answers; then the run is resumed."""
    tally = Tally()
    with StandIn(echoing(), strict=False) as server:
        one, whole, saved = _finished(folder, server, cases, "--no-cache")
        for _ in range(flips):
            _restore(one, saved)
            at = _flip(one.answers)
            before = delivered(one.acknowledged())
            ended = one.run("--no-cache", "--resume")
            tally.flips += 1
            tally.asked_again += one.calls()
            wrong = _wrong(one, ended.status, whole, calls=(cases - len(before), 2))
            tally.breaches += [f"bit {at}: {breach}" for breach in wrong]
    measured = f"{flips} flips: {tally.asked_again} answers asked again, every result as before"
    return Finding("a flipped bit in a run's answers", PROMISE, measured, tuple(tally.breaches))


def in_the_cases(folder: Path, *, flips: int, cases: int) -> Finding:
    """A bit of a finished run's judged cases: reports say which line, and judging again mends it."""
    tally = Tally()
    with StandIn(echoing(), strict=False) as server:
        one, whole, saved = _finished(folder, server, cases, "--no-cache")
        for _ in range(flips):
            _restore(one, saved)
            at = _flip(one.run_folder / "cases.jsonl")
            report = one.call("report", "last", "--canonical")
            told = report.status == 3 and "gemini-eval score" in report.stderr
            tally.told += told
            mended = one.call("score", "last", "-q")
            wrong = _wrong(one, mended.status, whole, calls=(0, 0))
            tally.breaches += [f"bit {at}: {breach}" for breach in wrong]
            tally.breaches += [] if told else [f"bit {at}: report says nothing of it, exit {report.status}"]
    measured = f"{flips} flips: {tally.told} told with the line and the mend, every result as before once judged again"
    return Finding("a flipped bit in a run's judged cases", PROMISE, measured, tuple(tally.breaches))


def in_the_cache(folder: Path, *, flips: int, cases: int) -> Finding:
    """A bit of the cache's file; then a new run asks it."""
    tally = Tally()
    with StandIn(echoing(), strict=False) as server:
        one, whole, saved = _finished(folder, server, cases)
        for _ in range(flips):
            _restore(one, saved)
            at = _flip(one.cache)
            ended = one.run()
            tally.asked_again += one.calls()
            if ended.status == 3 and "gemini-eval cache clear" in ended.stderr:
                tally.told += 1
                continue
            wrong = _wrong(one, ended.status, whole, calls=(0, cases))
            tally.breaches += [f"bit {at}: {breach} {ended.stderr.strip()}" for breach in wrong]
    measured = (
        f"{flips} flips: {tally.asked_again} answers asked again, {tally.told} told as a damaged cache with the mend,"
        " every other result as before"
    )
    return Finding("a flipped bit in the cache", PROMISE, measured, tuple(tally.breaches))


def _finished(folder: Path, server: StandIn, cases: int, *options: str) -> tuple[World, bytes, Path]:
    """A world whose run has ended, its results, and a copy of its store."""
    one = world(folder / "work", server, cases)
    assert one.run(*options).status == 0
    saved = folder / "saved"
    shutil.copytree(one.store, saved, symlinks=True)
    return one, one.canonical(), saved


def _restore(one: World, saved: Path) -> None:
    remove(one.store)
    shutil.copytree(saved, one.store, symlinks=True)
    one.server.reset()


def _flip(path: Path) -> int:
    """The number of the bit that was flipped."""
    data = bytearray(path.read_bytes())
    bit = random.randrange(8 * len(data))
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
    return bit


def _wrong(one: World, status: int, whole: bytes, calls: tuple[int, int]) -> list[str]:
    """What is not as it should be; `calls` are the fewest and the most."""
    found = [f"exit {status}"] if status else []
    if not status and one.canonical() != whole:
        found.append("the results differ")
    if not calls[0] <= one.calls() <= calls[1]:
        found.append(f"{one.calls()} calls, not {calls[0]} to {calls[1]}")
    return found
