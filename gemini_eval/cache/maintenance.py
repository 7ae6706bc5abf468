"""Looking after the cache: what it holds, whether it is whole, and making it smaller."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from gemini_eval.cache.database import (
    BUSY_SECONDS,
    CLEAR,
    DamagedCacheError,
    Database,
    open_database,
    open_reader,
    remove_database,
    size_on_disk,
)
from gemini_eval.cache.table import Versions, fit_record, read_versions, version_of
from gemini_eval.errors import InputError, RunError
from gemini_eval.runs.records import utc_stamp
from gemini_eval.types import Json

_SHOWN_FAULTS = 5


@dataclass(frozen=True, slots=True)
class Origin:
    """The answers of one model at one location as one version. `bytes` is of their records."""

    model: str
    location: str
    version: str
    answers: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Stats:
    """What a cache holds. `bytes` is on disk, `oldest` and `newest` when answers came (UTC, '' where there is none)."""

    path: str
    answers: int = 0
    bytes: int = 0
    oldest: str = ""
    newest: str = ""
    origins: tuple[Origin, ...] = ()

    def to_json(self) -> Json:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verified:
    """`whole` answers stayed; `removed` tells of each row that was not as it had been written, `repaired` that an index was."""

    whole: int
    removed: tuple[str, ...]
    repaired: bool


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many answers went and stayed, and the bytes on disk before and after."""

    removed: int
    kept: int
    bytes_before: int
    bytes_after: int


def stats(path: Path) -> Stats:
    """What the cache at `path` holds; nothing where there is none. Raises as `open_database` does."""
    database = open_reader(path)
    if database is None:
        return Stats(str(path), bytes=size_on_disk(path))
    try:
        with database.snapshot():
            ((answers, oldest, newest),) = database.rows("SELECT COUNT(*), MIN(at), MAX(at) FROM answers")
            origins = database.rows(
                "SELECT model, location, version, COUNT(*), SUM(LENGTH(line)) FROM answers GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
            )
    finally:
        database.close()
    return Stats(str(path), answers, size_on_disk(path), oldest or "", newest or "", tuple(Origin(*row) for row in origins))


def verify(path: Path) -> Verified:
    """Check every row and the file's structure; rows that are not as they were written go, and indexes are made anew.

    Raises as `open_database` does, and `DamagedCacheError` where the structure can't be repaired.
    """
    if size_on_disk(path) == 0:
        return Verified(0, (), False)
    with _opened(path) as database:
        versions = read_versions(database)
        rows = database.each(
            "SELECT rowid, key, line, CAST(model AS BLOB), CAST(location AS BLOB), CAST(version AS BLOB),"
            " CAST(suite AS BLOB), CAST(case_id AS BLOB) FROM answers"
        )
        unfit = [(row[0], _describe(row)) for row in rows if not _is_whole(row, versions)]
        repaired = bool(_faults(database))
        if repaired:
            database.rows("REINDEX")
        with database.transaction():
            database.many("DELETE FROM answers WHERE rowid = ?", [(rowid,) for rowid, _ in unfit])
        faults = _faults(database) if repaired else []
        if faults:
            raise DamagedCacheError(f"{path} is damaged: {'; '.join(faults)}", CLEAR)
        ((whole,),) = database.rows("SELECT COUNT(*) FROM answers")
    return Verified(whole, tuple(description for _, description in unfit), repaired)


def prune(path: Path, *, before: datetime | None = None, models: Sequence[str] = (), max_bytes: int | None = None) -> Pruned:
    """Remove what came before a moment (UTC) and what no pattern of `models` matches, then the oldest until `max_bytes` hold all.

    Raises as `open_database` does, and `RunError` where another process is using the cache.
    """
    at_first = size_on_disk(path)
    if at_first == 0:
        return Pruned(0, 0, 0, 0)
    with _opened(path) as database:
        with database.transaction():
            ((count,),) = database.rows("SELECT COUNT(*) FROM answers")
            if before is not None:
                database.rows("DELETE FROM answers WHERE at < ?", (utc_stamp(before),))
            if models:
                known = [model for (model,) in database.rows("SELECT DISTINCT model FROM answers")]
                others = [(model,) for model in known if not any(fnmatchcase(model, pattern) for pattern in models)]
                database.many("DELETE FROM answers WHERE model = ?", others)
        _compact(database)
        if max_bytes is not None:
            _shrink(database, max_bytes)
        ((kept,),) = database.rows("SELECT COUNT(*) FROM answers")
    return Pruned(count - kept, kept, at_first, size_on_disk(path))


def clear(path: Path, patience_s: float = BUSY_SECONDS) -> Pruned:
    """Remove everything; a file that is no cache, or of a newer program, is deleted. Raises `RunError` where it is in use for
    longer than `patience_s`."""
    at_first = size_on_disk(path)
    if at_first == 0:
        return Pruned(0, 0, 0, 0)
    try:
        with _opened(path, patience_s) as database:
            ((count,),) = database.rows("SELECT COUNT(*) FROM answers")
            with database.transaction():
                for table in ("answers", "claims", "owners", "current"):
                    database.rows(f"DELETE FROM {table}")
            _compact(database)
            if _faults(database):
                raise DamagedCacheError(f"{path} is damaged", CLEAR)
    except (DamagedCacheError, InputError):
        remove_database(path)
        count = 0
    return Pruned(count, 0, at_first, size_on_disk(path))


def remove_older(path: Path, before: datetime) -> int:
    """Remove the answers that came before a moment (UTC), and overwrite their bytes; how many. The file keeps its size."""
    if size_on_disk(path) == 0:
        return 0
    with _opened(path) as database:
        with database.transaction():
            removed = _delete(database, "DELETE FROM answers WHERE at < ?", [(utc_stamp(before),)])
        if removed:
            _empty_log(database)
    return removed


def remove_case(path: Path, case: str, suite: str, keys: Collection[str]) -> int:
    """Remove the answers that a case was the first to ask for and those of `keys`, without a trace in the file; how many.

    `suite` is '' for the case of any suite. Damaged rows go too: nobody can say whose they were. Raises as `verify` does.
    """
    if size_on_disk(path) == 0:
        return 0
    verify(path)
    with _opened(path) as database:
        with database.transaction():
            removed = _delete(database, "DELETE FROM answers WHERE case_id = ? AND ? IN ('', suite)", [(case, suite)])
            removed += _delete(database, "DELETE FROM answers WHERE key = ?", [(bytes.fromhex(key),) for key in keys])
        _compact(database)
    return removed


@contextmanager
def _opened(path: Path, patience_s: float = BUSY_SECONDS) -> Iterator[Database]:
    database = open_database(path, patience_s)
    try:
        yield database
    finally:
        database.close()


def _delete(database: Database, sql: str, rows: Sequence[Sequence[Any]]) -> int:
    before = database.changes
    database.many(sql, rows)
    return database.changes - before


def _is_whole(row: Sequence[Any], versions: Versions) -> bool:
    """Whether the record may be served and the columns beside it say what it says."""
    _, key, line, *columns = row
    record = fit_record(key, line, versions)
    if record is None:
        return False
    told = (record.model, record.location, version_of(record), record.suite, record.case)
    return columns == [text.encode() for text in told]


def _describe(row: Sequence[Any]) -> str:
    key, suite, case = row[1], row[6], row[7]
    name = key.hex()[:16] if isinstance(key, bytes) else repr(key)[:16]
    texts = [text.decode(errors="replace") if isinstance(text, bytes) else "?" for text in (suite, case)]
    return f"{name} of {texts[0]}, case {texts[1]}"


def _faults(database: Database) -> list[str]:
    found = [text for (text,) in database.rows(f"PRAGMA integrity_check({_SHOWN_FAULTS})")]
    return [] if found == ["ok"] else found


def _shrink(database: Database, max_bytes: int) -> None:
    """Remove the oldest answers until the file is no larger; it has just been compacted."""
    while True:
        ((size,),) = database.rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        ((lines,),) = database.rows("SELECT SUM(LENGTH(line)) FROM answers")
        if size <= max_bytes or not lines:
            return
        newest = (
            "SELECT rowid, SUM(LENGTH(line)) OVER (ORDER BY at DESC, rowid DESC ROWS UNBOUNDED PRECEDING) AS total FROM answers"
        )
        oldest = f"DELETE FROM answers WHERE rowid IN (SELECT rowid FROM ({newest}) WHERE total > ?)"
        with database.transaction():
            removed = _delete(database, oldest, [(int(lines * max_bytes / size * 0.98),)])
        if not removed:
            raise DamagedCacheError(f"{database.path} is damaged: rows that are there can't be removed", CLEAR)
        _compact(database)


def _compact(database: Database) -> None:
    """Write the file anew with what it holds, so that nothing else is left in it."""
    database.rows("VACUUM")
    _empty_log(database)


def _empty_log(database: Database) -> None:
    """Bring everything into the one file and empty the log beside it."""
    ((busy, _, _),) = database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    if busy:
        raise RunError(f"{database.path} is in use by another process", "do this again when it has ended")
