"""The answer cache: answers by request key, for all runs of a workspace and for processes that run at the same time."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TypeVar

from gemini_eval.cache import claims
from gemini_eval.cache.database import BUSY_SECONDS, DamagedCacheError, Database, is_writable, open_database, open_reader
from gemini_eval.cache.table import Entry, Row, insert, is_worth_keeping, lookup, remove_rows
from gemini_eval.cache.writer import BatchWriter
from gemini_eval.errors import RunError
from gemini_eval.runs.records import AnswerRecord, encode

T = TypeVar("T")


class AnswerCache:
    """Delivered answers, found by request key; failures are never kept. Several threads may call it.

    An answer is served only as it was put: a damaged row is removed and counted in `damaged`. When a model answers as another
    version than before, its older answers expire.

    Nothing that goes wrong after opening stops a run: `trouble` then says what users should be told once ('' for nothing), and
    from there on nothing is kept, or nothing found either. On opening, raises `InputError` for the file of a newer program and
    `DamagedCacheError` (a `RunError`) for one that is no cache. A context manager.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time, patience_s: float = BUSY_SECONDS) -> None:
        """`now` is the clock that leases are measured by, in seconds, which processes that share a cache share; `patience_s` is
        how long to wait for another's transaction."""
        self.path = path
        self._patience_s = patience_s
        self.damaged = 0
        self.trouble = ""
        self._now = now
        self._owner = secrets.randbits(62)
        self._renewed: float | None = None
        self._reading, self._writing = Lock(), Lock()
        self._opened = ExitStack()
        self._reader: Database | None = None
        self._database: Database | None = None
        with ExitStack() as undo:
            undo.callback(self._opened.close)
            self._open()
            undo.pop_all()
        self._writer = BatchWriter(self._write)

    def find(self, keys: Sequence[str]) -> dict[str, AnswerRecord]:
        """The answers that are there, by key, those on their way to the disk too."""
        found = self._writer.peek(keys)
        left = [bytes.fromhex(key) for key in keys if key not in found]
        reader = self._reader
        if not left or reader is None:
            return found
        try:
            with self._reading, reader.snapshot():
                served, unfit = lookup(reader, left)
        except RunError as error:
            self._reader = None
            self._say("answers of other runs are not found any more", error)
            return found
        if unfit:
            self._change(partial(self._remove, unfit))
        return {**found, **served}

    def put(self, record: AnswerRecord) -> None:
        """Keep a delivered answer, soon; its claim is given back with it. Raises `ValueRefusedError` as `encode` does."""
        if self._database is None:
            return
        if is_worth_keeping(record):
            self._writer.put(Entry(record, encode(record)))
        else:
            self.release([record.key])

    def claim(self, keys: Sequence[str]) -> set[str]:
        """Of `keys`, which were not found: those that need not be asked, because another live process is asking them or has just
        put their answer (see `settled`). The others are this process's to ask, until `put` or `release`."""
        there = set(self._writer.peek(keys))
        left = [bytes.fromhex(key) for key in keys if key not in there]
        settled = self._change(partial(self._claim, left))
        return there | (self._elsewhere(left) if settled is None else settled)

    def settled(self, keys: Iterable[str]) -> tuple[dict[str, AnswerRecord], set[str]]:
        """Of keys that `claim` left to others: (the answers that have arrived, the keys that are now this process's to ask).

        The latter were given back without an answer, or their process died. The rest is still being asked.
        """
        asked = list(keys)
        found = self.find(asked)
        left = [key for key in asked if key not in found]
        elsewhere = self._elsewhere([bytes.fromhex(key) for key in left])
        free = [key for key in left if key not in elsewhere]
        return found, set(free) - self.claim(free) if free else set()

    def release(self, keys: Iterable[str]) -> None:
        """These were asked without success, or will not be: whoever waits for them may try."""
        if self._renewed is not None:
            self._change(partial(claims.give_back, keys=[bytes.fromhex(key) for key in keys], owner=self._owner))

    def flush(self) -> None:
        """Everything that was put is in the file, and the lease of our claims renewed where that is due."""
        self._writer.flush()

    def close(self) -> None:
        """Write the rest and give all claims back; again is fine."""
        self._writer.close()
        if self._renewed is not None:
            self._change(partial(claims.leave, owner=self._owner))
        self._reader = self._database = None
        with self._reading, self._writing:
            self._opened.close()

    # ---- opening, and what goes wrong later ----------------------------------------------------------------

    def _open(self) -> None:
        try:
            if is_writable(self.path):
                self._database = open_database(self.path, self._patience_s)
                self._opened.callback(self._database.close)
            else:
                self.trouble = f"{self.path} can't be written, so answers are not kept for other runs"
            self._reader = open_reader(self.path)
        except DamagedCacheError:
            raise
        except RunError as error:
            self._database = None
            self._say("there is no answer cache", error)
        if self._reader is not None:
            self._opened.callback(self._reader.close)

    def _say(self, consequence: str, error: RunError) -> None:
        """The first trouble is told; those that follow come of it."""
        self.trouble = self.trouble or f"{consequence}: {error}"

    def _change(self, do: Callable[[Database], T]) -> T | None:
        """`do` in a transaction; None where the file can't be written, or from now on. The connection stays until `close`, since
        another thread may be using it."""
        database = self._database
        if database is None:
            return None
        try:
            with self._writing, database.transaction():
                return do(database)
        except RunError as error:
            self._database = None
            self._say("answers are not kept for other runs any more", error)
            return None

    # ---- transactions --------------------------------------------------------------------------------------

    def _claim(self, keys: Sequence[bytes], database: Database) -> set[str]:
        served, unfit = lookup(database, keys)
        self._remove(unfit, database)
        elsewhere = claims.claimed_elsewhere(database, keys, self._owner, self._now())
        settled = served.keys() | {key.hex() for key in elsewhere}
        if self._renewed is None or self._is_due():
            self._renew(database)
        claims.take(database, [key for key in keys if key.hex() not in settled], self._owner)
        return settled

    def _remove(self, rows: Sequence[Row], database: Database) -> None:
        self.damaged += remove_rows(database, rows)

    def _renew(self, database: Database) -> None:
        self._renewed = self._now()
        claims.renew(database, self._owner, self._renewed)

    def _write(self, entries: Sequence[Entry]) -> None:
        """What the writer's thread does: put a batch in, give its claims back, renew the lease where that is due."""
        if entries or self._is_due():
            self._change(partial(self._write_batch, entries))

    def _write_batch(self, entries: Sequence[Entry], database: Database) -> None:
        insert(database, entries)
        if self._renewed is not None:
            claims.give_back(database, [bytes.fromhex(entry.record.key) for entry in entries], self._owner)
        if self._is_due():
            self._renew(database)

    def _is_due(self) -> bool:
        """Whether the lease should be renewed; a clock that was set back counts as time passed."""
        return self._renewed is not None and abs(self._now() - self._renewed) >= claims.RENEW_SECONDS

    def _elsewhere(self, keys: Sequence[bytes]) -> set[str]:
        """Those of `keys` that another live process is asking."""
        reader = self._reader
        if reader is None or not keys:
            return set()
        try:
            with self._reading:
                return {key.hex() for key in claims.claimed_elsewhere(reader, keys, self._owner, self._now())}
        except RunError as error:
            self._reader = None
            self._say("answers of other runs are not found any more", error)
            return set()

    def __enter__(self) -> AnswerCache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
