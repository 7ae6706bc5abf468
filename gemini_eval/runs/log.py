"""The append-only file of answers: what was acknowledged is never lost."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from types import TracebackType

from gemini_eval.errors import RunError
from gemini_eval.runs.records import AnswerRecord, encode, sequence_of
from gemini_eval.runs.sealed import DamagedError, lines_of, unseal
from gemini_eval.safe.files import AppendFile, open_append, open_read

SYNC_SECONDS = 1.0


class AnswerLog:
    """Appends records to `path`; when `append` returns, a kill of the process loses nothing.

    A power loss costs at most the last second: a thread of its own brings what was written to the disk, once a second at most, so
    that appending never waits for it. One writer at a time: see `RunFolder.lock`.
    Opening an existing file checks all of it: a torn last line is cut off (`torn_bytes`), damaged lines stay where they are and
    are named in `damaged` (1-based line numbers). Raises `RunError` where the disk is full; what was acknowledged stays readable.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.next_n = 0
        self.torn_bytes = 0
        self.damaged: tuple[int, ...] = ()
        if path.exists():
            self._recover()
        self._file = open_append(path)
        self._syncer = _Syncer(self._file)

    def append(self, record: AnswerRecord) -> None:
        """Written in one piece before this returns. Raises `RunError`."""
        self._syncer.raise_if_failed()
        self._file.append(encode(record))
        self._syncer.written.set()
        self.count += 1
        self.next_n = max(self.next_n, record.n + 1)

    def sync(self) -> None:
        """Everything appended so far is on the disk when this returns."""
        self._file.sync()

    def close(self) -> None:
        """Sync and close; a second call does nothing."""
        if self._syncer.stopped:
            return
        self._syncer.stop()
        try:
            self._file.sync()
        finally:
            self._file.close()
        self._syncer.raise_if_failed()

    def _recover(self) -> None:
        damaged: list[int] = []
        whole = 0
        with open_read(self.path) as file:
            for number, (offset, line) in enumerate(lines_of(file), 1):
                if not line.endswith(b"\n"):
                    self.torn_bytes += len(line)
                    continue
                whole = offset + len(line)
                try:
                    unseal(line)
                    self.next_n = max(self.next_n, sequence_of(line) + 1)
                    self.count += 1
                except DamagedError:
                    damaged.append(number)
        if self.torn_bytes:
            _cut(self.path, whole)
        self.damaged = tuple(damaged)

    def __enter__(self) -> AnswerLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _cut(path: Path, size: int) -> None:
    try:
        os.truncate(path, size)
    except OSError as error:
        raise RunError(f"the torn end of {path} cannot be cut off: {error.strerror}", "check its permissions") from error


class _Syncer:
    """Syncs a file soon after something was written, at most once in `SYNC_SECONDS`."""

    def __init__(self, file: AppendFile) -> None:
        self.written = Event()
        self._file = file
        self._stop = Event()
        self._error: OSError | RunError | None = None
        self._thread = Thread(target=self._run, name="answer-log-sync", daemon=True)
        self._thread.start()

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()
        self.written.set()
        self._thread.join()

    def raise_if_failed(self) -> None:
        if self._error is not None:
            raise RunError(f"answers could not be brought to the disk: {self._error}") from self._error

    def _run(self) -> None:
        last = monotonic() - SYNC_SECONDS
        while True:
            self.written.wait()
            if self._stop.wait(last + SYNC_SECONDS - monotonic()):
                return
            self.written.clear()
            last = monotonic()
            try:
                self._file.sync()
            except (OSError, RunError) as error:
                self._error = error
                return
