"""A file that is there whole or not at all: written beside its place, then renamed over it."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from gemini_eval.safe.files import open_append

_BUFFER_BYTES = 256 * 1024


class WholeFile:
    """Lines into a new file that takes `path`'s place on success; on an exception the old file stays.

    A context manager. Raises `RunError` where the disk is full; the old file stays then too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.with_name(path.name + ".new")
        self._new.unlink(missing_ok=True)
        self._file = open_append(self._new)
        self._buffer = bytearray()

    def append(self, line: bytes) -> None:
        self._buffer += line
        if len(self._buffer) >= _BUFFER_BYTES:
            self._flush()

    def commit(self) -> None:
        """Everything on disk, then in place."""
        self._flush()
        self._file.sync()
        self._file.close()
        os.replace(self._new, self._path)

    def abandon(self) -> None:
        self._file.close()
        self._new.unlink(missing_ok=True)

    def _flush(self) -> None:
        self._file.append(bytes(self._buffer))
        self._buffer.clear()

    def __enter__(self) -> WholeFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self.abandon()
            return
        try:
            self.commit()
        except BaseException:
            self.abandon()
            raise
