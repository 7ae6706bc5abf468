"""A value with its place: what the builders of a suite walk on, whether it stands in a YAML file or in a row of data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gemini_eval.errors import Place
from gemini_eval.safe.yaml_reader import YamlList, YamlMap
from gemini_eval.types import Json


@dataclass(frozen=True, slots=True)
class Cursor:
    """`place` is where the value begins, `key` where its key is written; without marks both are those of what holds the value."""

    value: Json
    place: Place
    key: Place

    @classmethod
    def at(cls, value: Json, place: Place) -> Cursor:
        return cls(value, place, place)

    @classmethod
    def top(cls, tree: YamlMap) -> Cursor:
        return cls.at(tree, tree.place)

    def get(self, name: str) -> Cursor | None:
        """The entry of a map; None where it is absent or null."""
        if not isinstance(self.value, dict) or self.value.get(name) is None:
            return None
        return self.entry(name)

    def entry(self, name: str) -> Cursor:
        value = self.value[name]
        if isinstance(self.value, YamlMap):
            return Cursor(value, self.value.value_place(name), self.value.key_place(name))
        return Cursor(value, self.place, self.place)

    def entries(self) -> Iterator[tuple[str, Cursor]]:
        for name in self.value:
            yield str(name), self.entry(name)

    def items(self) -> Iterator[Cursor]:
        for index, value in enumerate(self.value):
            place = self.value.item_place(index) if isinstance(self.value, YamlList) else self.place
            yield Cursor.at(value, place)

    def text(self, name: str) -> str:
        """A scalar entry as it is written (`007`, `1.10`); '' where it is absent or null."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        if value is None:
            return ""
        return self.value.written(name) if isinstance(self.value, YamlMap) else str(value)

    def walk(self, path: tuple[str | int, ...]) -> Cursor:
        """As deep along `path` as there is something."""
        here = self
        for step in path:
            if isinstance(here.value, dict) and step in here.value:
                here = here.entry(str(step))
            elif isinstance(here.value, list) and isinstance(step, int) and step < len(here.value):
                here = list(here.items())[step]
            else:
                break
        return here
