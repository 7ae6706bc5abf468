"""What the processes of these tests do: `python -m tests.unit.cache.programs PROGRAM ARGUMENTS`."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from itertools import count
from pathlib import Path

from gemini_eval.cache.answers import AnswerCache
from tests.unit.cache.samples import by_key, key_of, record

KEYS = 3000
BLOCK = 100
FAILING = 10
"""Every tenth request fails where it is asked first."""


def share(cache_path: str, folder: str, name: str, other: str) -> None:
    """Ask for every key as a run does, beside another process: print how many were asked, failed and found."""
    here = Path(folder)
    asked = os.open(here / "asked", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    (here / name).touch()
    while not (here / other).exists():
        os.sched_yield()
    found: dict[str, object] = {}
    failed: set[str] = set()
    with AnswerCache(Path(cache_path)) as cache:
        for start in range(0, KEYS, BLOCK):
            numbers = {key_of(number): number for number in range(start, start + BLOCK)}
            there = cache.find(list(numbers))
            found.update(there)
            missing = [key for key in numbers if key not in there]
            waiting = cache.claim(missing)
            ours = set(missing) - waiting
            while ours or waiting:
                for key in ours:
                    if numbers[key] % FAILING == 0 and fails_first(here / f"failed-{key}"):
                        failed.add(key)
                        cache.release([key])
                    else:
                        os.write(asked, f"{name} {key}\n".encode())
                        cache.put(record(numbers[key]))
                        found[key] = record(numbers[key])
                arrived, ours = cache.settled(waiting)
                found.update(arrived)
                waiting -= arrived.keys() | ours
                os.sched_yield()
        assert cache.trouble == ""
    assert found == by_key(*(record(number) for number in range(KEYS) if key_of(number) not in failed))


def fails_first(marker: Path) -> bool:
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def put_for_ever(cache_path: str) -> None:
    """Put answers, and print how many are in the file after each flush."""
    with AnswerCache(Path(cache_path)) as cache:
        cache.claim([key_of("being asked")])
        for number in count():
            cache.put(record(number))
            if number % 7 == 0:
                cache.flush()
                print(number + 1, flush=True)


def fill_the_disk(cache_path: str, limit: str) -> None:
    """Put answers into a file that may not grow over `limit` bytes; print what the cache says of it, and go on asking."""
    with AnswerCache(Path(cache_path)) as cache:
        cache.put(record("before"))
        cache.flush()
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
        for number in range(2000):
            cache.put(record(number))
        cache.flush()
        assert cache.claim([key_of("more")]) == set()
        cache.put(record("more"))
        cache.release([key_of("more")])
        assert cache.find([key_of("before")]) == by_key(record("before"))
        print(cache.trouble)


def read_only(cache_path: str) -> None:
    """Use a cache in a folder that nobody may write to; print what the cache says of it."""
    give_up_privileges()
    with AnswerCache(Path(cache_path)) as cache:
        found = cache.find([key_of("there"), key_of("new")])
        assert cache.claim([key_of("new")]) == set()
        cache.put(record("new"))
        cache.flush()
        assert cache.find([key_of("new")]) == {}
        print(len(found), cache.trouble)


def give_up_privileges() -> None:
    """The superuser may write everywhere; without its capabilities it is as anybody else."""
    if os.geteuid() == 0:
        version_3 = (ctypes.c_uint32 * 2)(0x20080522, 0)
        none = (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None).capset(version_3, none) == 0


PROGRAMS = {program.__name__: program for program in (share, put_for_ever, fill_the_disk, read_only)}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
