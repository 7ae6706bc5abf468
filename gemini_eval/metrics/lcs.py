"""The longest common subsequence of two lists of words, a row of its table in one number (Hyyrö 2004, bit-parallel LCS)."""

from __future__ import annotations

from collections.abc import Sequence


def lcs_length(one: Sequence[str], other: Sequence[str]) -> int:
    from rapidfuzz.distance import LCSseq

    return LCSseq.similarity(one, other)


def lcs_positions(reference: Sequence[str], candidate: Sequence[str]) -> list[int]:
    """Which words of `reference` are in one longest common subsequence; of several, the one that rouge-score takes.

    Row i of the table is one number: its bit j is 0 where the length grows from column j to column j + 1.
    """
    if not reference or not candidate:
        return []
    places: dict[str, int] = {}
    for index, word in enumerate(candidate):
        places[word] = places.get(word, 0) | 1 << index
    full = (1 << len(candidate)) - 1
    rows = [full]
    for word in reference:
        row = rows[-1]
        met = row & places.get(word, 0)
        rows.append(((row + met) | (row - met)) & full)
    return _walk_back(reference, candidate, rows)


def _walk_back(reference: Sequence[str], candidate: Sequence[str], rows: Sequence[int]) -> list[int]:
    """From the table's last cell up where the cell above is at least as long as the one to the left, else to the left."""
    found = []
    i, j = len(reference), len(candidate)
    here, above = _length(rows[i], j), _length(rows[i - 1], j)
    while i and j:
        if reference[i - 1] == candidate[j - 1]:
            found.append(i - 1)
            i, j = i - 1, j - 1
            here = _length(rows[i], j)
            above = _length(rows[i - 1], j) if i else 0
            continue
        left = here - _grows(rows[i], j)
        if left > above:
            above -= _grows(rows[i - 1], j)
            here, j = left, j - 1
        else:
            i -= 1
            here, above = above, (_length(rows[i - 1], j) if i else 0)
    return found[::-1]


def _length(row: int, column: int) -> int:
    return column - (row & ((1 << column) - 1)).bit_count()


def _grows(row: int, column: int) -> int:
    return 1 - (row >> (column - 1) & 1)
