"""One process and all that it starts, watched from outside: wall time, computing time, peak memory."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAUSE_S = 0.02
SHARE = 20
"""Looking takes at most one part in SHARE of the time: a large process takes long to look at."""
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Watched:
    """Wall and CPU seconds of the whole tree, and its peak memory in MB (10⁶ bytes), 0 where the system has no `/proc`.

    Memory is what all processes have of their own, and the mapped files (programs, libraries) of the one that maps most: the
    others are helpers that share them. For a single process it is the resident set.
    """

    wall: float
    cpu: float
    memory: float
    status: int
    output: str
    errors: str


def watch(command: Sequence[str], folder: Path, environment: Mapping[str, str], limit_s: float) -> Watched:
    """Run `command` in `folder`; after `limit_s` seconds it is killed, with all that it started."""
    kept = folder / "watched.out", folder / "watched.err"
    with kept[0].open("wb") as output, kept[1].open("wb") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True
        )
        limit = threading.Timer(limit_s, _kill, [process.pid])
        looking = _Looking(process.pid)
        limit.start()
        looking.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        except BaseException:
            _kill(process.pid)
            raise
        finally:
            limit.cancel()
            looking.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in kept]
    return Watched(wall, usage.ru_utime + usage.ru_stime, looking.peak / 1e6, process.returncode, *texts)


class _Looking(threading.Thread):
    """Notes the largest memory of a process and its descendants, in bytes, until it is stopped."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._root, self._done = root, threading.Event()

    def run(self) -> None:
        pause = PAUSE_S if PROC.exists() else None
        while not self._done.wait(pause):
            start = time.perf_counter()
            self.peak = max(self.peak, _memory(_tree(self._root)))
            pause = max(PAUSE_S, SHARE * (time.perf_counter() - start))

    def stop(self) -> None:
        self._done.set()
        self.join()


def _tree(root: int) -> list[int]:
    """`root` and its descendants."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir(PROC):
        if entry.isdigit():
            with suppress(OSError):  # it ended meanwhile
                stat = (PROC / entry / "stat").read_bytes()
                children.setdefault(int(stat.rpartition(b")")[2].split()[1]), []).append(int(entry))
    found = [root]
    for pid in found:  # grows while it is walked
        found += children.get(pid, [])
    return found


def _memory(pids: Sequence[int]) -> int:
    """In bytes. A page of their own that a fork shares counts once between its owners: `Pss_Anon`."""
    own = mapped = 0
    for pid in pids:
        with suppress(OSError):  # it ended meanwhile
            lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
            kibibytes = {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}
            own += kibibytes.get("Pss_Anon", 0)
            mapped = max(mapped, kibibytes.get("Rss", 0) - kibibytes.get("Anonymous", 0))
    return (own + mapped) * 1024


def _kill(pid: int) -> None:
    """Its session's process group: what it started and did not move away dies with it."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
