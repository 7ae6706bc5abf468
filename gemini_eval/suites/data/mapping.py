"""From a row to the fields of a case: as written inline, a tuning row, or by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gemini_eval.errors import Place, ValueRefusedError
from gemini_eval.paths import MISSING, Missing, write_path
from gemini_eval.suites.data.promptfoo import is_promptfoo, promptfoo_fields
from gemini_eval.suites.data.rows import Row, RowRefusedError, dig, number_in, steps, tag_list, text_of
from gemini_eval.suites.data.source import ColumnMap, DataSource
from gemini_eval.suites.data.tuning_rows import is_tuning_row, tuning_fields
from gemini_eval.types import Json

_CASE_COLUMNS = ("id", "expected", "cluster", "tags")
_INLINE = frozenset(
    {"id", "vars", "expected", "tags", "cluster", "threshold", "assert", "assert+", "measure", "samples", "params", "matrix"}
    | {"must_pass", "skip", "xfail", "expected_outcome", "status", "description"}
)


class Mapper:
    """Maps the rows of one source."""

    def __init__(self, source: DataSource) -> None:
        self._source = source
        self._columns = tuple((entry, tuple(entry.target.split("."))) for entry in source.columns or ())
        # What a case field is taken from is no variable, not even the rest of it: no template may see `expected`.
        self._taken = frozenset(name for entry in source.columns or () for name in (str(entry.path[0]), write_path(entry.path)))
        self._tags = tuple((name, steps(name)) for name in source.tags)
        self._chosen_by = _selection_columns(source)

    def fields(self, row: Row) -> Mapping[str, Json]:
        """What the case of `row` would say inline.

        Raises:
            RowRefusedError: an extractor found nothing, or the row of a tuning file or a promptfoo table is malformed.
        """
        values = row.values
        if isinstance(values.get("vars"), Mapping):
            return self._inline(values)
        if not self._columns and is_tuning_row(values):
            return self._with_tags(tuning_fields(values, row.place), values)
        return self._with_tags(self._by_column(values, row.place), values)

    def _inline(self, values: Mapping[str, Json]) -> Mapping[str, Json]:
        """The row itself, so that positions in YAML live on, unless it has to change."""
        tags = values.get("tags")
        if not isinstance(tags, str) and self._chosen_by.isdisjoint(values):
            return values
        fields = {name: value for name, value in values.items() if name not in self._chosen_by}
        return fields | {"tags": tag_list(tags)} if isinstance(tags, str) else fields

    def _by_column(self, values: Mapping[str, Json], place: Place) -> dict[str, Json]:
        fields: dict[str, Json] = {}
        taken = self._taken
        if is_promptfoo(values):
            fields, more = promptfoo_fields(values, place)
            taken = taken | more
        if not self._columns:
            fields |= {name: _field(name, values[name]) for name in _CASE_COLUMNS if values.get(name) not in (None, "")}
            taken = taken.union(_CASE_COLUMNS)
        for entry, target in self._columns:
            value = _value(entry, values, place)
            if value is not MISSING and (target[0] == "vars" or value not in (None, "")):
                self._put(fields, target, _field(entry.target, value))
        # What the suite names comes first, also where a report shows only some variables.
        rest = {name: value for name, value in values.items() if name not in taken}
        fields["vars"] = {**(own := fields.get("vars", {})), **{name: value for name, value in rest.items() if name not in own}}
        return fields

    def _put(self, fields: dict[str, Json], target: Sequence[str], value: Json) -> None:
        within: Any = fields
        for step in target[:-1]:
            within = within.setdefault(step, {})
            if not isinstance(within, dict):
                reason = f"`columns` gives both {step} and {write_path(tuple(target))}"
                raise RowRefusedError(reason, self._source.place, "keep one of the two")
        within[target[-1]] = value

    def _with_tags(self, fields: dict[str, Json], values: Mapping[str, Json]) -> dict[str, Json]:
        if not self._tags:
            return fields
        tags = list(fields.get("tags", ()))
        for name, path in self._tags:
            value = dig(values, path)
            items = value if isinstance(value, list) else [value]
            tags += [f"{name}={text_of(item)}" for item in items if item is not MISSING and item not in (None, "")]
        return fields | {"tags": list(dict.fromkeys(tags))} if tags else fields


def _value(entry: ColumnMap, values: Mapping[str, Json], place: Place) -> Json | Missing:
    value = dig(values, entry.path)
    if entry.extract is None or value is MISSING or value in (None, ""):
        return value
    text = text_of(value)
    try:
        found = entry.extract(text)
    except ValueRefusedError as error:
        raise RowRefusedError(f'"{write_path(entry.path)}": {error.reason}', place, error.hint) from error
    if found is None:
        reason = f'"{write_path(entry.path)}" holds nothing that `columns` could take {entry.target} from: {text!r:.80}'
        raise RowRefusedError(reason, place, "mend the row, or the extractor")
    return found


def _field(target: str, value: Json) -> Json:
    if target in ("id", "cluster"):
        return text_of(value)
    if target == "tags":
        return tag_list(value)
    return _from_cell(target, value) if isinstance(value, str) else value


def _from_cell(target: str, text: str) -> Json:
    """The number or boolean that a cell's text is, for fields that are one; what is none stays, for the caller to refuse."""
    if target == "must_pass":
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    number = number_in(text) if target == "threshold" else None
    return text if number is None else number


def _selection_columns(source: DataSource) -> frozenset[str]:
    """Columns that a row written inline has for `split` and `where` alone."""
    names = {str(steps(name)[0]) for name in source.where}
    if source.split is not None and source.split.by is None and source.split.column:
        names.add(str(steps(source.split.column)[0]))
    return frozenset(names) - _INLINE
