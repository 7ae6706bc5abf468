"""Which configurations a sweep tries: the guide's five, or a YAML file with a list of them or with values to combine."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import Field

from gemini_eval.errors import Fault, Faults, FileRefusedError, InputError, Place, UsageError
from gemini_eval.safe.files import read_text
from gemini_eval.safe.yaml_reader import YamlList, YamlMap, read_yaml
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.shape import add_shape_faults
from gemini_eval.suites.wire_base import Wire
from gemini_eval.tuning.parameters import DEFAULT, GUIDE_GRID, Parameters

GRIDS = {"guide_grid": GUIDE_GRID}
MOST = 100
"""Configurations of one sweep."""


class OneWire(Wire):
    """One configuration; what it leaves out is the guide's default."""

    epochs: int = Field(DEFAULT.epochs, ge=1, le=1000)
    learning_rate_multiplier: float = Field(DEFAULT.learning_rate_multiplier, gt=0, le=1000)
    adapter_size: int = Field(DEFAULT.adapter_size, ge=1, le=1024)


def read_grid(name: str) -> tuple[Parameters, ...]:
    """A built-in grid by its name, else a YAML file: a list of configurations, or a map from each parameter to its values, all
    combined. Raises `InputError` with all that is wrong."""
    if name in GRIDS:
        return GRIDS[name]
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(f"--grid {name}: there is no such grid", f"one of {', '.join(GRIDS)}, or a YAML file")
    try:
        tree = read_yaml(read_text(path), path=name)
    except FileRefusedError as error:
        raise UsageError(f"--grid {error.reason}", error.hint) from error
    faults = Faults()
    found = _listed(tree, name, faults)
    faults.raise_if_any()
    twice = [one.name for one, count in Counter(found).items() if count > 1]
    if twice:
        raise InputError([Fault(f"twice in the grid: {', '.join(twice)}", Place(name), "write each once")])
    if not 0 < len(found) <= MOST:
        reason = f"a grid of {len(found):,} configurations" if found else "an empty grid"
        raise InputError([Fault(reason, Place(name), f"write 1 to {MOST} of them")])
    return tuple(found)


def _listed(tree: Any, name: str, faults: Faults) -> list[Parameters]:
    if isinstance(tree, YamlMap):
        return _combined(tree, faults) if tree else []
    if isinstance(tree, YamlList):
        place = Place(name, 1)
        cursor = Cursor.at(tree, place)
        return [one for item in cursor.items() if (one := _one(_plain(item), item, faults)) is not None]
    faults.add("a grid is a list of configurations, or a map of values to combine", Place(name, 1), "- {epochs: 4}")
    return []


def _combined(tree: YamlMap, faults: Faults) -> list[Parameters]:
    top = Cursor.top(tree)
    axes: list[tuple[str, list[Any]]] = []
    count = 1
    for name, values in top.entries():
        listed = values.value if isinstance(values.value, list) else [values.value]
        axes.append((name, list(listed)))
        count *= len(listed)
    if count > MOST:
        faults.add(f"a grid of {count:,} configurations", top.place, f"write 1 to {MOST} of them")
        return []
    names = [name for name, _ in axes]
    rows = (dict(zip(names, values, strict=True)) for values in product(*(values for _, values in axes)))
    found = []
    for row in rows:
        one = _one(row, top, faults)
        if one is None:
            return []
        found.append(one)
    return found


def _plain(cursor: Cursor) -> Any:
    return dict(cursor.value) if isinstance(cursor.value, dict) else cursor.value


def _one(row: Any, cursor: Cursor, faults: Faults) -> Parameters | None:
    from pydantic import ValidationError

    if not isinstance(row, dict):
        faults.add("a configuration is a map of parameters", cursor.place, "- {epochs: 4, adapter_size: 1}")
        return None
    try:
        wire = OneWire.model_validate(row)
    except ValidationError as error:
        add_shape_faults(error, OneWire, cursor, faults)
        return None
    return Parameters(wire.epochs, wire.learning_rate_multiplier, wire.adapter_size)
