"""The cache's answers as a recording, and recordings into the cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gemini_eval.cache.database import Database, open_database, open_reader
from gemini_eval.cache.table import BATCH, Entry, batches, fit_record, insert, is_worth_keeping, read_versions, version_of
from gemini_eval.runs.records import AnswerRecord, decode, encode
from gemini_eval.runs.sealed import DamagedError, lines_of
from gemini_eval.runs.whole import WholeFile
from gemini_eval.safe.files import open_read
from gemini_eval.types import Response


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the records of some files: `added`, `there` already, `failures` and answers of `other_versions`, which are
    not kept, and `damaged` lines as (file, 1-based line number, what is wrong)."""

    added: int = 0
    there: int = 0
    failures: int = 0
    other_versions: int = 0
    damaged: tuple[tuple[Path, int, str], ...] = ()


def export_answers(path: Path, file: Path) -> int:
    """Write the cache at `path` as a recording, ordered by key and without times, as `write_recording` does; returns how many.

    Only what would be served: damaged answers stay out. Raises as `open_database` does, and `RunError` where the disk is full.
    """
    database = open_reader(path)
    count = 0
    with WholeFile(file) as recording:
        if database is None:
            return 0
        try:
            for record in _served(database):
                recording.append(encode(replace(record, n=count, at="", attempt=1, cached=False)))
                count += 1
        finally:
            database.close()
    return count


def import_answers(path: Path, files: Sequence[Path]) -> Imported:
    """Put the answers of recordings, runs' answers or exports into the cache at `path`, which keeps what it has already.

    An answer of another version than its model's current one is left out; a model that the cache does not know takes the version
    of its first answer. Raises as `open_database` does, `FileRefusedError` where a file can't be read.
    """
    damaged: list[tuple[Path, int, str]] = []
    total = Imported()
    database = open_database(path)
    try:
        for some in batches(_records(files, damaged), BATCH):
            with database.transaction():
                total = _put(database, some, total)
    finally:
        database.close()
    return replace(total, damaged=tuple(damaged))


def _served(database: Database) -> Iterator[AnswerRecord]:
    with database.snapshot():
        versions = read_versions(database)
        for key, line in database.each("SELECT key, line FROM answers ORDER BY key"):
            record = fit_record(key, line, versions)
            if record is not None:
                yield record


def _records(files: Iterable[Path], damaged: list[tuple[Path, int, str]]) -> Iterator[AnswerRecord]:
    for path in files:
        with open_read(path) as file:
            for number, (_, line) in enumerate(lines_of(file), 1):
                try:
                    yield decode(line)
                except DamagedError as error:
                    damaged.append((path, number, str(error)))


def _put(database: Database, records: Sequence[AnswerRecord], total: Imported) -> Imported:
    marks = ",".join("?" * len(records))
    keys = [bytes.fromhex(record.key) for record in records]
    there = {key.hex() for (key,) in database.rows(f"SELECT key FROM answers WHERE key IN ({marks})", keys)}
    versions = read_versions(database)
    fresh: dict[str, AnswerRecord] = {}
    known = failures = others = 0
    for record in records:
        version = version_of(record)
        if not isinstance(record.answer, Response) or not is_worth_keeping(record):
            failures += 1
        elif record.key in there or record.key in fresh:
            known += 1
        elif version and versions.setdefault((record.model, record.location), version) != version:
            others += 1
        else:
            fresh[record.key] = replace(record, cached=False)
    insert(database, [Entry(record, encode(record)) for record in fresh.values()])
    return replace(
        total,
        added=total.added + len(fresh),
        there=total.there + known,
        failures=total.failures + failures,
        other_versions=total.other_versions + others,
    )
