"""The compact tables against a dict and a set, and their size."""

from __future__ import annotations

import hashlib
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.compact import MAX_OFFSET, CompactIndex, CompactSet
from gemini_eval.errors import RunError

# Few different beginnings, so that many keys share the bits that the table holds.
keys = st.tuples(st.sampled_from(["0000000", "0000001", "7fffffff", "fffffff", "ffffffe"]), st.integers(0, 40)).map(
    lambda pair: f"{pair[0]}{pair[1]:064x}"[:7].encode() + f"{pair[1]:057x}".encode()
)


class Keys:
    """The files behind an index: which key is at which offset."""

    def __init__(self) -> None:
        self.at: dict[int, bytes] = {}

    def __call__(self, offset: int) -> bytes:
        return self.at[offset]


@settings(max_examples=80, deadline=None)
@given(st.lists(keys, max_size=200), st.lists(keys, max_size=20))
def test_the_index_finds_what_a_dict_finds(put: list[bytes], asked: list[bytes]) -> None:
    behind = Keys()
    index = CompactIndex(behind)
    model: dict[bytes, int] = {}
    for offset, key in enumerate(put):
        behind.at[offset] = key
        index.put(key, offset)
        model[key] = offset
    assert len(index) == len(model)
    assert list(index.offsets()) == sorted(model.values())
    assert [index.find(key) for key in put + asked] == [model.get(key) for key in put + asked]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=3), max_size=300))
def test_the_set_knows_what_a_set_knows(texts: list[str]) -> None:
    found, model = CompactSet(), set[str]()
    for text in texts:
        assert (text in found) == (text in model)
        assert found.add(text) == (text not in model)
        model.add(text)
    assert len(found) == len(model)


def test_200_000_keys_take_at_most_16_bytes_each() -> None:
    count = 200_000
    keys = [hashlib.sha256(b"%d" % number).hexdigest().encode() for number in range(count)]
    index, texts = CompactIndex(keys.__getitem__), CompactSet()
    for number, key in enumerate(keys):
        index.put(key, number)
        assert texts.add(f"case-{number}")
    assert sys.getsizeof(index.table) <= 16.2 * count
    assert sys.getsizeof(texts.table) <= 16.2 * count
    assert [index.find(key) for key in keys[::1000]] == list(range(0, count, 1000))


def test_an_offset_that_does_not_fit_is_an_error() -> None:
    index = CompactIndex(lambda offset: b"0" * 64)
    index.put(b"0" * 64, MAX_OFFSET)
    assert index.find(b"0" * 64) == MAX_OFFSET
    with pytest.raises(RunError, match="over 256 GiB"):
        index.put(b"1" * 64, MAX_OFFSET + 1)
