"""Two JSON documents, leaf by leaf."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from gemini_eval.metrics.equality import EXACT, same
from gemini_eval.metrics.wording import show
from gemini_eval.numbers import Tolerance
from gemini_eval.paths import Path, write_path
from gemini_eval.text import normalise
from gemini_eval.types import Json

KEPT = 4
"""Problems kept for the reason."""
PAIRS = 2_500
"""Pairs of unlike items that are compared to find the most similar; beyond, the rest are held against each other in order."""


@dataclass(frozen=True, slots=True)
class Rules:
    tolerance: Tolerance = EXACT
    ignore_order: bool = False


@dataclass(slots=True)
class Tally:
    """Right leaves, leaves of either document, and the first few that are wrong."""

    right: int = 0
    total: int = 0
    problems: list[str] = field(default_factory=list)

    def score(self) -> float:
        return self.right / self.total if self.total else 1.0

    def add(self, other: Tally) -> None:
        self.right += other.right
        self.total += other.total
        self.problems.extend(other.problems[: KEPT - len(self.problems)])

    def wrong(self, leaves: int, path: Path, problem: Callable[[], str]) -> None:
        """`problem` is only worded where it is kept."""
        self.total += leaves
        if len(self.problems) < KEPT:
            self.problems.append(f"{write_path(path) if path else 'the document'} is {problem()}")


def compare(expected: Json, actual: Json, rules: Rules, path: Path = ()) -> Tally:
    """A leaf is a scalar or an empty list or object. O(leaves), but for lists out of order."""
    tally = Tally()
    if isinstance(expected, dict) and isinstance(actual, dict) and (expected or actual):
        for key, value in expected.items():
            if key in actual:
                tally.add(compare(value, actual[key], rules, (*path, key)))
            else:
                tally.wrong(_leaves(value), (*path, key), partial(_missing, value))
        for key, value in actual.items():
            if key not in expected:
                tally.wrong(_leaves(value), (*path, key), partial(_unexpected, value))
    elif isinstance(expected, list) and isinstance(actual, list) and (expected or actual):
        _compare_lists(tally, expected, actual, rules, path)
    elif same(actual, expected, rules.tolerance):
        tally.right = tally.total = 1
    else:
        alike = not isinstance(expected, (list, dict)) and not isinstance(actual, (list, dict))
        leaves = 1 if alike else _leaves(expected) + _leaves(actual)
        tally.wrong(leaves, path, lambda: f"{show(actual)}, expected {show(expected)}")
    return tally


def _compare_lists(tally: Tally, expected: list[Json], actual: list[Json], rules: Rules, path: Path) -> None:
    pairs = _pair(expected, actual, rules) if rules.ignore_order else zip(range(len(expected)), range(len(actual)), strict=False)
    matched, found = set(), set()
    for index, other in pairs:
        matched.add(index)
        found.add(other)
        tally.add(compare(expected[index], actual[other], rules, (*path, other)))
    for index, value in enumerate(expected):
        if index not in matched:
            tally.wrong(_leaves(value), (*path, index), partial(_missing, value))
    for index, value in enumerate(actual):
        if index not in found:
            tally.wrong(_leaves(value), (*path, index), partial(_unexpected, value))


def _missing(value: Json) -> str:
    return f"missing, expected {show(value)}"


def _unexpected(value: Json) -> str:
    return f"unexpected: {show(value)}"


def _pair(expected: list[Json], actual: list[Json], rules: Rules) -> Iterator[tuple[int, int]]:
    """Equal items first, then the most similar of the rest, best first."""
    places: dict[object, list[int]] = defaultdict(list)
    for index in range(len(actual) - 1, -1, -1):
        places[_key(actual[index])].append(index)
    rest, left = [], set(range(len(actual)))
    for index, value in enumerate(expected):
        if same_items := places.get(_key(value)):
            other = same_items.pop()
            left.discard(other)
            yield index, other
        else:
            rest.append(index)
    others = sorted(left)
    if len(rest) * len(others) > PAIRS:
        yield from zip(rest, others, strict=False)
        return
    scores = [(-compare(expected[i], actual[j], rules).score(), i, j) for i in rest for j in others]
    used_i, used_j = set(), set()
    for _, i, j in sorted(scores):
        if i not in used_i and j not in used_j:
            used_i.add(i)
            used_j.add(j)
            yield i, j


def _key(value: Json) -> object:
    """Hashable, and equal for values that are the same; within a list, so that the order in inner lists is nothing either."""
    if isinstance(value, dict):
        return ("object", tuple((key, _key(value[key])) for key in sorted(value)))
    if isinstance(value, list):
        return ("list", tuple(sorted(map(_key, value), key=repr)))
    return (type(value) is bool, normalise(value) if isinstance(value, str) else value)


def _leaves(value: Json) -> int:
    if isinstance(value, (list, dict)) and value:
        return sum(map(_leaves, value.values() if isinstance(value, dict) else value))
    return 1
