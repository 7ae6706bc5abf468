"""The cache's SQLite file: opened, made, checked; every error of SQLite told as one of ours. The only importer of sqlite3."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gemini_eval.errors import Fault, InputError, RunError
from gemini_eval.safe.files import FileLock, make_folder, open_append, write_whole

APPLICATION_ID = 0x47454341
"""Marks the file as an answer cache ("GECA")."""

SCHEMA_VERSION = 1
"""Raised when an older program could misread the tables."""

BUSY_SECONDS = 5.0
"""So long a writer waits for another process's transaction; most take milliseconds."""

SCHEMA = (
    "CREATE TABLE answers(key BLOB NOT NULL PRIMARY KEY, model TEXT NOT NULL, location TEXT NOT NULL, version TEXT NOT NULL,"
    " at TEXT NOT NULL, suite TEXT NOT NULL, case_id TEXT NOT NULL, line BLOB NOT NULL)",
    "CREATE TABLE claims(key BLOB NOT NULL PRIMARY KEY, owner INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE current(model TEXT NOT NULL, location TEXT NOT NULL, version TEXT NOT NULL,"
    " PRIMARY KEY(model, location)) WITHOUT ROWID",
    "CREATE TABLE owners(id INTEGER PRIMARY KEY, until REAL NOT NULL)",
)
"""`line` is the sealed record, and what counts; the columns beside it are for finding rows. `claims` are keys that are being
asked, `owners` the processes that ask, with the end of their lease (Unix time), `current` the version that each model answered as
last."""

CLEAR = "empty it with: gemini-eval cache clear"
_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; its own message may quote a damaged page, which then is no text."""

_COMPANIONS = ("", "-wal", "-shm", "-journal")
_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_FORMAT", "SQLITE_CONSTRAINT")
_HINTS = {
    "SQLITE_FULL": "free some space",
    "SQLITE_BUSY": "wait until the other process ends",
    "SQLITE_READONLY": "check its permissions",
    "SQLITE_CANTOPEN": "check its permissions",
    "SQLITE_IOERR": "check the disk",
}


class DamagedCacheError(RunError):
    """The file is no answer cache, or not any more."""


class Database:
    """One connection. Used by one thread at a time; whoever shares it holds a lock."""

    def __init__(self, path: Path, mode: str, patience_s: float = BUSY_SECONDS) -> None:
        """`mode` is how SQLite opens it, as its URIs say: `mode=rw`, `mode=ro`. Raises `RunError`."""
        self.path = path
        try:
            self._raw = sqlite3.connect(
                f"file:{quote(os.fsencode(path.absolute()))}?{mode}",
                timeout=patience_s,
                isolation_level=None,
                check_same_thread=False,
                uri=True,
            )
        except _ERRORS as error:
            raise _told(path, error) from error

    @property
    def changes(self) -> int:
        """Rows that this connection has changed so far."""
        return self._raw.total_changes

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row of one statement. Raises `RunError`."""
        try:
            return self._raw.execute(sql, values).fetchall()
        except _ERRORS as error:
            raise _told(self.path, error) from error

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows one by one, for tables that don't fit memory. Raises `RunError` as they are reached."""
        try:
            yield from self._raw.execute(sql, values)
        except _ERRORS as error:
            raise _told(self.path, error) from error

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """The statement once for each of `rows`. Raises `RunError`."""
        try:
            self._raw.executemany(sql, rows)
        except _ERRORS as error:
            raise _told(self.path, error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; other writers wait. Raises `RunError`."""
        with self._between("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read inside belongs together, whatever others write meanwhile. Raises `RunError`."""
        with self._between("BEGIN"):
            yield

    @contextmanager
    def _between(self, begin: str) -> Iterator[None]:
        self.rows(begin)
        try:
            yield
            self.rows("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._raw.rollback()
            raise

    def close(self) -> None:
        """Close it; the last one brings everything into the one file. Again is fine."""
        with contextlib.suppress(sqlite3.Error):
            self._raw.close()


def open_database(path: Path, patience_s: float = BUSY_SECONDS) -> Database:
    """The cache at `path`, made (0600, in folders of 0700) where it is missing.

    Raises `DamagedCacheError` for a file that is none, `InputError` for one of a newer program, `RunError` where it can't be
    written.
    """
    if not path.exists():
        _make_file(path)
    database = Database(path, "mode=rw", patience_s)
    try:
        if database.rows("PRAGMA application_id") == [(0,)]:
            _make_tables(database)
        _configure(database)
        _check(database)
    except BaseException:
        database.close()
        raise
    return database


def open_reader(path: Path) -> Database | None:
    """The cache at `path` to be read alone, in a folder that can't be written too; None where there is none yet.

    Raises as `open_database` does.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    if is_writable(path):
        return _open_checked(path, "mode=rw")
    try:
        return _open_checked(path, "mode=ro")
    except DamagedCacheError:
        raise
    except RunError:  # readers that see each other need files beside it, which can't be made here
        return _open_checked(path, "mode=ro&immutable=1")


def is_writable(path: Path) -> bool:
    """Whether the file can be written, or made in the nearest folder above it."""
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def remove_database(path: Path) -> int:
    """Delete the file and SQLite's companions, whatever they are; returns the bytes that they had."""
    total = 0
    for end in _COMPANIONS:
        file = path.with_name(path.name + end)
        with contextlib.suppress(FileNotFoundError):
            total += file.lstat().st_size
            file.unlink()
    return total


def size_on_disk(path: Path) -> int:
    """Bytes of the file and its companions; 0 where there is none."""
    files = (path.with_name(path.name + end) for end in _COMPANIONS)
    return sum(file.stat().st_size for file in files if file.exists())


def _open_checked(path: Path, mode: str) -> Database:
    database = Database(path, mode)
    try:
        _configure(database)
        _check(database)
    except BaseException:
        database.close()
        raise
    return database


def _make_file(path: Path) -> None:
    """An empty file that only its owner reads; SQLite gives its companions the same permissions. Git passes a new folder over."""
    if not path.parent.exists():
        make_folder(path.parent)
        write_whole(path.parent / ".gitignore", b"*\n")
    open_append(path).close()


def _make_tables(database: Database) -> None:
    """An empty file becomes a cache; of several processes one makes it, since going over to WAL bears no company."""
    lock = FileLock(database.path.with_name("cache.lock"))
    lock.acquire()
    try:
        if database.rows("SELECT 1 FROM sqlite_schema LIMIT 1"):
            return
        database.rows("PRAGMA journal_mode=WAL")
        with database.transaction():
            for statement in (*SCHEMA, f"PRAGMA application_id={APPLICATION_ID}", f"PRAGMA user_version={SCHEMA_VERSION}"):
                database.rows(statement)
    finally:
        lock.release()


def _configure(database: Database) -> None:
    """A commit is in the system's hands, not yet on the platter; what is deleted is overwritten; damage is looked for."""
    for setting in ("synchronous=NORMAL", "secure_delete=ON", "cell_size_check=ON", "trusted_schema=OFF"):
        database.rows(f"PRAGMA {setting}")


def _check(database: Database) -> None:
    """The tables are exactly ours. Raises `DamagedCacheError`, or `InputError` for a newer program's."""
    (application,), (version,) = database.rows("PRAGMA application_id") + database.rows("PRAGMA user_version")
    if application != APPLICATION_ID:
        raise DamagedCacheError(f"{database.path} is no answer cache", CLEAR)
    if version > SCHEMA_VERSION:
        reason = f"{database.path} has cache format {version}, and this program reads up to {SCHEMA_VERSION}"
        raise InputError([Fault(reason, hint=f"update gemini-eval, or {CLEAR}")])
    written = database.rows("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    if version != SCHEMA_VERSION or tuple(sql for (sql,) in written) != SCHEMA:
        raise DamagedCacheError(f"{database.path} is damaged: its tables are not those of an answer cache", CLEAR)


def _told(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> RunError:
    name = getattr(error, "sqlite_errorname", "")  # older libraries and Python's own errors have none
    mistaken = name == "SQLITE_READONLY" and os.access(path, os.W_OK)  # a damaged header forbids what the file system allows
    if name.startswith(_DAMAGE) or mistaken or not name:
        reason = "its structure can't be read" if isinstance(error, UnicodeDecodeError) else str(error)
        return DamagedCacheError(f"{path} is damaged: {reason}", CLEAR)
    hint = next((hint for begin, hint in _HINTS.items() if name.startswith(begin)), "check the file and its permissions")
    return RunError(f"{path} cannot be used: {error}", hint)
