"""Rows of a DataFrame, or plain ones -> cases as a suite writes them inline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gemini_eval.api.values import at, in_memory, plain
from gemini_eval.errors import Faults, UsageError
from gemini_eval.suites.build.data import build_columns
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.data.mapping import Mapper
from gemini_eval.suites.data.named_columns import NamedColumns
from gemini_eval.suites.data.rows import Row, RowRefusedError
from gemini_eval.suites.data.source import DataSource
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import Json

DATA = "<data>"
"""The path that faults show for a row; their line is the row's number, from 1."""

Fields = Mapping[str, Json]


def cases_of(data: Any, columns: Mapping[str, Json], workspace: Workspace) -> tuple[Fields, ...]:
    """Each row as a case, by the rules of `data:` in a suite.

    With `columns` (case field -> column) the other columns are variables; without, `id`, `expected`, `cluster` and `tags` are
    what they are called. A row with a `vars` map is a case as written inline. Raises `InputError` with every fault.
    """
    faults = Faults()
    rows = rows_of(data)
    maps, tags = build_columns(in_memory(faults, workspace), Cursor.at(dict(columns), at()) if columns else None)
    source = DataSource((), (), at(), columns=maps, tags=tags)
    mapper, named = Mapper(source), NamedColumns(source)
    cases: list[Fields] = []
    for number, row in enumerate(rows, 1):
        named.see(row)
        try:
            cases.append(_in_order(mapper.fields(Row(row, at(DATA, number)))))
        except RowRefusedError as error:
            faults.extend([error.fault])
    if rows:
        faults.extend(named.faults())
    faults.raise_if_any()
    return tuple(cases)


def _in_order(fields: Fields) -> Fields:
    """The case's keys as people write them."""
    first = [name for name in ("id", "vars", "expected") if name in fields]
    return {name: fields[name] for name in dict.fromkeys((*first, *fields))}


def rows_of(data: Any) -> list[dict[str, Json]]:
    """The rows of a DataFrame (pandas, polars) or an iterable of maps, as JSON values. Raises `UsageError`."""
    rows: list[dict[str, Json]] = []
    for number, row in enumerate(_records(data), 1):
        value = plain(row, f"row {number} of `data`")
        if not isinstance(value, dict):
            raise UsageError(f"row {number} of `data` is {value!r:.60}, not a map", "give a DataFrame or a list of dicts")
        rows.append(value)
    return rows


def _records(data: Any) -> Iterable[Any]:
    records: Iterable[Any]
    if hasattr(data, "to_dicts"):
        records = data.to_dicts()
    elif hasattr(data, "to_dict") and hasattr(data, "columns"):
        _check_columns(list(data.columns))
        records = data.to_dict("records")
    elif isinstance(data, Iterable) and not isinstance(data, str | bytes | Mapping):
        records = data
    else:
        raise UsageError(f"`data` is {type(data).__name__}", "give a DataFrame, a list of dicts, or the path of a data file")
    return records


def _check_columns(names: Sequence[Any]) -> None:
    """A column that is there twice would silently hide the other."""
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise UsageError(f"`data` has two columns {doubled!r}", "rename one of them")


def labels_in(cases: Iterable[Fields]) -> list[str]:
    """The scalar values of `expected`, each once, in order of appearance."""
    found: dict[str, None] = {}
    for case in cases:
        expected = case.get("expected")
        any_of = expected.get("any_of") if isinstance(expected, dict) else None
        for value in any_of if isinstance(any_of, list) else [expected]:
            if value is not None and not isinstance(value, dict | list):
                found[str(value)] = None
    return list(found)
