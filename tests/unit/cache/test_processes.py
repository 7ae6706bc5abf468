from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.cache.claims import LEASE_SECONDS
from gemini_eval.cache.maintenance import verify
from tests.unit.cache.programs import KEYS
from tests.unit.cache.samples import by_key, key_of, output_of, record, run_child, start_child


def test_two_processes_ask_each_request_once(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    processes = [start_child("share", path, tmp_path, *names) for names in (("one", "two"), ("two", "one"))]
    for process in processes:
        assert output_of(process) == ""
    asked = [line.split() for line in (tmp_path / "asked").read_text().splitlines()]
    times = Counter(key for _, key in asked)
    assert {key: n for key, n in times.items() if n > 1} == {}
    answered = [record(number) for number in range(KEYS) if key_of(number) in times]
    with AnswerCache(path) as cache:
        assert cache.find([key_of(number) for number in range(KEYS)]) == by_key(*answered)
        assert cache.claim([key_of(number) for number in range(KEYS)]) == times.keys()
    assert {name for name, _ in asked} == {"one", "two"}


def test_a_killed_process_loses_nothing_that_was_flushed(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    process = start_child("put_for_ever", path)
    assert process.stdout is not None
    said = [int(process.stdout.readline()) for _ in range(40)]
    process.kill()
    process.communicate()
    with AnswerCache(path) as cache:
        written = [record(number) for number in range(said[-1])]
        assert cache.find([item.key for item in written]) == by_key(*written)
        assert cache.claim([key_of("being asked")]) == {key_of("being asked")}
    with AnswerCache(path, lambda: time.time() + LEASE_SECONDS) as later:
        assert later.settled([key_of("being asked")]) == ({}, {key_of("being asked")})
    assert verify(path).removed == ()


def test_a_full_disk_stops_no_run(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    said = run_child("fill_the_disk", path, 100_000)
    assert said.startswith(f"answers are not kept for other runs any more: {path} cannot be used: ")
    assert said.count("\n") == 1
    with AnswerCache(path) as cache:
        found = cache.find([key_of("before"), key_of("more"), *map(key_of, range(2000))])
        assert found == by_key(record("before"), *(record(number) for number in range(2000) if key_of(number) in found))
        cache.put(record("more"))
    assert verify(path).whole == len(found) + 1


def test_in_a_read_only_folder_answers_are_found_and_none_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "store" / "cache.sqlite"
    with AnswerCache(path) as cache:
        cache.put(record("there"))
    path.chmod(0o400)
    path.parent.chmod(0o500)
    said = run_child("read_only", path)
    path.parent.chmod(0o700)
    assert said == f"1 {path} can't be written, so answers are not kept for other runs\n"
    assert not path.with_name("cache.sqlite-wal").exists()


def test_in_a_read_only_folder_without_a_cache_there_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir(0o500)
    said = run_child("read_only", folder / "below" / "cache.sqlite")
    assert said == f"0 {folder / 'below' / 'cache.sqlite'} can't be written, so answers are not kept for other runs\n"
    assert list(folder.iterdir()) == []
