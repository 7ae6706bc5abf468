"""The first row of a table: column names, and which columns hold JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gemini_eval.errors import Place, ValueRefusedError
from gemini_eval.safe.json_text import read_json
from gemini_eval.suites.data.rows import RowRefusedError
from gemini_eval.types import Json

_JSON = ":json"


@dataclass(frozen=True, slots=True)
class Header:
    """`names` without their `:json`; `json_names` are the columns that had it."""

    names: tuple[str, ...]
    json_names: tuple[str, ...]


def read_header(cells: Sequence[str], place: Place) -> Header:
    """The header that `cells` are.

    Raises:
        RowRefusedError: a name is empty or stands twice.
    """
    written = [cell.strip() for cell in cells]
    names = tuple(name.removesuffix(_JSON) for name in written)
    empty = [str(number) for number, name in enumerate(names, 1) if not name]
    if empty:
        raise RowRefusedError(f"column {', '.join(empty)} has no name", place, "name each column in the first row")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        shown = ", ".join(f'"{name}"' for name in twice)
        raise RowRefusedError(f"the first row names {shown} twice", place, "each column needs a name of its own")
    return Header(names, tuple(name.removesuffix(_JSON) for name in written if name.endswith(_JSON)))


def table_values(header: Header, cells: Sequence[Json], place: Place) -> dict[str, Json]:
    """Column -> value of one row of as many cells as the header has.

    Raises:
        RowRefusedError: a `:json` cell is no JSON.
    """
    values = dict(zip(header.names, cells, strict=True))
    for name in header.json_names:
        values[name] = _json_cell(name, values[name], place)
    return values


def check_width(header: Header, width: int, place: Place, hint: str) -> None:
    """Raise `RowRefusedError` for a row whose cells are not one for each column."""
    if width != len(header.names):
        raise RowRefusedError(f"the row has {_cells(width)}, the first row names {len(header.names)} columns", place, hint)


def _json_cell(name: str, cell: Json, place: Place) -> Json:
    if not isinstance(cell, str):
        return cell
    if not cell.strip():
        return None
    try:
        return read_json(cell)
    except ValueRefusedError as error:
        raise RowRefusedError(f'column "{name}:json" holds no JSON: {error.reason}', place, error.hint) from error


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
