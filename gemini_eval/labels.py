"""A suite's labels: which canonical label a text is, by itself or by one of its aliases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gemini_eval.text import fold, normalise
from gemini_eval.types import Json


@dataclass(frozen=True, slots=True)
class Labels:
    """Canonical labels -> aliases, in the suite's order. Aliases match case-folded, canonical labels as `folds` say."""

    aliases: Mapping[str, tuple[str, ...]]
    folds: frozenset[str] = frozenset()
    _by_name: dict[str, str] = field(init=False, repr=False, compare=False)
    _by_alias: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {self._name(label): label for label in self.aliases})
        by_alias = {self._name(alias).casefold(): label for label, aliases in self.aliases.items() for alias in aliases}
        object.__setattr__(self, "_by_alias", by_alias)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.aliases)

    def canonical(self, value: Json) -> str | None:
        """The label that a text (or a bare number or boolean, as written) is; None where it is none."""
        if value is None or isinstance(value, (list, dict)):
            return None
        name = self._name(str(value))
        return self._by_name.get(name) or self._by_alias.get(name.casefold())

    def several(self, value: Json) -> tuple[str, ...]:
        """The labels that a list (or a single value) holds, once each and sorted; an item that is none as its own text."""
        items = value if isinstance(value, list) else [value]
        return tuple(sorted({self.canonical(item) or str(item) for item in items}))

    def clashes(self) -> list[tuple[str, str, str]]:
        """(text, one label, other label) for each spelling that two labels share."""
        seen: dict[str, str] = {}
        clashes = []
        for label, aliases in self.aliases.items():
            for text in (label, *aliases):
                key = self._name(text).casefold()
                if seen.setdefault(key, label) != label:
                    clashes.append((text, seen[key], label))
        return clashes

    def _name(self, text: str) -> str:
        return fold(normalise(text), self.folds)
