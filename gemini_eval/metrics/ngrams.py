"""N-grams of a list of words or of a text, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any


def ngrams(items: Sequence[Any], n: int) -> Counter[Any]:
    """How often each run of `n` items occurs; of a text its substrings, of a list tuples."""
    if isinstance(items, str):
        return Counter([items[start : start + n] for start in range(len(items) - n + 1)])
    return Counter(_tuples(items, n))


def shared(one: Counter[Any], other: Counter[Any]) -> int:
    """How many n-grams are in both, each as often as in the one that has it less often."""
    if len(other) < len(one):
        one, other = other, one
    return sum(min(count, other[gram]) for gram, count in one.items() if gram in other)


def _tuples(items: Sequence[Any], n: int) -> Iterator[tuple[Any, ...]]:
    return zip(*(items[start:] for start in range(n)), strict=False)
