"""`examples:` of a prompt -> few-shot examples, read whole: they are few."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gemini_eval.errors import Fault
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.data import build_columns
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.data.reader import iter_raw_cases
from gemini_eval.suites.data.source import DataSource, RawCase
from gemini_eval.suites.model import Example, Examples
from gemini_eval.suites.workspace import shown
from gemini_eval.types import Json

MAX_EXAMPLES = 10_000
_FIELDS = frozenset({"id", "vars", "expected", "tags", "cluster", "description"})


def build_examples(context: Context, cursor: Cursor | None) -> Examples | None:
    if cursor is None:
        return None
    if isinstance(cursor.value, str):
        return Examples(tuple(_from_file(context, cursor, None)), place=cursor.place)
    if isinstance(cursor.value, list):
        return Examples(tuple(_inline(context, cursor)), place=cursor.place)
    return _from_map(context, cursor)


def _from_map(context: Context, cursor: Cursor) -> Examples | None:
    file, inline = cursor.get("file"), cursor.get("inline")
    if (file is None) == (inline is None):
        context.faults.add("examples have `file` or `inline`, one of the two", cursor.place)
        return None
    if cursor.value.get("pick") is not None and cursor.value.get("per_label") is not None:
        context.faults.add("`pick` and `per_label` exclude each other", cursor.place)
    rows = tuple(_from_file(context, file, cursor.get("columns"))) if file is not None else tuple(_inline(context, inline))
    pick, by = cursor.value.get("pick"), str(cursor.value.get("by") or "first")
    if pick is not None and pick > len(rows) > 0:
        context.faults.add(f"`pick` is {pick}, but there are {len(rows)} examples", cursor.entry("pick").place)
    return Examples(
        rows,
        pick=pick,
        per_label=cursor.value.get("per_label"),
        by=by.partition("(")[0],  # type: ignore[arg-type]  # the wire model lets nothing else through
        seed=int(by[7:-1]) if by.startswith("random(") else 0,
        place=cursor.place,
    )


def _from_file(context: Context, file: Cursor, columns: Cursor | None) -> Iterator[Example]:
    path: Path | None = context.resolve(file)
    if path is None:
        return
    mapped, tags = build_columns(context, columns)
    source = DataSource((path,), (shown(path),), file.place, columns=mapped, tags=tags, limit=MAX_EXAMPLES)
    for raw in iter_raw_cases(source):
        if isinstance(raw, Fault):
            context.faults.extend([raw])
        elif isinstance(raw, RawCase):
            yield Example(raw.fields.get("vars") or {}, raw.fields.get("expected"))


def _inline(context: Context, cursor: Cursor | None) -> Iterator[Example]:
    for item in cursor.items() if cursor is not None else ():
        value: Json = item.value
        if not isinstance(value, dict) or "vars" not in value:
            context.faults.add(
                "an example is a map with vars and expected",
                item.place,
                "for example: {vars: {name: Merlot}, expected: Red wine}",
            )
        elif unknown := [key for key in value if key not in _FIELDS]:
            context.faults.add(
                f'unknown key "{unknown[0]}" in an example', item.entry(unknown[0]).key, "it has vars and expected"
            )
        else:
            yield Example(value["vars"], value.get("expected"))
