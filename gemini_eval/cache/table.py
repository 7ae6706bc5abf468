"""The rows of answers: found by key, checked before they are served, gone when their model answers as another version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from gemini_eval.cache.database import Database
from gemini_eval.runs.records import AnswerRecord, decode, utc_stamp
from gemini_eval.runs.sealed import DamagedError
from gemini_eval.types import Response

BATCH = 512
"""Keys in one statement; SQLite takes 999 values everywhere."""

Versions: TypeAlias = Mapping[tuple[str, str], str]
"""(model, location) -> the version that it answered as last."""

Row: TypeAlias = tuple[Any, Any]
"""What tells a row apart, whatever became of it: its rowid and its line."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer on its way into the table: its record and the sealed line of it."""

    record: AnswerRecord
    line: bytes

    @property
    def origin(self) -> tuple[str, str]:
        return self.record.model, self.record.location


def is_worth_keeping(record: AnswerRecord) -> bool:
    """Only what was delivered, and not an end that the model can't explain and that left no text."""
    answer = record.answer
    return isinstance(answer, Response) and not (answer.finish_reason == "other" and not answer.text)


def version_of(record: AnswerRecord) -> str:
    """The resolved version that answered; '' where it did not say."""
    return record.answer.model_version if isinstance(record.answer, Response) else ""


def read_versions(database: Database) -> dict[tuple[str, str], str]:
    return {(model, location): version for model, location, version in database.rows("SELECT * FROM current")}


def lookup(database: Database, keys: Sequence[bytes]) -> tuple[dict[str, AnswerRecord], list[Row]]:
    """(the answers of these keys that may be served, the rows that may not). In one snapshot. Raises `RunError`."""
    served: dict[str, AnswerRecord] = {}
    unfit: list[Row] = []
    versions = read_versions(database)
    for some in batches(keys):
        marks = ",".join("?" * len(some))
        for rowid, key, line in database.rows(f"SELECT rowid, key, line FROM answers WHERE key IN ({marks})", some):
            record = fit_record(key, line, versions)
            if record is None:
                unfit.append((rowid, line))
            else:
                served[record.key] = record
    return served, unfit


def fit_record(key: Any, line: Any, versions: Versions) -> AnswerRecord | None:
    """The record of a row; None where it is damaged, not the key's, no answer, or of a version that has passed."""
    if type(line) is not bytes or type(key) is not bytes:
        return None
    try:
        record = decode(line)
    except DamagedError:
        return None
    if record.key != key.hex() or not is_worth_keeping(record):
        return None
    version = version_of(record)
    return record if version in ("", versions.get((record.model, record.location), version)) else None


def insert(database: Database, entries: Sequence[Entry]) -> None:
    """Put answers in, each over an older one of its key, and let those of passed versions go. Inside a transaction."""
    newest = {entry.origin: version for entry in entries if (version := version_of(entry.record))}
    versions = read_versions(database)
    for origin, version in newest.items():
        if versions.get(origin, version) != version:
            database.rows("DELETE FROM answers WHERE model = ? AND location = ? AND version <> ?", (*origin, version))
        if versions.get(origin) != version:
            database.rows("INSERT OR REPLACE INTO current VALUES(?, ?, ?)", (*origin, version))
    fresh = (entry for entry in entries if version_of(entry.record) in ("", newest.get(entry.origin)))
    database.many("INSERT OR REPLACE INTO answers VALUES(?, ?, ?, ?, ?, ?, ?, ?)", map(_row, fresh))


def remove_rows(database: Database, rows: Sequence[Row]) -> int:
    """Delete these rows where they still hold these lines; returns how many did. Inside a transaction."""
    before = database.changes
    database.many("DELETE FROM answers WHERE rowid = ? AND line IS ?", rows)
    return database.changes - before


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    rest = iter(items)
    return iter(lambda: tuple(islice(rest, size)), ())


def _row(entry: Entry) -> tuple[Any, ...]:
    record = entry.record
    at = record.at or utc_stamp(datetime.now(UTC))
    where = (record.model, record.location, version_of(record))
    return bytes.fromhex(record.key), *where, at, record.suite, record.case, entry.line
