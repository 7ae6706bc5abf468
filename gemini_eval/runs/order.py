"""Lines of a large file in the order of a key, without holding all keys: sorted stretches of offsets, then merged."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator
from heapq import merge
from typing import Any

_STRETCH = 8192
_FIRST_BYTES = 4096

Key = Callable[[bytes], Any]


def line_at(descriptor: int, offset: int) -> bytes:
    """The line that starts at `offset`, newline included; what there is where the file ends first."""
    data = os.pread(descriptor, _FIRST_BYTES, offset)
    size = _FIRST_BYTES
    while (end := data.find(b"\n")) < 0:
        more = os.pread(descriptor, size, offset + len(data))
        if not more:
            return data
        data += more
        size *= 2
    return data[: end + 1]


def sorted_lines(read: Callable[[int], bytes], offsets: array[int], key: Key) -> Iterator[bytes]:
    """The lines at `offsets`, ordered by `key(line)`, equal ones by their place in `offsets`.

    Takes 8 bytes a line, the keys of one stretch of 8,192 lines, and one line of every stretch; each line is read twice.
    """
    stretches = [_sorted_stretch(read, offsets[start : start + _STRETCH], key) for start in range(0, len(offsets), _STRETCH)]
    for _, line in merge(*(_keyed(read, stretch, key) for stretch in stretches), key=_first):
        yield line


def _sorted_stretch(read: Callable[[int], bytes], offsets: array[int], key: Key) -> array[int]:
    return array("Q", sorted(offsets, key=lambda offset: key(read(offset))))


def _keyed(read: Callable[[int], bytes], offsets: array[int], key: Key) -> Iterator[tuple[Any, bytes]]:
    for offset in offsets:
        line = read(offset)
        yield key(line), line


def _first(pair: tuple[Any, bytes]) -> Any:
    return pair[0]
