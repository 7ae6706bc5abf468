"""`data:` -> data sources, their files found and their columns mapped; no row is read here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gemini_eval.answer import EXTRACTORS, build_extractor
from gemini_eval.errors import FileRefusedError, ValueRefusedError
from gemini_eval.paths import parse_path
from gemini_eval.safe.files import matching_files
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.data.source import ColumnMap, DataSource, Split
from gemini_eval.suites.workspace import root_of, shown
from gemini_eval.types import Json

TARGETS = ("id", "vars", "expected", "tags", "cluster", "must_pass", "system", "messages", "threshold", "status")
_BY = {"hash(cluster)": "cluster", "hash(id)": "id"}
_REMOTE = ("gs://", "bq://")


def build_sources(context: Context, cursor: Cursor | None) -> tuple[DataSource, ...]:
    if cursor is None:
        return ()
    entries = list(cursor.items()) if isinstance(cursor.value, list) else [cursor]
    built = [_source(context, entry) for entry in entries]
    return tuple(source for source in built if source is not None)


def _source(context: Context, entry: Cursor) -> DataSource | None:
    if isinstance(entry.value, str):
        files = _glob(context, entry) if "*" in entry.value else _file(context, entry)
        return DataSource(files, tuple(map(shown, files)), entry.place) if files else None
    file, glob = entry.get("file"), entry.get("glob")
    if (file is None) == (glob is None):
        context.faults.add("data has `file` or `glob`, one of the two", entry.place)
        return None
    if entry.value.get("as") is not None and glob is None:
        context.faults.add("`as` belongs to `glob`: each matching file becomes a case", entry.entry("as").key)
    files = _file(context, file) if file is not None else _glob(context, glob or entry)
    columns, tags = build_columns(context, entry.get("columns"))
    split = _split(context, entry.get("split"))
    if not files:
        return None
    return DataSource(
        files,
        tuple(map(shown, files)),
        entry.place,
        columns=columns,
        tags=tags,
        where={key: tuple(v if isinstance(v, list) else [v]) for key, v in (entry.value.get("where") or {}).items()},
        limit=entry.value.get("limit"),
        split=split,
        as_variable=entry.value.get("as"),
        ids=_below(context.writer_of(entry).parent, files) if entry.value.get("as") else (),
    )


def _file(context: Context, cursor: Cursor) -> tuple[Path, ...]:
    if isinstance(cursor.value, str) and cursor.value.startswith(_REMOTE):
        context.faults.add(
            f"remote data ({cursor.value}) can't be read by this version", cursor.place, "copy it beside the suite"
        )
        return ()
    found = context.resolve(cursor)
    return (found,) if found else ()


def _glob(context: Context, cursor: Cursor) -> tuple[Path, ...]:
    """The files that a pattern matches inside the writer's root, in the order of their paths."""
    writer = context.writer_of(cursor)
    try:
        found = matching_files(str(cursor.value), base=writer.parent, root=root_of(writer))
    except FileRefusedError as error:
        context.faults.add(error.reason, cursor.place, error.hint)
        return ()
    if not found:
        context.faults.add(f"no file matches {cursor.value}", cursor.place, f"looked below {shown(writer.parent)}")
    context.files.update({shown(path): path for path in found})
    return found


def _below(folder: Path, files: tuple[Path, ...]) -> tuple[str, ...]:
    """Ids of cases made of files: their paths from the suite's folder, wherever the command runs."""
    return tuple(str(path.relative_to(folder)) for path in files)


def build_columns(context: Context, cursor: Cursor | None) -> tuple[tuple[ColumnMap, ...] | None, tuple[str, ...]]:
    """(the column maps, the columns that become tags)."""
    if cursor is None:
        return None, ()
    maps = []
    tags: tuple[str, ...] = ()
    for target, entry in cursor.entries():
        if target == "tags" and isinstance(entry.value, list):
            tags = tuple(map(str, entry.value))
        elif target.partition(".")[0] not in TARGETS:
            hint = f"a variable is written vars.{target}" if target.isidentifier() else f"known are {', '.join(TARGETS)}"
            context.faults.add(f'`columns` maps to "{target}", which no case has', entry.key, hint)
        elif (mapped := _column(context, target, entry)) is not None:
            maps.append(mapped)
    return tuple(maps), tags


def _column(context: Context, target: str, entry: Cursor) -> ColumnMap | None:
    spec: Json = entry.value
    path = spec.get("path") if isinstance(spec, dict) else spec
    if not isinstance(path, (str, int)) or isinstance(path, bool):
        context.faults.add(f"`columns.{target}` is a column's name, or a map with `path`, not {spec!r}", entry.place)
        return None
    try:
        steps = parse_path(str(path))
    except ValueError:
        steps = (str(path),)
    return ColumnMap(target, steps, _extract(context, entry) if isinstance(spec, dict) else None)


def _extract(context: Context, entry: Cursor) -> Callable[[str], Json] | None:
    """`{path: answer, after: '####'}`: any extractor of `answer` but path, which names the column here."""
    spec = {key: value for key, value in entry.value.items() if key != "path"}
    unknown = [key for key in spec if key not in (*EXTRACTORS, "match", "as", "fold")]
    if unknown:
        context.faults.add(
            f'unknown key "{unknown[0]}"', entry.entry(unknown[0]).key, "known: path, regex, after, last_line, match, as, fold"
        )
        return None
    try:
        extractor = build_extractor(spec)
    except (ValueError, ValueRefusedError) as error:
        context.faults.add(str(error), entry.place)
        return None

    def extract(text: str) -> Json:
        found = extractor.find(text)
        return found.value if found else None

    return extract


def _split(context: Context, cursor: Cursor | None) -> Split | None:
    if cursor is None:
        return None
    if isinstance(cursor.value, str):
        return Split(use=cursor.value)
    spec = cursor.value
    use = spec.get("use") or "test"
    if spec.get("by") is None:
        if spec.get("ratio") is not None:
            context.faults.add("`ratio` needs `by`: hash(id) or hash(cluster)", cursor.place)
        return Split(use=use, column=spec.get("column") or "split")
    by = _BY.get(str(spec["by"]).replace(" ", ""))
    if by is None:
        context.faults.add(f"`by` is {spec['by']!r}; it must be hash(id) or hash(cluster)", cursor.entry("by").place)
        return None
    ratio = spec.get("ratio") or {}
    if use not in ratio or any(weight < 0 for weight in ratio.values()) or sum(ratio.values()) <= 0:
        parts = ", ".join(ratio) or "none"
        context.faults.add(
            f'`ratio` has no part "{use}" (it has {parts})', cursor.place, "for example: ratio: {train: 80, test: 20}"
        )
        return None
    return Split(use=use, column=None, by=by, ratio=ratio, seed=spec.get("seed") or 0)  # type: ignore[arg-type]  # one of _BY
