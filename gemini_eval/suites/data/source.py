"""What a `data:` entry says, once its YAML is checked, and what reading it gives: one record a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gemini_eval.errors import Place
from gemini_eval.types import Json


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One entry of `columns`: the value at `path` of a row becomes the case's `target`.

    target   a case field, dotted where it is nested: `id`, `expected`, `vars.text`, `expected.speed`, `tags`
    path     steps into the row; a first step that is no key stands with the next ones for a column that has dots in its name
    extract  takes the value's text to what counts in it (`{path: answer, after: '####'}`); None where nothing matches
    """

    target: str
    path: tuple[str | int, ...]
    extract: Callable[[str], Json] | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Which part of the rows is used.

    With `by` None, the rows whose cell in `column` says `use`. Else the part is computed from the case's cluster or id: `ratio`
    names the parts in order with their weights (of any sum).
    """

    use: str = "test"
    column: str | None = "split"
    by: Literal["cluster", "id"] | None = None
    ratio: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class DataSource:
    """One `data:` entry.

    files        resolved paths, in the order in which they are read
    shown        the same files as messages show them
    columns      None where the entry has no `columns`; empty says the same
    tags         columns that give the tag `column=value`
    where        column (a dotted path) -> the values that are let through
    limit        how many cases at most, after `where` and `split`
    as_variable  each file is one case, its text this variable
    ids          the ids of those cases, one a file; `shown` where empty
    place        where the suite wrote the entry
    """

    files: tuple[Path, ...]
    shown: tuple[str, ...]
    place: Place
    columns: tuple[ColumnMap, ...] | None = None
    tags: tuple[str, ...] = ()
    where: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    limit: int | None = None
    split: Split | None = None
    as_variable: str | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawCase:
    """One case as its row wrote it.

    `fields` are what the case would say inline (`id`, `vars`, `expected`, `tags`, `cluster`, `assert`, …), beside `messages` and
    `system` for the row of a tuning file; values are not checked. `row` is the whole row by column. `place` has the row's
    first physical line (its row number in XLSX and Parquet) and at most 200 characters of it.
    """

    fields: Mapping[str, Json]
    row: Mapping[str, Json]
    place: Place
