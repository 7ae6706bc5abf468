"""A disk that is full at any write: a limit on the size of files, or a small file system of its own."""

from __future__ import annotations

import resource
import shlex
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.finding import Finding
from tests.reliability.world import World, delivered, echoing, remove, size_of, world
from tests.standin import StandIn
from tests.support.cli import PROGRAM, Ended, clean_environment

PROMISE = "a clear error, exit 3, everything acknowledged readable, resumable to the same results"
PAGE = 4096
RUN = ("run", "-q", "suite.yaml")
TOLD = ("file too large", "no space left", "disk is full", "fitted")
"""What an error says of it, in lower case."""


@dataclass(slots=True)
class Tally:
    """`asked_again` counts calls above one for each case: their answers came and could not be acknowledged."""

    statuses: Counter[int] = field(default_factory=Counter)
    readable: int = 0
    asked_again: int = 0
    breaches: list[str] = field(default_factory=list)


def limited_files(folder: Path, *, positions: int, cases: int) -> Finding:
    """No file may grow over a limit; works everywhere.

    The limit goes in `positions` steps from 0 to the size of the run's largest file, then in larger ones to that of the cache.
    """

    def attempt(one: World, limit: int) -> Ended:
        def limited() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        return _ended([*PROGRAM, *RUN], one, limited)

    def limits(one: World) -> Sequence[int]:
        records = max(size_of(path) for path in one.run_folder.iterdir())
        fine = [round(step * records / positions) for step in range(positions)]
        return [*fine, *range(records, size_of(one.cache), max(1, (size_of(one.cache) - records) // (1 + positions // 8)))]

    return _swept(folder, "a limit on file sizes", cases, limits, attempt)


def small_disk(folder: Path, *, cases: int, step: int = 1) -> Finding:
    """The store on a file system of its own with too few pages, every `step`-th number of them; needs `may_mount`."""

    def attempt(one: World, limit: int) -> Ended:
        remove(one.store)
        one.store.mkdir()
        saved = one.folder.parent / "saved"
        mount = f"mount -t tmpfs -o size={limit},mode=700 none .gemini-eval"
        script = (
            f"{mount} && {shlex.join([*PROGRAM, *RUN])}; status=$?; cp -a .gemini-eval {shlex.quote(str(saved))}; exit $status"
        )
        ended = _ended(["unshare", "-rm", "sh", "-c", script], one)
        remove(one.store)
        saved.rename(one.store)
        return ended

    def limits(one: World) -> Sequence[int]:
        pages = sum(-(-size_of(path) // PAGE) + 1 for path in one.store.rglob("*") if path.is_file())
        return [count * PAGE for count in range(1, 2 * pages, step)]

    return _swept(folder, "a file system of its own", cases, limits, attempt)


def may_mount() -> bool:
    """Whether this system lets its users have a file system of their own."""
    try:
        done = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def _swept(
    folder: Path, kind: str, cases: int, limits: Callable[[World], Sequence[int]], attempt: Callable[[World, int], Ended]
) -> Finding:
    tally = Tally()
    with StandIn(echoing(), strict=False) as server:
        one = world(folder / "work", server, cases)
        assert one.run().status == 0
        whole = one.canonical()
        sweep = limits(one)
        for limit in sweep:
            one.forget()
            _at(one, limit, attempt(one, limit), whole, cases, tally)
    ended = ", ".join(f"exit {status}: {count}" for status, count in sorted(tally.statuses.items()))
    return Finding(
        f"disk full ({kind})",
        PROMISE,
        f"{len(sweep):,} positions ({ended}); {tally.readable:,} acknowledged answers readable,"
        f" {tally.asked_again:,} that were not acknowledged asked again",
        tuple(tally.breaches),
    )


def _at(one: World, limit: int, ended: Ended, whole: bytes, cases: int, tally: Tally) -> None:
    """What the run left behind, and what it is resumed to."""
    tally.statuses[ended.status] += 1
    breaches = []
    if ended.status not in (0, 3):
        breaches.append(f"exit {ended.status}: {ended.stderr.strip()}")
    if ended.status == 3 and not any(word in ended.stderr.lower() for word in TOLD):
        breaches.append(f"the error does not say why: {ended.stderr.strip()}")
    lines = one.answers.read_bytes().split(b"\n") if one.answers.exists() else [b""]
    readable = len(delivered(one.acknowledged()))
    if len(lines) - 1 != readable:
        breaches.append(f"{len(lines) - 1} lines, {readable} of them readable")
    asked = one.calls()
    again = one.run(*(["--resume"] if one.run_folder.exists() else []))
    if again.status:
        breaches.append(f"resuming ended with exit {again.status}: {again.stderr.strip()}")
    elif one.canonical() != whole:
        breaches.append("the resumed run's results differ")
    if one.calls() - asked > cases - readable:
        breaches.append(f"{one.calls() - asked} asked when resumed, with {readable} of {cases} there")
    tally.readable += readable
    tally.asked_again += max(0, one.calls() - cases)
    tally.breaches += [f"at {limit:,} bytes: {breach}" for breach in breaches]


def _ended(command: Sequence[str], one: World, before: Callable[[], None] | None = None) -> Ended:
    done = subprocess.run(
        command,
        cwd=one.folder,
        env={**clean_environment(one.folder, one.environment), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        preexec_fn=before,
        timeout=120,
        check=False,
    )
    ended = Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended
