"""The tree of comparators that `fields:` declares, and how two documents are compared by it. Frozen and pure.

A leaf is a value that a single comparator judges, or a list that holds nothing; each counts once, as right, wrong, missing or
hallucinated. A name is a dotted path of declared fields, whose lists have no indexes: `offers.price`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gemini_eval.metrics.equality import same
from gemini_eval.metrics.extraction.leaves import Fault, Leaf
from gemini_eval.metrics.extraction.pairing import pair
from gemini_eval.metrics.extraction.tally import Tally
from gemini_eval.metrics.wording import kind_of, show
from gemini_eval.paths import MISSING, Missing, Path
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.types import FieldReport, Json

OTHER = ""
"""The name that fields which nobody declared are counted under."""


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field. Where it is `optional`, null is the same as nothing."""

    comparator: Comparator
    optional: bool = False

    def compare(self, tally: Tally, name: str, where: Path, expected: Json | Missing, found: Json | Missing) -> None:
        if self.optional:
            expected = MISSING if expected is None else expected
            found = MISSING if found is None else found
        if expected is MISSING:
            if found is not MISSING:
                self.comparator.extra(tally, name, where, found)
        elif found is MISSING:
            self.comparator.lacking(tally, name, where, expected)
        else:
            self.comparator.compare(tally, name, where, expected, found)


class Container(ABC):
    """What an object and a list share."""

    __slots__ = ()

    @abstractmethod
    def is_of(self, value: Json) -> bool: ...

    @abstractmethod
    def lacking(self, tally: Tally, name: str, where: Path, expected: Json) -> None: ...

    def unlike(self, tally: Tally, name: str, where: Path, expected: Json, found: Json) -> None:
        """One of the two is not of the declared kind. Equal values are right; else all that is expected is missing, and what
        stands in its place is made up, but for null."""
        if same(found, expected):
            tally.right(name)
            return
        self.lacking(tally, name, where, expected)
        if found is not None:
            why = f"{kind_of(found)}, where {kind_of(expected)} is expected" if self.is_of(expected) else ""
            tally.problem("hallucinated", name, where, found=found, why=why)


@dataclass(frozen=True, slots=True)
class Object(Container):
    """Declared fields; others count as hallucinated, unless they are to be ignored."""

    fields: Mapping[str, Field]
    ignore_others: bool = False

    def is_of(self, value: Json) -> bool:
        return isinstance(value, dict)

    @property
    def approximate(self) -> bool:
        return any(item.comparator.approximate for item in self.fields.values())

    def names(self, name: str) -> Iterator[str]:
        for key, item in self.fields.items():
            yield from item.comparator.names(_below(name, key))

    def key(self, value: Json) -> Hashable:
        if not isinstance(value, dict):
            return ("as JSON", canonical_json(value))
        known = tuple((key, item.comparator.key(value[key])) for key, item in self.fields.items() if key in value)
        others = {} if self.ignore_others else {key: item for key, item in value.items() if key not in self.fields}
        return known, canonical_json(others)

    def compare(self, tally: Tally, name: str, where: Path, expected: Json, found: Json) -> None:
        if not self.is_of(expected) or not self.is_of(found):
            self.unlike(tally, name, where, expected, found)
            return
        for key, item in self.fields.items():
            if key in expected or key in found:
                below = (*where, key)
                item.compare(tally, _below(name, key), below, expected.get(key, MISSING), found.get(key, MISSING))
        if not self.ignore_others and not found.keys() <= self.fields.keys():
            self._others(tally, where, found)

    def lacking(self, tally: Tally, name: str, where: Path, expected: Json) -> None:
        if isinstance(expected, dict):
            self.compare(tally, name, where, expected, {})
        else:
            tally.problem("missing", name, where, expected=expected)

    def extra(self, tally: Tally, name: str, where: Path, found: Json) -> None:
        if isinstance(found, dict):
            self.compare(tally, name, where, {}, found)
        else:
            tally.problem("hallucinated", name, where, found=found)

    def faults(self, expected: Json, where: Path) -> Iterator[Fault]:
        if expected is None:
            return
        if not isinstance(expected, dict):
            yield where, f"{show(expected)}, which is not an object", "write a map of its fields"
            return
        for key, value in expected.items():
            if key in self.fields:
                yield from self.fields[key].comparator.faults(value, (*where, key))
            elif not self.ignore_others:
                yield (*where, key), "", key

    def _others(self, tally: Tally, where: Path, found: Mapping[str, Json]) -> None:
        for key, value in found.items():
            if key not in self.fields:
                tally.problem("hallucinated", OTHER, (*where, key), found=value, why="no such field is declared")


@dataclass(frozen=True, slots=True)
class Items(Container):
    """A list, or what has no order: a multiset, in which equal items count as often as they occur, or a set, in which they count
    once.

    Out of order, items pair by equal `match_by` fields, else so that as much as possible is right; what finds no partner is
    missing or hallucinated.
    """

    item: Comparator
    kind: Literal["list", "multiset", "set"] = "list"
    in_order: bool = True
    match_by: str = ""

    def is_of(self, value: Json) -> bool:
        return isinstance(value, list)

    @property
    def approximate(self) -> bool:
        return self.item.approximate

    def names(self, name: str) -> Iterator[str]:
        yield from self.item.names(name)

    def key(self, value: Json) -> Hashable:
        if not isinstance(value, list):
            return ("as JSON", canonical_json(value))
        keys = tuple(self.item.key(value[place]) for place in self._counted(value))
        return keys if self.in_order else tuple(sorted(keys, key=repr))

    def compare(self, tally: Tally, name: str, where: Path, expected: Json, found: Json) -> None:
        if not self.is_of(expected) or not self.is_of(found):
            self.unlike(tally, name, where, expected, found)
            return
        if not expected and not found:
            tally.right(name)
            return
        wanted, given = self._counted(expected), self._counted(found)
        if self.in_order:
            pairs = list(zip(wanted, given, strict=False))
        else:
            paired = self._paired([expected[place] for place in wanted], [found[place] for place in given])
            pairs = [(wanted[one], given[other]) for one, other in paired]
        for one, other in pairs:
            self.item.compare(tally, name, (*where, other), expected[one], found[other])
        matched, used = {one for one, _ in pairs}, {other for _, other in pairs}
        for place in wanted:
            if place not in matched:
                self.item.lacking(tally, name, (*where, place), expected[place])
        for place in given:
            if place not in used:
                self.item.extra(tally, name, (*where, place), found[place])

    def lacking(self, tally: Tally, name: str, where: Path, expected: Json) -> None:
        if not isinstance(expected, list) or not expected:
            tally.problem("missing", name, where, expected=expected)
            return
        for place in self._counted(expected):
            self.item.lacking(tally, name, (*where, place), expected[place])

    def extra(self, tally: Tally, name: str, where: Path, found: Json) -> None:
        if not isinstance(found, list) or not found:
            tally.problem("hallucinated", name, where, found=found)
            return
        for place in self._counted(found):
            self.item.extra(tally, name, (*where, place), found[place])

    def faults(self, expected: Json, where: Path) -> Iterator[Fault]:
        if expected is None:
            return
        if not isinstance(expected, list):
            yield where, f"{show(expected)}, which is not a list", "write [a, b]"
            return
        for place, value in enumerate(expected):
            yield from self.item.faults(value, (*where, place))

    def _counted(self, values: list[Json]) -> Sequence[int]:
        """The places of the items that count: of a set's equal ones the first."""
        if self.kind != "set":
            return range(len(values))
        first: dict[Hashable, int] = {}
        for place, value in enumerate(values):
            first.setdefault(self.item.key(value), place)
        return list(first.values())

    def _paired(self, expected: list[Json], found: list[Json]) -> list[tuple[int, int]]:
        key = self.item.key
        if self.match_by and isinstance(self.item, Object):
            of = self.item.fields[self.match_by].comparator

            def matched(value: Json) -> Hashable:
                known = isinstance(value, dict) and self.match_by in value
                return of.key(value[self.match_by]) if known else None

            return pair(expected, found, matched, None)
        if isinstance(self.item, Leaf):
            item = self.item
            return pair(
                expected,
                found,
                key,
                (lambda one, other: float(item.right(one, other))) if item.approximate else None,
                exact=not item.approximate,
            )
        return pair(expected, found, key, self._likeness, exact=not self.item.approximate)

    def _likeness(self, expected: Json, found: Json) -> float:
        tally = Tally(keeps=False)
        self.item.compare(tally, "", (), expected, found)
        return tally.score()


Comparator: TypeAlias = Leaf | Object | Items


@dataclass(frozen=True, slots=True)
class Fields:
    """All that a suite declares: the fields of one document, and their names in figures."""

    top: Object
    declared: Json = field(default=None, compare=False)
    """As the suite wrote them, for digests and lists."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.top.names(""))

    def compare(self, expected: Json, found: Json) -> FieldReport:
        """Every field of `found` held against `expected`."""
        tally = Tally()
        self.top.compare(tally, OTHER, (), expected, found)
        return tally.report()

    def nothing(self, expected: Json) -> FieldReport:
        """What an answer without any field comes to: all that is expected is missing."""
        tally = Tally()
        self.top.lacking(tally, OTHER, (), expected)
        return tally.report()

    def faults(self, expected: Json) -> Iterator[Fault]:
        """What in an `expected` its comparators can't use. An empty reason: the path's last key is not declared."""
        yield from self.top.faults(expected, ())


def _below(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key
