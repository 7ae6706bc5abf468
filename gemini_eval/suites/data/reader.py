"""The cases of a `data:` entry, streamed: read, choose, map."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from gemini_eval.errors import Fault, FileRefusedError, Place
from gemini_eval.suites.data.formats import format_of
from gemini_eval.suites.data.mapping import Mapper
from gemini_eval.suites.data.named_columns import NamedColumns
from gemini_eval.suites.data.rows import Row, RowRefusedError
from gemini_eval.suites.data.selection import Selector, in_part
from gemini_eval.suites.data.source import DataSource, RawCase
from gemini_eval.suites.data.text_files import read_text_case


def iter_raw_cases(source: DataSource) -> Iterator[RawCase | Fault]:
    """Every case of `source` in order, and in its place a Fault for each row or file that can't be read; it never stops at one.

    Memory does not grow with the rows of CSV, TSV, JSONL, Parquet and XLSX files; JSON and YAML lists are read whole (64 MiB at
    most). After the last row come Faults for columns that the entry names and no row has.
    """
    if source.limit is not None and source.limit <= 0:
        return
    left = source.limit
    for found in _Reading(source).cases():
        yield found
        if left is not None and isinstance(found, RawCase):
            left -= 1
            if not left:
                return


def header(source: DataSource) -> tuple[str, ...] | None:
    """The names of the columns of all files, in order of appearance; None where rows have their own (JSON, JSONL, YAML) or a file
    can't be read, of which `iter_raw_cases` tells."""
    if source.as_variable is not None:
        return (source.as_variable,)
    names: dict[str, None] = {}
    for path, shown in zip(source.files, source.shown, strict=True):
        try:
            known = format_of(path, shown)
            if known.columns is None:
                return None
            names |= dict.fromkeys(known.columns(path, shown))
        except (FileRefusedError, RowRefusedError, OSError):
            return None
    return tuple(names)


class _Reading:
    """One pass over one source."""

    def __init__(self, source: DataSource) -> None:
        self._source = source
        self._mapper, self._selector, self._named = Mapper(source), Selector(source), NamedColumns(source)
        self._any_row = False

    def cases(self) -> Iterator[RawCase | Fault]:
        ids = self._source.ids or self._source.shown
        for path, shown, case_id in zip(self._source.files, self._source.shown, ids, strict=True):
            try:
                yield from self._file(path, shown) if self._source.as_variable is None else self._text(path, shown, case_id)
            except FileRefusedError as error:
                yield Fault(error.reason, self._source.place, error.hint)
            except RowRefusedError as refused:
                yield refused.fault
            except OSError as error:
                yield Fault(f"the file can't be read on: {error.strerror or error}", Place(shown))
        if self._any_row:
            yield from self._named.faults()

    def _file(self, path: Path, shown: str) -> Iterator[RawCase | Fault]:
        known = format_of(path, shown)
        rows = known.read(path, shown)
        first = next(rows, None)
        if first is None:
            yield Fault("the file holds no rows", Place(shown), "add one row for each case")
            return
        if known.columns is not None and isinstance(first, Row):
            absent = self._absent(first, shown)
            if absent:
                yield from absent
                return
        for row in chain((first,), rows):
            if isinstance(row, Fault):
                yield row
            elif (found := self._case(row)) is not None:
                yield found

    def _text(self, path: Path, shown: str, case_id: str) -> Iterator[RawCase]:
        case = read_text_case(path, shown, case_id, str(self._source.as_variable))
        if self._in_part(case):
            yield case

    def _absent(self, first: Row, shown: str) -> list[Fault]:
        """What a table's first row lacks, all its rows lack."""
        named = NamedColumns(self._source)
        named.see(first.values)
        return named.faults(shown)

    def _case(self, row: Row) -> RawCase | Fault | None:
        """None where `where` or `split` leaves the row out."""
        self._any_row = True
        self._named.see(row.values)
        if not self._selector.keeps(row):
            return None
        try:
            case = RawCase(self._mapper.fields(row), row.values, row.place)
        except RowRefusedError as refused:
            return refused.fault
        return case if self._in_part(case) else None

    def _in_part(self, case: RawCase) -> bool:
        split = self._source.split
        return split is None or split.by is None or in_part(split, case.fields)
