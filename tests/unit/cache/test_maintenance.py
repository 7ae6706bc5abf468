from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.cache.database import DamagedCacheError
from gemini_eval.cache.maintenance import (
    Origin,
    Pruned,
    Stats,
    Verified,
    clear,
    prune,
    remove_case,
    remove_older,
    stats,
    verify,
)
from gemini_eval.errors import RunError
from gemini_eval.runs.records import AnswerRecord, encode
from tests.unit.cache.samples import by_key, key_of, record, response

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
OLD = [record(f"old {number}", at=f"2026-01-0{number}T00:00:00.000Z") for number in range(1, 6)]
NEW = [record(f"new {number}", at=f"2026-07-0{number}T00:00:00.000Z", model="gemini-2.5-pro") for number in range(1, 4)]


def made(folder: Path, *records: AnswerRecord) -> Path:
    path = folder / "cache.sqlite"
    with AnswerCache(path) as cache:
        for item in records:
            cache.put(item)
    return path


def kept(path: Path, *records: AnswerRecord) -> list[str]:
    """The cases of those records that the cache still answers."""
    with AnswerCache(path) as cache:
        found = cache.find([item.key for item in records])
    return [item.case for item in records if item.key in found]


def test_stats_tell_what_it_holds(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD, *NEW)
    sizes = [sum(len(encode(item)) for item in items) for items in (OLD, NEW)]
    found = stats(path)
    assert found == Stats(
        str(path),
        8,
        path.stat().st_size,
        "2026-01-01T00:00:00.000Z",
        "2026-07-03T00:00:00.000Z",
        (
            Origin("gemini-2.5-flash", "global", "v1", 5, sizes[0]),
            Origin("gemini-2.5-pro", "global", "v1", 3, sizes[1]),
        ),
    )
    assert found.to_json()["origins"][1]["answers"] == 3


def test_without_a_cache_there_is_nothing_to_look_after_and_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    assert stats(path) == Stats(str(path))
    assert verify(path) == Verified(0, (), False)
    assert prune(path, max_bytes=1) == clear(path) == Pruned(0, 0, 0, 0)
    assert remove_older(path, JUNE) == remove_case(path, "a", "", []) == 0
    assert list(tmp_path.iterdir()) == []


# ---- verify ------------------------------------------------------------------------------------------------


def test_verify_removes_what_is_not_as_it_was_written(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD)
    assert verify(path) == Verified(5, (), False)
    path.write_bytes(path.read_bytes().replace(b"the answer of old 2", b"the answer of gold "))
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE answers SET model = 'gemini-2.5-pro' WHERE case_id = 'old 4'")
    raw.close()
    told = tuple(f"{key_of(name)[:16]} of wine, case {name}" for name in ("old 2", "old 4"))
    assert verify(path) == Verified(3, told, False)
    assert verify(path) == Verified(3, (), False)
    assert kept(path, *OLD) == ["old 1", "old 3", "old 5"]


def test_verify_removes_rows_whose_text_is_none(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD)
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE answers SET case_id = CAST(x'ff61' AS TEXT) WHERE case_id = 'old 1'")
    raw.close()
    assert verify(path) == Verified(4, (f"{key_of('old 1')[:16]} of wine, case \ufffda",), False)


def test_verify_makes_a_damaged_index_anew(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD)
    at = path.read_bytes().index(bytes.fromhex(key_of("old 3")))
    content = bytearray(path.read_bytes())
    places = [at, content.find(bytes.fromhex(key_of("old 3")), at + 1)]
    for place in places:
        content[place + 20] ^= 1
        path.write_bytes(content)
        content[place + 20] ^= 1
        verified = verify(path)
        assert (verified.whole, verify(path)) == (5 - len(verified.removed), Verified(verified.whole, (), False))
        assert verified.removed or verified.repaired
        path.write_bytes(content)


def test_what_can_not_be_repaired_is_told(tmp_path: Path) -> None:
    path = made(tmp_path, *map(record, range(200)))
    content = bytearray(path.read_bytes())
    content[3 * 4096 : 20 * 4096] = bytes(17 * 4096)
    path.write_bytes(content)
    with pytest.raises(DamagedCacheError) as caught:
        verify(path)
    assert caught.value.reason.startswith(f"{path} is damaged: ")
    assert caught.value.hint == "empty it with: gemini-eval cache clear"


# ---- prune and clear ---------------------------------------------------------------------------------------


def test_prune_by_age(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD, *NEW)
    before = path.stat().st_size
    assert prune(path, before=JUNE) == Pruned(5, 3, before, path.stat().st_size)
    assert kept(path, *OLD, *NEW) == [item.case for item in NEW]


def test_prune_by_model(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD, *NEW, record("lite", model="gemini-2.5-flash-lite"))
    pruned = prune(path, models=["gemini-2.5-flash*"])
    assert (pruned.removed, pruned.kept) == (3, 6)
    assert kept(path, *OLD, *NEW) == [item.case for item in OLD]


@pytest.mark.parametrize("max_bytes", [1_000_000, 200_000, 60_000, 1])
def test_prune_by_size_lets_the_oldest_go(tmp_path: Path, max_bytes: int) -> None:
    items = [record(number, at=f"2026-01-01T00:00:00.{number:03}Z") for number in range(900)]
    path = made(tmp_path, *items)
    pruned = prune(path, max_bytes=max_bytes)
    left = kept(path, *items)
    assert pruned.bytes_after <= max(max_bytes, 10 * 4096)
    assert sorted(map(int, left)) == list(range(900 - pruned.kept, 900))
    assert pruned.kept == 900 if max_bytes == 1_000_000 else pruned.bytes_after > 0.8 * max_bytes


def test_clear_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD)
    assert b"the answer of" in path.read_bytes()
    cleared = clear(path)
    assert (cleared.removed, cleared.kept, cleared.bytes_after) == (5, 0, path.stat().st_size)
    assert b"the answer of" not in path.read_bytes()
    assert kept(path, *OLD) == []


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 9000])
def test_clear_deletes_what_is_no_cache(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(content)
    assert clear(path) == Pruned(0, 0, len(content), 0)
    assert not path.exists()


def test_clear_deletes_a_newer_programs_cache(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD)
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version=9")
    raw.close()
    assert clear(path).bytes_after == 0
    assert kept(path, *OLD) == []


def test_what_another_process_reads_is_told_and_not_forgotten(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT COUNT(*) FROM answers").fetchall()
    with pytest.raises(RunError) as caught:
        clear(path, patience_s=0.01)
    other.close()
    assert (caught.value.reason, caught.value.hint) == (
        f"{path} is in use by another process",
        "do this again when it has ended",
    )


def test_a_cache_in_use_may_be_cleared(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD)
    with AnswerCache(path) as cache:
        cache.claim([key_of("a")])
        assert clear(path).removed == 5
        cache.put(record("a"))
        cache.flush()
        assert (cache.find([key_of("a"), OLD[0].key]), cache.trouble) == (by_key(record("a")), "")


# ---- what must be forgotten --------------------------------------------------------------------------------


def test_old_answers_are_overwritten(tmp_path: Path) -> None:
    path = made(tmp_path, *OLD, *NEW)
    assert remove_older(path, JUNE) == 5
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"the answer of old" not in content
    assert kept(path, *OLD, *NEW) == [item.case for item in NEW]
    assert remove_older(path, JUNE) == 0


def test_a_case_is_removed_by_name_and_by_key_with_all_damage(tmp_path: Path) -> None:
    secret = "the answer of Anna Kowalska"
    named = [record("one", response(secret), case="anna"), record("two", response(secret), case="anna", suite="beer")]
    path = made(tmp_path, *named, record("three", response(secret)), record("broken", response(secret)), *OLD)
    path.write_bytes(path.read_bytes().replace(b'"case":"broken"', b'"case":"brokem"'))
    assert remove_case(path, "anna", "beer", []) == 1
    assert secret.encode() in path.read_bytes()
    assert remove_case(path, "anna", "", [key_of("three"), key_of("never put")]) == 2
    assert secret.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert kept(path, *named, *OLD) == [item.case for item in OLD]
