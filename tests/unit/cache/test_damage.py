from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.cache.database import APPLICATION_ID, DamagedCacheError
from gemini_eval.cache.maintenance import verify
from gemini_eval.errors import GeminiEvalError, InputError, RunError
from tests.unit.cache.samples import by_key, key_of, record

CLEAR = "empty it with: gemini-eval cache clear"
WHOLE = by_key(*(record(number) for number in range(60)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        for item in WHOLE.values():
            cache.put(item)
    return tmp_path / "cache.sqlite"


def flips(size: int) -> Iterator[tuple[int, int]]:
    """(offset, what its byte is changed by): the file's header, and places all over it; the same ones each time."""
    chosen = random.Random(7)
    yield from ((offset, chosen.randrange(1, 256)) for offset in range(0, 100, 3))
    yield from ((chosen.randrange(size), 1 << chosen.randrange(8)) for _ in range(150))


def test_whatever_bit_flips_no_answer_is_served_but_as_it_was_put(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    copy = tmp_path / "copy" / "cache.sqlite"
    served = refused = lost = 0
    for offset, change in flips(len(content)):
        copy.parent.mkdir()
        copy.write_bytes(content[:offset] + bytes([content[offset] ^ change]) + content[offset + 1 :])
        try:
            with AnswerCache(copy) as cache:
                found = cache.find(list(WHOLE))
                assert found.items() <= WHOLE.items()
                again = cache.claim([key for key in WHOLE if key not in found])
                assert again == set() or cache.trouble
                lost += len(WHOLE) - len(found)
            served += 1
        except RunError as error:
            assert error.hint in (CLEAR, "check its permissions", "check the disk"), offset
            refused += 1
        except InputError as error:
            assert error.faults[0].hint == f"update gemini-eval, or {CLEAR}"
            refused += 1
        shutil.rmtree(copy.parent)
    assert served > refused > 5
    assert lost > 20


def test_a_damaged_answer_is_removed_and_asked_again(path: Path) -> None:
    first = record(0)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"the answer of 0", b"the answer of O"))
    with AnswerCache(path) as cache:
        assert cache.find([first.key, key_of(1)]) == by_key(record(1))
        assert cache.damaged == 1
        assert cache.claim([first.key]) == set()
        cache.put(first)
    with AnswerCache(path) as cache:
        assert cache.find([first.key]) == by_key(first)
        assert (cache.damaged, cache.trouble) == (0, "")


def test_a_damaged_answer_is_claimed_though_it_was_not_looked_for(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"the answer of 0", b"the answer of O"))
    with AnswerCache(path) as cache:
        assert cache.claim([key_of(0), key_of(1)]) == {key_of(1)}
        assert cache.damaged == 1


def test_an_answer_under_another_key_is_not_served(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE answers SET key = ? WHERE case_id = '0'", (bytes.fromhex(key_of("other")),))
    raw.close()
    with AnswerCache(path) as cache:
        assert cache.find([key_of("other"), key_of(0)]) == {}
        assert cache.damaged == 1


@pytest.mark.parametrize("value", [None, 17, 1.5, "text", b"", b"{}\n"])
def test_a_row_that_holds_no_line_is_removed(path: Path, value: object) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute("UPDATE sqlite_schema SET sql = replace(sql, 'line BLOB NOT NULL', 'line BLOB') WHERE name = 'answers'")
    raw.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE answers SET line = ? WHERE case_id = '0'", (value,))
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute("UPDATE sqlite_schema SET sql = replace(sql, 'line BLOB', 'line BLOB NOT NULL') WHERE name = 'answers'")
    raw.close()
    with AnswerCache(path) as cache:
        assert cache.find([key_of(0), key_of(1)]) == by_key(record(1))
        assert cache.damaged == 1
    assert verify(path).whole == 59


def test_a_log_beside_it_that_was_damaged_costs_what_it_held_at_most(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        for number in range(40):
            cache.put(record(number))
            cache.flush()
        content = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    log = content["cache.sqlite-wal"]
    for offset in range(1000, len(log), len(log) // 20):
        folder = tmp_path / str(offset)
        folder.mkdir()
        (folder / "cache.sqlite").write_bytes(content["cache.sqlite"])
        (folder / "cache.sqlite-wal").write_bytes(log[:offset] + bytes([log[offset] ^ 4]) + log[offset + 1 :])
        try:
            with AnswerCache(folder / "cache.sqlite") as cache:
                found = cache.find([key_of(number) for number in range(40)])
        except GeminiEvalError as error:
            found = {}
            assert isinstance(error, DamagedCacheError)
        assert found.items() <= by_key(*map(record, range(40))).items()


# ---- files that are something else -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"version: 1\n", b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 4096], ids=["text", "zeros", "header"]
)
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(content)
    with pytest.raises(DamagedCacheError) as caught:
        AnswerCache(path)
    assert caught.value.reason.startswith(f"{path} is damaged: ")
    assert caught.value.hint == CLEAR
    assert path.read_bytes() == content


def test_another_database_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE people(name)")
    raw.close()
    content = path.read_bytes()
    with pytest.raises(DamagedCacheError) as caught:
        AnswerCache(path)
    assert (caught.value.reason, caught.value.hint) == (f"{path} is no answer cache", CLEAR)
    assert path.read_bytes() == content


def test_a_newer_programs_cache_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version=2")
        raw.execute("CREATE TABLE later(x)")
    raw.close()
    with pytest.raises(InputError) as caught:
        AnswerCache(path)
    assert [(fault.reason, fault.hint) for fault in caught.value.faults] == [
        (f"{path} has cache format 2, and this program reads up to 1", f"update gemini-eval, or {CLEAR}")
    ]


def test_tables_that_are_not_ours_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA application_id={APPLICATION_ID}")
        raw.execute("PRAGMA user_version=1")
        raw.execute("CREATE TABLE answers(key, line)")
    raw.close()
    with pytest.raises(DamagedCacheError) as caught:
        AnswerCache(path)
    assert caught.value.reason == f"{path} is damaged: its tables are not those of an answer cache"


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache.sqlite").mkdir()
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        assert cache.find([key_of("a")]) == {}
        assert cache.trouble.startswith("there is no answer cache: ")


def test_a_database_that_another_holds_is_told_and_stops_no_run(path: Path) -> None:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    with AnswerCache(path, patience_s=0.01) as cache:
        assert cache.claim([key_of("new"), key_of(1)]) == set()
        assert cache.trouble.startswith(
            f"answers are not kept for other runs any more: {path} cannot be used: database is locked"
        )
        assert cache.find([key_of(1)]) == by_key(record(1))
    raw.close()
