"""Tables of millions of keys in a few bytes each: open addressing over flat arrays of 64-bit numbers."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from hashlib import blake2b

from gemini_eval.errors import RunError

_OFFSET_BITS = 38
_PRINT_BITS = 26
_OFFSET_MASK = (1 << _OFFSET_BITS) - 1
MAX_OFFSET = _OFFSET_MASK - 1
_FIRST_SLOTS = 64


class CompactIndex:
    """Request key (64 hex digits, as bytes) -> offset of its record, in 10 to 16 bytes a key.

    A slot holds 26 bits of the key and the offset + 1 in 38 bits (256 GiB), 0 where it is empty. Two keys may share those 26
    bits, so `key_at(offset)` is asked for the whole key of what was found; it is all that is ever read. The table is at most 0.8
    full.
    """

    def __init__(self, key_at: Callable[[int], bytes]) -> None:
        self._key_at = key_at
        self._slots = array("Q", bytes(8 * _FIRST_SLOTS))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def table(self) -> array[int]:
        """The array behind it, to measure."""
        return self._slots

    def find(self, key: bytes) -> int | None:
        """The offset last put for `key`."""
        entry = self._slots[self._slot(key)]
        return (entry & _OFFSET_MASK) - 1 if entry else None

    def put(self, key: bytes, offset: int) -> None:
        """`offset` takes the place of an earlier one. Raises `ValueError` where `key` is not hex, `RunError` past 256 GiB."""
        if offset > MAX_OFFSET:
            raise RunError("the record files are over 256 GiB together", "give fewer of them at once")
        slot = self._slot(key)
        if not self._slots[slot]:
            self._count += 1
        self._slots[slot] = _print_of(key) << _OFFSET_BITS | (offset + 1)
        if self._count * 5 > len(self._slots) * 4:
            self._grow()

    def offsets(self) -> array[int]:
        """The offsets of all keys, ascending."""
        return array("Q", sorted((entry & _OFFSET_MASK) - 1 for entry in self._slots if entry))

    def _slot(self, key: bytes) -> int:
        """Where `key` is, else the empty slot where it would go."""
        slots = self._slots
        fingerprint = _print_of(key)
        at = fingerprint * len(slots) >> _PRINT_BITS
        while entry := slots[at]:
            if entry >> _OFFSET_BITS == fingerprint and self._key_at((entry & _OFFSET_MASK) - 1) == key:
                return at
            at += 1
            if at == len(slots):
                at = 0
        return at

    def _grow(self) -> None:
        old = self._slots
        new = self._slots = array("Q", bytes(8 * _grown(len(old))))
        size = len(new)
        for entry in old:
            if entry:
                at = (entry >> _OFFSET_BITS) * size >> _PRINT_BITS
                while new[at]:
                    at = at + 1 if at + 1 < size else 0
                new[at] = entry


class CompactSet:
    """Texts already seen, as 64-bit hashes, in 10 to 16 bytes each. Two of a million texts share a hash once in 37 million
    runs."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * _FIRST_SLOTS))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def table(self) -> array[int]:
        """The array behind it, to measure."""
        return self._slots

    def add(self, text: str) -> bool:
        """True where `text` is new."""
        number = _hash_of(text)
        at = _probe(self._slots, number)
        if self._slots[at]:
            return False
        self._slots[at] = number
        self._count += 1
        if self._count * 5 > len(self._slots) * 4:
            self._grow()
        return True

    def __contains__(self, text: str) -> bool:
        return bool(self._slots[_probe(self._slots, _hash_of(text))])

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(8 * _grown(len(old))))
        for number in old:
            if number:
                self._slots[_probe(self._slots, number)] = number


def _print_of(key: bytes) -> int:
    return int(key[:7], 16) >> 2


def _hash_of(text: str) -> int:
    """64 bits of the text's hash; never 0, which marks an empty slot."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") or 1


def _probe(slots: array[int], number: int) -> int:
    """Where `number` is, else the empty slot where it would go."""
    size = len(slots)
    at = number * size >> 64
    while slots[at] and slots[at] != number:
        at = at + 1 if at + 1 < size else 0
    return at


def _grown(slots: int) -> int:
    """1.6 times, so that a table is between half and four fifths full: 10 to 16 bytes an entry."""
    return slots * 8 // 5
