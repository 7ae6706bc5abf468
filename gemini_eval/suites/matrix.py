"""`matrix:` on a suite or a case: the product of its axes, less what `exclude` matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from gemini_eval.suites.build.context import Context
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Axes
from gemini_eval.types import Json

MAX_POINTS = 10_000


def build_axes(context: Context, cursor: Cursor | None) -> Axes:
    if cursor is None:
        return Axes()
    axes: dict[str, tuple[Json, ...]] = {}
    points = 1
    for name, entry in cursor.entries():
        if name == "exclude":
            continue
        if not isinstance(entry.value, list) or not entry.value:
            context.faults.add(f"the axis `{name}` must be a list of values", entry.place, f"for example: {name}: [a, b]")
            continue
        axes[name] = tuple(entry.value)
        points *= len(entry.value)
    if points > MAX_POINTS:
        context.faults.add(f"the matrix makes {points:,} cases of each", cursor.place, f"at most {MAX_POINTS:,}")
        return Axes()
    return Axes(axes, _excluded(context, cursor.get("exclude"), axes))


def _excluded(context: Context, cursor: Cursor | None, axes: Mapping[str, tuple[Json, ...]]) -> tuple[Mapping[str, Json], ...]:
    if cursor is None:
        return ()
    for item in cursor.items() if isinstance(cursor.value, list) else ():
        if not isinstance(item.value, dict) or not item.value.keys() <= axes.keys():
            axis_names = f"the axes are {', '.join(axes)}" if axes else ""
            context.faults.add("an item of `exclude` is a map of axes to values", item.place, axis_names)
            return ()
    if not isinstance(cursor.value, list):
        context.faults.add("`exclude` must be a list of maps", cursor.place)
        return ()
    return tuple(cursor.value)


def points_of(*levels: Axes) -> Iterator[tuple[str, dict[str, Json]]]:
    """(suffix of the id, variables) for each point of the levels' product; one empty point where there is no axis.

    A value that is a map gives several variables, and is named in the id by its `name`, else by its number.
    """
    axes = {name: values for level in levels for name, values in level.axes.items()}
    excluded = [item for level in levels for item in level.exclude]
    for chosen in product(*(enumerate(values, 1) for values in axes.values())):
        point = dict(zip(axes, chosen, strict=True))
        if any(all(point[name][1] == value for name, value in item.items()) for item in excluded):
            continue
        variables: dict[str, Json] = {}
        for name, (_, value) in point.items():
            variables.update(value if isinstance(value, dict) else {name: value})
        names = ",".join(f"{name}={_word(number, value)}" for name, (number, value) in point.items())
        yield (f"[{names}]" if names else ""), variables


def _word(number: int, value: Json) -> str:
    if isinstance(value, dict):
        return str(value.get("name", number))
    return str(number) if isinstance(value, list) or value is None else str(value)
