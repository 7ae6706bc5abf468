"""Comparators of single values. Types are strict: `"5"` is no number, `true` is not 1."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from gemini_eval.labels import Labels
from gemini_eval.metrics.equality import EXACT, same
from gemini_eval.metrics.extraction.dates import read_date
from gemini_eval.metrics.extraction.tally import Tally
from gemini_eval.metrics.extraction.units import in_unit
from gemini_eval.metrics.wording import either, kind_of, show
from gemini_eval.numbers import Tolerance, as_number, plain
from gemini_eval.paths import Path
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.text import fold, normalise
from gemini_eval.types import Json

Fault = tuple[Path, str, str]
"""Where in `expected` a value is that its comparator can't use, the reason, the mend."""
MOST_CELLS = 100_000_000
"""Characters of one text times those of the other, beyond which texts that differ are not held to be similar."""


@dataclass(frozen=True, slots=True)
class Leaf(ABC):
    """A single value. `read` gives what is compared, None for a value of another type."""

    KIND: ClassVar[str] = ""
    NEEDS: ClassVar[str] = ""

    @property
    def approximate(self) -> bool:
        """Whether unlike values may be right: then equal keys are not all that pairs items."""
        return False

    def names(self, name: str) -> Iterator[str]:
        yield name

    @abstractmethod
    def read(self, value: Json) -> Hashable: ...

    def agrees(self, expected: Json, found: Json) -> bool:
        """Whether two values that `read` gave are the same."""
        return bool(expected == found)

    def right(self, expected: Json, found: Json) -> bool:
        wanted, read = self.read(expected), self.read(found)
        if wanted is None or read is None:
            return same(found, expected)
        return self.agrees(wanted, read)

    def why(self, expected: Json, found: Json) -> str:
        """Why a value is wrong, where it is not plain to see."""
        return "" if self.read(found) is not None else f"{kind_of(found)}, where {self.NEEDS} is expected"

    def key(self, value: Json) -> Hashable:
        """Equal for values that are the same without tolerance."""
        found = self.read(value)
        return ("as JSON", canonical_json(value)) if found is None else found

    def compare(self, tally: Tally, name: str, where: Path, expected: Json, found: Json) -> None:
        if self.right(expected, found):
            tally.right(name)
        else:
            tally.problem("wrong", name, where, expected=expected, found=found, why=self.why(expected, found))

    def lacking(self, tally: Tally, name: str, where: Path, expected: Json) -> None:
        tally.problem("missing", name, where, expected=expected)

    def extra(self, tally: Tally, name: str, where: Path, found: Json) -> None:
        tally.problem("hallucinated", name, where, found=found)

    def faults(self, expected: Json, where: Path) -> Iterator[Fault]:
        if self.read(expected) is None and expected is not None:
            yield where, f"{show(expected)}, which is not {self.NEEDS}", self.mend(expected)

    def mend(self, expected: Json) -> str:
        return f"write {self.NEEDS}, or give the field another comparator"


@dataclass(frozen=True, slots=True)
class Text(Leaf):
    """NFC and stripped, then `folds`; `similarity` (0 to 1, Levenshtein's) is the least that is right, None for equality."""

    folds: frozenset[str] = frozenset()
    similarity: float | None = None

    KIND: ClassVar[str] = "text"
    NEEDS: ClassVar[str] = "text"

    @property
    def approximate(self) -> bool:
        return self.similarity is not None

    def read(self, value: Json) -> Hashable:
        return fold(normalise(value), self.folds) if isinstance(value, str) else None

    def agrees(self, expected: Json, found: Json) -> bool:
        return bool(expected == found) or (self.similarity is not None and _likeness(expected, found) >= self.similarity)

    def why(self, expected: Json, found: Json) -> str:
        wanted, read = self.read(expected), self.read(found)
        if self.similarity is None or not isinstance(read, str) or not isinstance(wanted, str):
            return "" if isinstance(read, str) else f"{kind_of(found)}, where text is expected"
        return f"similarity {_likeness(wanted, read):.3f}, at least {self.similarity:g} expected"

    def mend(self, expected: Json) -> str:
        return "quote it, or give the field another comparator"


@dataclass(frozen=True, slots=True)
class Number(Leaf):
    """A JSON number; with `unit` also a text with a unit of the same quantity, and a bare number is in `unit`."""

    unit: str = ""
    tolerance: Tolerance = EXACT

    KIND: ClassVar[str] = "number"
    NEEDS: ClassVar[str] = "a number"

    @property
    def approximate(self) -> bool:
        return bool(self.tolerance.amount)

    def read(self, value: Json) -> Hashable:
        if isinstance(value, str):
            return in_unit(value, self.unit) if self.unit else None
        return as_number(value)

    def agrees(self, expected: Json, found: Json) -> bool:
        return self.tolerance.allows(found, expected)

    def why(self, expected: Json, found: Json) -> str:
        read = self.read(found)
        if read is None:
            if isinstance(found, str) and self.unit:
                return f"no number in {self.unit} or a unit like it"
            return f"{kind_of(found)}, where a number is expected"
        converted = f"{plain(read)} {self.unit}" if isinstance(found, str) and isinstance(read, Decimal) else ""
        converted = converted if converted != found else ""
        within = f"not within {self.tolerance}" if self.tolerance.amount else ""
        return ", ".join(part for part in (converted, within) if part)

    def faults(self, expected: Json, where: Path) -> Iterator[Fault]:
        if self.read(expected) is None and expected is not None:
            needs = f"a number in {self.unit}" if self.unit else "a number"
            hint = f'write 10 or "10 {self.unit}"' if self.unit else "write a bare number, or give the field a `unit`"
            yield where, f"{show(expected)}, which is not {needs}", hint


@dataclass(frozen=True, slots=True)
class Date(Leaf):
    """A text that names one day, as `read_date` reads it."""

    KIND: ClassVar[str] = "date"
    NEEDS: ClassVar[str] = "a date"

    def read(self, value: Json) -> Hashable:
        return read_date(value) if isinstance(value, str) else None

    def why(self, expected: Json, found: Json) -> str:
        if self.read(found) is not None:
            return ""
        return "no date, or one that can be read in two ways" if isinstance(found, str) else f"{kind_of(found)}, not a date"

    def mend(self, expected: Json) -> str:
        return 'write it as "2026-12-31"'


@dataclass(frozen=True, slots=True)
class Bool(Leaf):
    """`true` or `false`."""

    KIND: ClassVar[str] = "bool"
    NEEDS: ClassVar[str] = "true or false"

    def read(self, value: Json) -> Hashable:
        return value if isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Label(Leaf):
    """One of `labels`, by its own name or an alias of it."""

    labels: Labels

    KIND: ClassVar[str] = "label"
    NEEDS: ClassVar[str] = "one of its labels"

    def read(self, value: Json) -> Hashable:
        return self.labels.canonical(value) if isinstance(value, str) else None

    def why(self, expected: Json, found: Json) -> str:
        return "" if self.read(found) is not None else f"none of {either(list(self.labels.names), 'and')}"

    def mend(self, expected: Json) -> str:
        return f"the labels are {either(list(self.labels.names), 'and')}"


@dataclass(frozen=True, slots=True)
class OneOf(Leaf):
    """One of some values; the expected one, types strict."""

    values: tuple[Json, ...]

    KIND: ClassVar[str] = "one_of"
    NEEDS: ClassVar[str] = "one of its values"

    def read(self, value: Json) -> Hashable:
        return next((place for place, known in enumerate(self.values) if same(value, known)), None)

    def why(self, expected: Json, found: Json) -> str:
        return "" if self.read(found) is not None else f"none of {either([show(value) for value in self.values], 'and')}"

    def mend(self, expected: Json) -> str:
        return f"the values are {either([show(value) for value in self.values], 'and')}"


def _likeness(one: str, other: str) -> float:
    """1 - distance / the longer text's length (Levenshtein 1966); 0 for texts too long to be compared."""
    from rapidfuzz.distance import Levenshtein

    if len(one) * len(other) > MOST_CELLS:
        return 0.0
    return Levenshtein.normalized_similarity(one, other)
