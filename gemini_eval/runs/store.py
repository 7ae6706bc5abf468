"""Answers found again by their request: replaying a recording, going on with a run."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from gemini_eval.compact import CompactIndex
from gemini_eval.errors import ValueRefusedError
from gemini_eval.runs.order import line_at, sorted_lines
from gemini_eval.runs.records import PEEK_BYTES, AnswerRecord, decode, is_failure, key_of, model_part
from gemini_eval.runs.sealed import DamagedError, lines_of, unseal
from gemini_eval.safe.files import open_read
from gemini_eval.safe.json_text import read_record


class AnswerStore:
    """The answers of one or several record files, in 10 to 16 bytes a key; each is read from its file when it is asked for.

    The last record of a key counts, in the order of `paths`, but a failure never hides a response that was delivered before it.
    Damaged lines are never served: `damaged` names them as (file, 1-based line number). Raises `FileRefusedError` where a path is
    no regular file. Close it, or use it as a context manager.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = ExitStack()
        self._descriptors: list[int] = []
        self._bases: list[int] = []
        self._size = 0
        self._index = CompactIndex(lambda offset: key_of(self._read(offset, PEEK_BYTES)))
        self.damaged: list[tuple[Path, int]] = []
        self._parts: set[bytes] = set()
        self._locations: dict[str, str] = {}
        with ExitStack() as undo:
            undo.callback(self._files.close)
            for path in paths:
                self._add(path)
            undo.pop_all()

    def __len__(self) -> int:
        return len(self._index)

    def get(self, key: str) -> AnswerRecord | None:
        """The record of a request, its checksum verified; None where there is none, or it was damaged since."""
        offset = self._index.find(key.encode())
        if offset is None:
            return None
        try:
            record = decode(self._line(offset))
        except DamagedError:
            return None
        return record if record.key == key else None

    def location_of(self, model: str) -> str | None:
        """Where `model` was asked when its first answer was recorded; None where none was."""
        return self._locations.get(model)

    def first(self) -> AnswerRecord | None:
        """The record that stands first in the files, of those that `get` would give."""
        offsets = self._index.offsets()
        return decode(self._line(offsets[0])) if offsets else None

    def sorted(self) -> Iterator[AnswerRecord]:
        """All records that `get` would give, ordered by key."""
        for line in sorted_lines(self._line, self._index.offsets(), key_of):
            yield decode(line)

    def close(self) -> None:
        self._files.close()

    def _add(self, path: Path) -> None:
        file = self._files.enter_context(open_read(path))
        base = self._size
        self._descriptors.append(file.fileno())
        self._bases.append(base)
        for number, (offset, line) in enumerate(lines_of(file), 1):
            try:
                unseal(line)
                self._put(line, base + offset)
                self._note_model(model_part(line))
            except (DamagedError, ValueError, ValueRefusedError):
                self.damaged.append((path, number))
            self._size = base + offset + len(line)

    def _put(self, line: bytes, offset: int) -> None:
        key = key_of(line)
        if is_failure(line):
            earlier = self._index.find(key)
            if earlier is not None and not is_failure(self._read(earlier, PEEK_BYTES)):
                return
        self._index.put(key, offset)

    def _note_model(self, part: bytes) -> None:
        if part and part not in self._parts:
            self._parts.add(part)
            asked = read_record(b"{%b}" % part)
            self._locations.setdefault(asked["model"], asked.get("location", ""))

    def _line(self, offset: int) -> bytes:
        at = bisect_right(self._bases, offset) - 1
        return line_at(self._descriptors[at], offset - self._bases[at])

    def _read(self, offset: int, size: int) -> bytes:
        at = bisect_right(self._bases, offset) - 1
        return os.pread(self._descriptors[at], size, offset - self._bases[at])

    def __enter__(self) -> AnswerStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
