"""The judged cases of a run as a sequence: decoded when they are reached, 8 bytes of memory each."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, overload

from gemini_eval.errors import RunError
from gemini_eval.runs.cases import decode_case
from gemini_eval.runs.order import line_at
from gemini_eval.runs.sealed import DamagedError, lines_of
from gemini_eval.safe.files import open_read
from gemini_eval.types import CaseResult

Keep = Callable[[CaseResult], bool]


class CaseSequence(Sequence[CaseResult]):
    """The cases of a run in the order in which they were judged, those alone that `keep` lets through.

    The file is looked at when a case is asked for, so after `score` the new judgements are seen. Raises `RunError` at a damaged
    line.
    """

    def __init__(self, path: Path, keep: Keep | None = None) -> None:
        self._path, self._keep = path, keep
        self._offsets: array[int] = array("Q")
        self._state: tuple[int, ...] | None = None

    def __len__(self) -> int:
        if not self._path.exists():
            return 0
        with open_read(self._path) as file:
            return len(self._indexed(file))

    @overload
    def __getitem__(self, index: int) -> CaseResult: ...
    @overload
    def __getitem__(self, index: slice) -> list[CaseResult]: ...
    def __getitem__(self, index: int | slice) -> CaseResult | list[CaseResult]:
        if isinstance(index, slice):
            return [self[number] for number in range(len(self))[index]]
        number = range(len(self))[index]
        with open_read(self._path) as file:
            return self._at(file, self._indexed(file)[number])

    def __iter__(self) -> Iterator[CaseResult]:
        if not self._path.exists():
            return
        with open_read(self._path) as file:
            for offset in self._indexed(file):
                yield self._at(file, offset)

    def __repr__(self) -> str:
        return f"<{len(self)} cases of {self._path.parent.name}>"

    def _indexed(self, file: BinaryIO) -> array[int]:
        """Where each kept case begins; read anew where the file is another than before."""
        status = os.fstat(file.fileno())
        state = (status.st_ino, status.st_size, status.st_mtime_ns)
        if state != self._state:
            kept = (offset for offset, line in lines_of(file) if self._keep is None or self._keep(self._decoded(line, offset)))
            self._offsets = array("Q", kept)
            self._state = state
        return self._offsets

    def _at(self, file: BinaryIO, offset: int) -> CaseResult:
        return self._decoded(line_at(file.fileno(), offset), offset)

    def _decoded(self, line: bytes, offset: int) -> CaseResult:
        try:
            return decode_case(line)
        except DamagedError as error:
            reason = f"{self._path}: the line at byte {offset}: {error}"
            raise RunError(reason, "judge the saved answers again with gemini_eval.score(run)") from error
