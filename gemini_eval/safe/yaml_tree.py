"""What a YAML file becomes: plain dicts and lists that still know where each key and value was written.

An inheritance layer builds merged maps by `YamlMap.like` and `put`, lists by `YamlList.like` and `append_from`; every entry keeps
its own place, whichever file it came from. Marks are character offsets beside one shared `Source`; a `Place` is made on demand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Any, TypeAlias

from gemini_eval.errors import Place

_LINE_END = re.compile(r"\r\n?|\n")
_SCALAR = re.compile(r"(?:&[^\s,\[\]{}]+\s+)?([-+.~\w]*)")
_BITS = 32


class Source:
    """One YAML text and the path it is known by."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def line(self, offset: int) -> int:
        """The 1-based line of a character offset."""
        return bisect_right(self._starts, offset)

    def place(self, offset: int) -> Place:
        """The place of a character offset, with its whole line."""
        line = self.line(offset)
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return Place(self.path, line, offset - start + 1, self.text[start:end].rstrip("\r\n"))

    def written(self, offset: int) -> str:
        """The unquoted number, boolean or null at an offset, as it is written there."""
        found = _SCALAR.match(self.text, offset)
        return found.group(1) if found else ""


class YamlMap(dict[str, Any]):
    """A mapping. Keys set as in any dict have the place of the map; those of `put` and of the reader have their own."""

    __slots__ = ("_foreign", "_marks", "_source", "_start")

    def __init__(self, source: Source, start: int) -> None:
        super().__init__()
        self._source, self._start = source, start
        self._marks: dict[str, int] = {}
        self._foreign: dict[str, Source] | None = None

    @classmethod
    def like(cls, origin: YamlMap) -> YamlMap:
        """An empty map with the place of `origin`."""
        return cls(origin._source, origin._start)

    def add(self, key: str, value: Any, key_start: int, value_start: int) -> None:
        """Set a key that stands in this map's own source, at these offsets."""
        self[key] = value
        self._marks[key] = key_start << _BITS | value_start
        if self._foreign:
            self._foreign.pop(key, None)

    def put(self, key: str, value: Any, origin: YamlMap, origin_key: str | None = None) -> None:
        """Set a key with the place of `origin_key` (by default `key`) in `origin`."""
        name = key if origin_key is None else origin_key
        self[key] = value
        self._marks[key] = origin._mark(name)
        source = origin._source_of(name)
        if source is not self._source or self._foreign:
            self._foreign = self._foreign or {}
            self._foreign[key] = source

    @property
    def place(self) -> Place:
        return self._source.place(self._start)

    def key_place(self, key: str) -> Place:
        """Where the key is written; the map's place for a key without one."""
        return self._source_of(key).place(self._mark(key) >> _BITS)

    def value_place(self, key: str) -> Place:
        """Where the key's value begins; the map's place for a key without one."""
        return self._source_of(key).place(self._mark(key) & (1 << _BITS) - 1)

    def written(self, key: str) -> str:
        """A scalar value as the file has it (`007`, `1.10`); text is itself, without its quotes."""
        value = self[key]
        if isinstance(value, str) or key not in self._marks:
            return str(value)
        return self._source_of(key).written(self._mark(key) & (1 << _BITS) - 1)

    def _mark(self, key: str) -> int:
        return self._marks.get(key, self._start << _BITS | self._start)

    def _source_of(self, key: str) -> Source:
        return self._foreign.get(key, self._source) if self._foreign else self._source


class YamlList(list[Any]):
    """A sequence. Grow it by `add` and `append_from`; items put in another way have the place of the list."""

    __slots__ = ("_foreign", "_marks", "_source", "_start")

    def __init__(self, source: Source, start: int) -> None:
        super().__init__()
        self._source, self._start = source, start
        self._marks: list[int] = []
        self._foreign: dict[int, Source] | None = None

    @classmethod
    def like(cls, origin: YamlList | YamlMap) -> YamlList:
        """An empty list with the place of `origin`."""
        return cls(origin._source, origin._start)

    def add(self, value: Any, start: int) -> None:
        """Append an item that stands in this list's own source, at this offset."""
        self.append(value)
        self._marks.append(start)

    def append_from(self, origin: YamlList, index: int, value: Any = ...) -> None:
        """Append item `index` of `origin` (or `value` in its stead) with the place it has there."""
        source = origin._source_of(index)
        if source is not self._source:
            self._foreign = self._foreign or {}
            self._foreign[len(self)] = source
        self.add(origin[index] if value is ... else value, origin._mark(index))

    @property
    def place(self) -> Place:
        return self._source.place(self._start)

    def item_place(self, index: int) -> Place:
        """Where item `index` (from 0) begins; the list's place for an item without one."""
        return self._source_of(index).place(self._mark(index))

    def written(self, index: int) -> str:
        """A scalar item as the file has it (`007`, `1.10`); text is itself, without its quotes."""
        value = self[index]
        if isinstance(value, str) or index >= len(self._marks):
            return str(value)
        return self._source_of(index).written(self._mark(index))

    def _mark(self, index: int) -> int:
        return self._marks[index] if index < len(self._marks) else self._start

    def _source_of(self, index: int) -> Source:
        return self._foreign.get(index, self._source) if self._foreign else self._source


Node: TypeAlias = YamlMap | YamlList | str | int | float | bool | None


def place_of(tree: Node, path: Sequence[str | int], *, key: bool = False) -> Place | None:
    """The place of the value that `path` leads to, as deep as the tree has it; of its key with `key`. None in a lone scalar."""
    if not isinstance(tree, YamlMap | YamlList):
        return None
    found, node = tree.place, tree
    for number, part in enumerate(path, 1):
        if isinstance(node, YamlMap) and part in node:
            name = str(part)
            found = node.key_place(name) if key and number == len(path) else node.value_place(name)
            node = node[name]
        elif isinstance(node, YamlList) and isinstance(part, int) and 0 <= part < len(node):
            found, node = node.item_place(part), node[part]
        else:
            break
    return found


def as_written(tree: Node, path: Sequence[str | int]) -> str | None:
    """The scalar that `path` leads to as the file has it (`007`, not 7); None where there is no scalar."""
    node, parent = tree, tree
    for part in path:
        parent = node
        if isinstance(node, YamlMap) and part in node:
            node = node[str(part)]
        elif isinstance(node, YamlList) and isinstance(part, int) and 0 <= part < len(node):
            node = node[part]
        else:
            return None
    if isinstance(node, dict | list) or not path:
        return None
    if isinstance(parent, YamlMap):
        return parent.written(str(path[-1]))
    return parent.written(int(path[-1])) if isinstance(parent, YamlList) else None
