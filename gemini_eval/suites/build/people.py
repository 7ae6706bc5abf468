"""`checked_by:` of a judge -> people's verdicts, read whole. Whether they fit the suite's cases is checked later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from gemini_eval.errors import Fault, FileRefusedError, did_you_mean
from gemini_eval.paths import MISSING
from gemini_eval.rubrics.people import TELLS, Key, PeopleLabels, plain
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.data.formats import format_of
from gemini_eval.suites.data.rows import Row, RowRefusedError, dig, steps
from gemini_eval.suites.workspace import shown
from gemini_eval.types import Json

NEEDED = ("id", "verdict")
COLUMNS = (*NEEDED, *TELLS)
MOST_LABELS = 1_000_000


def build_people(context: Context, judges: Cursor | None) -> dict[str, PeopleLabels]:
    """By the judge that they check."""
    found: dict[str, PeopleLabels] = {}
    for name, entry in judges.entries() if judges else ():
        written = entry.get("checked_by")
        labels = _labels(context, written) if written else None
        if labels is not None:
            found[name] = labels
    return found


def _labels(context: Context, cursor: Cursor) -> PeopleLabels | None:
    file = cursor if isinstance(cursor.value, str) else cursor.entry("file")
    named = _columns(context, None if isinstance(cursor.value, str) else cursor.get("columns"))
    path = context.resolve(file)
    if path is None or named is None:
        return None
    rows = [found for found in _rows(context, file, path) if isinstance(found, Row)]
    if not rows:
        return None
    tells = frozenset(name for name in TELLS if name in named or name in rows[0].values)
    verdicts: dict[Key, str] = {}
    labels = PeopleLabels(verdicts, tells, {})
    for row in rows:
        _add(context, labels, verdicts, row, named)
    return labels


def _columns(context: Context, cursor: Cursor | None) -> dict[str, str] | None:
    """What is called otherwise in the file; None with a fault where something is mapped to what no label has."""
    named = dict(cursor.entries()) if cursor else {}
    unknown = [name for name in named if name not in COLUMNS]
    for name in unknown:
        hint = did_you_mean(name, COLUMNS) or f"known are {', '.join(COLUMNS)}"
        context.faults.add(f'`columns` maps to "{name}", which no label has', named[name].key, hint)
    return None if unknown else {name: str(entry.value) for name, entry in named.items()}


def _rows(context: Context, file: Cursor, path: Path) -> Iterator[Row | Fault]:
    """Up to the first that can't be read."""
    name = shown(path)
    try:
        for number, found in enumerate(format_of(path, name).read(path, name)):
            if isinstance(found, Fault):
                context.faults.extend([found])
            elif number >= MOST_LABELS:
                context.faults.add(f"{name} has more than {MOST_LABELS:,} labels", file.place)
                return
            yield found
    except FileRefusedError as error:
        context.faults.add(error.reason, file.place, error.hint)
    except RowRefusedError as refused:
        context.faults.extend([refused.fault])


def _add(context: Context, labels: PeopleLabels, verdicts: dict[Key, str], row: Row, named: Mapping[str, str]) -> None:
    values: dict[str, str] = {}
    for name in (*NEEDED, *(tell for tell in TELLS if tell in labels.tells)):
        column = named.get(name, name)
        text = _text(dig(row.values, steps(column)))
        if text is None:
            there = f"the file has {', '.join(row.values)}; write columns: {{{name}: COLUMN}}"
            hint = "fill it in" if column in row.values else there
            context.faults.add(f'a label has no {name}: the column "{column}" is empty', row.place, hint)
            return
        values[name] = text
    key: Key = (values["id"], values.get("assertion", ""), values.get("variant", ""), plain(values.get("answer", "")))
    if key in verdicts:
        first = labels.places[key]
        context.faults.add(f"the case {key[0]} is labelled twice", row.place, f"the first label is at {first}; leave one of them")
        return
    verdicts[key] = values["verdict"]
    labels.places[key] = row.place


def _text(value: Json) -> str | None:
    """A cell as text: numbers and truth values as they are written."""
    if value is MISSING or value is None or isinstance(value, dict | list):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if text.strip() else None
