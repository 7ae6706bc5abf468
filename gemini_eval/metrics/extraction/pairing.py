"""Which items of two lists belong together, where their order says nothing. Deterministic, and bounded in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from itertools import islice

from gemini_eval.types import Json

MOST_ITEMS = 1_000
"""Items of a list that are paired by likeness; the rest pair in their order."""
MOST_PAIRS = 20_000
"""Pairs of unlike items that are compared; where there would be more, unlike items pair in their order."""

Pairs = list[tuple[int, int]]


def pair(
    expected: Sequence[Json],
    found: Sequence[Json],
    key: Callable[[Json], Hashable],
    likeness: Callable[[Json, Json], float] | None,
    *,
    exact: bool = True,
) -> Pairs:
    """Places of items that belong together, by place in `found`: equal keys first (None equals nothing), then so that the sum of
    `likeness` is as large as can be (Kuhn and Munkres; SciPy's Jonker-Volgenant). Items that have nothing in common stay alone.

    Equal items first loses nothing, as two equal items are as like to every third; but where `exact` is false, for then 1.0 may
    be needed by 0.9 while 1.1 would do for another 1.0.
    """
    few = len(expected) * len(found) <= MOST_PAIRS
    pairs, rest, others = _equal(expected, found, key) if exact or not few else _all_left(expected, found)
    if likeness is not None and rest and others:
        pairs += _most_alike(expected, found, rest, others, likeness)
    return sorted(pairs, key=lambda item: item[1])


def _all_left(expected: Sequence[Json], found: Sequence[Json]) -> tuple[Pairs, list[int], list[int]]:
    return [], list(range(len(expected))), list(range(len(found)))


def _equal(
    expected: Sequence[Json], found: Sequence[Json], key: Callable[[Json], Hashable]
) -> tuple[Pairs, list[int], list[int]]:
    """Items of equal keys in their order, and the places of those that are left."""
    places: dict[Hashable, list[int]] = defaultdict(list)
    for place in range(len(found) - 1, -1, -1):
        places[key(found[place])].append(place)
    pairs: Pairs = []
    rest: list[int] = []
    for place, value in enumerate(expected):
        wanted = key(value)
        same = places.get(wanted) if wanted is not None else None
        if same:
            pairs.append((place, same.pop()))
        else:
            rest.append(place)
    used = {other for _, other in pairs}
    return pairs, rest, [place for place in range(len(found)) if place not in used]


def _most_alike(
    expected: Sequence[Json], found: Sequence[Json], rest: list[int], others: list[int], likeness: Callable[[Json, Json], float]
) -> Pairs:
    rest, more = rest[:MOST_ITEMS], rest[MOST_ITEMS:]
    others, further = others[:MOST_ITEMS], others[MOST_ITEMS:]
    if len(rest) * len(others) > MOST_PAIRS:
        return list(zip([*rest, *more], [*others, *further], strict=False))
    scores = [[likeness(expected[one], found[other]) for other in others] for one in rest]
    pairs = [(rest[row], others[column]) for row, column in _assigned(scores) if scores[row][column] > 0]
    return [*pairs, *islice(zip(more, further, strict=False), len(more))]


def _assigned(scores: list[list[float]]) -> Pairs:
    """The rows and columns of the best assignment; of equally good ones always the same."""
    if len(scores) == 1:
        return [(0, max(range(len(scores[0])), key=lambda column: scores[0][column]))]
    if len(scores[0]) == 1:
        return [(max(range(len(scores)), key=lambda row: scores[row][0]), 0)]
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(scores, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]
