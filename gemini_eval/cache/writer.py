"""A thread that writes what is given to it in batches, so that whoever gives it never waits for a disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Condition, Thread

from gemini_eval.cache.claims import RENEW_SECONDS
from gemini_eval.cache.table import Entry
from gemini_eval.runs.records import AnswerRecord

BATCH_RECORDS = 256
BATCH_SECONDS = 0.05


class BatchWriter:
    """Calls `write` with batches of entries, in order, from a thread of its own; with none, every `RENEW_SECONDS`.

    What was put is found by `peek` until it has been written. `write` raises nothing that should not end the thread.
    """

    def __init__(self, write: Callable[[Sequence[Entry]], None]) -> None:
        self._write = write
        self._changed = Condition()
        self._waiting: dict[str, Entry] = {}
        self._written: dict[str, Entry] = {}
        self._flushes = self._flushed = 0
        self._closing = False
        self._ended = False
        self._thread = Thread(target=self._run, name="answer-cache", daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> None:
        with self._changed:
            self._waiting[entry.record.key] = entry
            if len(self._waiting) in (1, BATCH_RECORDS):
                self._changed.notify_all()

    def peek(self, keys: Iterable[str]) -> dict[str, AnswerRecord]:
        """Of `keys`, those that are waiting or being written."""
        with self._changed:
            found = ((key, self._waiting.get(key) or self._written.get(key)) for key in keys)
            return {key: entry.record for key, entry in found if entry is not None}

    def flush(self) -> None:
        """Until everything that was put so far is written."""
        with self._changed:
            self._flushes = number = self._flushes + 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._ended or self._flushed >= number)

    def close(self) -> None:
        """Write the rest and end the thread; again is fine."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._round():
                pass
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _round(self) -> bool:
        """Wait for a batch, write it; false after the last."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_due(), RENEW_SECONDS)
            if self._waiting:
                self._changed.wait_for(self._is_due, BATCH_SECONDS)
            self._written, self._waiting = self._waiting, {}
            flushes, closing = self._flushes, self._closing
        self._write(list(self._written.values()))
        with self._changed:
            self._written = {}
            self._flushed = flushes
            self._changed.notify_all()
        return not closing

    def _is_due(self) -> bool:
        return self._closing or self._flushes > self._flushed or len(self._waiting) >= BATCH_RECORDS
