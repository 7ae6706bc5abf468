"""What a GGUF file says of itself: its fields and where its tensors are. Only the header is read, and every length is held
against the file's own.

Specification: ggml's docs/gguf.md, versions 2 and 3, little endian.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO, TypeAlias

from gemini_eval.errors import UsageError, ValueRefusedError
from gemini_eval.providers.local_files import check_gguf
from gemini_eval.safe.files import open_read

Field: TypeAlias = str | int | float | bool

_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_MAX_TEXT = 2**20
_MAX_DIMENSIONS = 4
_BLOCKS = {0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 10: (256, 84), 11: (256, 110),
           12: (256, 144), 13: (256, 176), 14: (256, 210), 30: (1, 2)}  # fmt: skip
"""Type -> (values in a block, bytes of a block); types that are not here can't be read."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """`shape` is rows first, as numpy has it; `kind` the type's number in the specification; `start` and `size` are in bytes."""

    shape: tuple[int, ...]
    kind: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """`fields` has the scalars and texts; lists are left out."""

    path: Path
    fields: Mapping[str, Field]
    tensors: Mapping[str, TensorInfo]

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


def read_header(path: Path) -> GgufHeader:
    """The header of the GGUF file at `path`. Raises `UsageError` where it is none, cut short or of a kind that can't be read."""
    check_gguf(path)
    try:
        with open_read(path) as file:
            return _Reader(path, file).header()
    except (ValueRefusedError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path} is a damaged GGUF file: {error}", "get or make the file again") from error


class _Reader:
    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self._left = self._size = path.stat().st_size

    def header(self) -> GgufHeader:
        self._take(8)
        tensors, fields = self._number("<Q"), self._number("<Q")
        found = {}
        for _ in range(fields):
            name, kind = self._text(), self._number("<I")
            if kind == _ARRAY:
                self._pass_array()
            else:
                found[name] = self._value(kind)
        listed = [self._tensor() for _ in range(tensors)]
        align = found.get("general.alignment", 32)
        if not isinstance(align, int) or not 0 < align <= 2**16:
            raise ValueRefusedError(f"its alignment is {align!r}")
        data = -(-(self._size - self._left) // align) * align
        return GgufHeader(self._path, found, {one[0]: self._placed(data, *one) for one in listed})

    def _value(self, kind: int) -> Field:
        if kind == _STRING:
            return self._text()
        if kind not in _SCALARS:
            raise ValueRefusedError(f"a field has the type {kind}, which is none")
        return self._number(_SCALARS[kind])

    def _pass_array(self) -> None:
        """A list is passed over: a vocabulary is a quarter of a million texts, and llama.cpp reads it itself."""
        kind, count = self._number("<I"), self._number("<Q")
        if kind in _SCALARS:
            self._skip(count * struct.calcsize(_SCALARS[kind]))
        elif kind == _STRING:
            for _ in range(count):
                self._skip(self._number("<Q"))
        else:
            raise ValueRefusedError(f"a list has elements of the type {kind}")

    def _tensor(self) -> tuple[str, tuple[int, ...], int, int]:
        name, dimensions = self._text(), self._number("<I")
        if dimensions > _MAX_DIMENSIONS:
            raise ValueRefusedError(f"the tensor {name} has {dimensions} dimensions")
        shape = tuple(self._number("<Q") for _ in range(dimensions))
        return name, shape[::-1], self._number("<I"), self._number("<Q")

    def _placed(self, data: int, name: str, shape: tuple[int, ...], kind: int, offset: int) -> TensorInfo:
        if kind not in _BLOCKS:
            raise ValueRefusedError(f"the tensor {name} has the type {kind}, which can't be read")
        values, size = _BLOCKS[kind]
        if not shape or shape[-1] % values:
            raise ValueRefusedError(f"the tensor {name} has the shape {list(shape)}")
        total = prod(shape) // values * size
        if data + offset + total > self._size:
            raise ValueRefusedError(f"the tensor {name} ends after the file")
        return TensorInfo(shape, kind, data + offset, total)

    def _text(self) -> str:
        length = self._number("<Q")
        if length > _MAX_TEXT:
            raise ValueRefusedError(f"a text of {length:,} bytes")
        return self._take(length).decode()

    def _number(self, form: str) -> int:
        value: int = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return value

    def _take(self, count: int) -> bytes:
        self._left -= count
        found = self._file.read(count) if self._left >= 0 else b""
        if len(found) < count:
            raise ValueRefusedError("it is cut short")
        return found

    def _skip(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise ValueRefusedError("it is cut short")
        self._file.seek(count, 1)
