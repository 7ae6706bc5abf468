"""`extends` and `include`: files merged into one tree in which every entry still knows the file and line it came from.

An extended file lies below the included ones, in their order, and those below the file itself. Maps merge by key, null removes,
lists replace, `KEY+` appends; an item marked `final: true` can be neither removed nor replaced by what lies above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gemini_eval.errors import Faults, FileRefusedError, InputError, Place
from gemini_eval.safe.files import resolve
from gemini_eval.safe.yaml_reader import YamlList, YamlMap
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.workspace import read_tree, root_of, shown

MAX_DEPTH = 20
APPENDABLE = ("assert", "measure", "gate", "cases")
_OWN = ("extends", "include", "name")


@dataclass(slots=True)
class Merged:
    """The tree of a suite with all it inherits, and every file that it was read from, by the path that its places show."""

    tree: YamlMap
    files: dict[str, Path] = field(default_factory=dict)


def read_merged(path: Path, faults: Faults) -> Merged | None:
    """None where one of the files can't be read, since what it lacks can't be judged; what is wrong is added to `faults`."""
    files: dict[str, Path] = {}
    tree = _read(path, faults, files, ())
    return Merged(tree, files) if tree is not None else None


def _read(path: Path, faults: Faults, files: dict[str, Path], above: tuple[Path, ...]) -> YamlMap | None:
    files[shown(path)] = path
    try:
        own = read_tree(path)
    except InputError as error:
        faults.extend(error.faults)
        return None
    found = [_resolve(parent, path, faults, (*above, path)) for parent in _parents(own)]
    trees = [_read(parent, faults, files, (*above, path)) if parent else None for parent in found]
    below: YamlMap | None = None
    for tree in trees:
        if tree is None:
            return None
        inherited = _without(tree, _OWN)
        below = inherited if below is None else _merge(below, inherited, faults)
    mine = _without(own, ("extends", "include"))
    return _appended(mine) if below is None else _merge(below, mine, faults)


def _parents(tree: YamlMap) -> Iterator[Cursor]:
    top = Cursor.top(tree)
    extends, include = top.get("extends"), top.get("include")
    if extends is not None:
        yield extends
    if include is not None:
        yield from include.items() if isinstance(include.value, list) else (include,)


def _resolve(name: Cursor, path: Path, faults: Faults, above: tuple[Path, ...]) -> Path | None:
    if not isinstance(name.value, str):
        faults.add(f"a file's path must be text, not {name.value!r}", name.place)
        return None
    try:
        found = resolve(name.value, base=path.parent, root=root_of(path))
    except FileRefusedError as error:
        faults.add(error.reason, name.place, error.hint)
        return None
    if found in [file.resolve() for file in above]:
        faults.add(
            f"{name.value} includes itself, by way of {' -> '.join(shown(p) for p in above)}", name.place, "break the circle"
        )
        return None
    if len(above) > MAX_DEPTH:
        faults.add(f"more than {MAX_DEPTH} files extend one another", name.place)
        return None
    return path.parent / name.value if (path.parent / name.value).exists() else found


def _without(tree: YamlMap, keys: tuple[str, ...]) -> YamlMap:
    kept = YamlMap.like(tree)
    for key in tree:
        if key not in keys:
            kept.put(key, tree[key], tree)
    return kept


def _appended(tree: YamlMap) -> YamlMap:
    """`assert+` with nothing below it is `assert`."""
    merged = YamlMap.like(tree)
    for key in tree:
        base = key.removesuffix("+")
        merged.put(base if key != base and base in APPENDABLE else key, tree[key], tree, key)
    return merged


def _merge(below: YamlMap, above: YamlMap, faults: Faults) -> YamlMap:
    merged = YamlMap.like(above)
    for key in below:
        if key not in above:
            merged.put(key, below[key], below)
    for key in above:
        base = key.removesuffix("+")
        if key != base and base in APPENDABLE:
            _append(merged, base, key, below, above)
            continue
        low, high = below.get(key), above[key]
        _guard_final(low, high, above.value_place(key), faults)
        if high is None:
            continue
        if isinstance(low, YamlMap) and isinstance(high, YamlMap):
            merged.put(key, _merge(low, high, faults), above)
        else:
            merged.put(key, high, above)
    return merged


def _append(merged: YamlMap, base: str, key: str, below: YamlMap, above: YamlMap) -> None:
    low, high = below.get(base), above[key]
    if not isinstance(low, YamlList) or not isinstance(high, YamlList):
        merged.put(base, high, above, key)
        return
    items = YamlList.like(low)
    for source in (low, high):
        for index in range(len(source)):
            items.append_from(source, index)
    merged.put(base, items, below)


def _guard_final(low: object, high: object, place: Place, faults: Faults) -> None:
    """A list that lies above keeps every final item of the one below."""
    if not isinstance(low, YamlList):
        return
    kept = high if isinstance(high, list) else []
    for index, item in enumerate(low):
        if isinstance(item, dict) and item.get("final") is True and item not in kept:
            origin = low.item_place(index)
            faults.add(f"this drops an item that {origin} marks final", place, "append with `assert+` or `gate+` instead")
