"""The folder of one run, and the store that holds the runs of a workspace."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import normalize

from gemini_eval.errors import Fault, FileRefusedError, InputError, RunError, ValueRefusedError
from gemini_eval.runs.records import utc_stamp
from gemini_eval.safe.files import FileLock, make_folder, read_bytes, write_whole
from gemini_eval.safe.json_text import dump_json, read_record
from gemini_eval.safe.secrets import redact_bytes
from gemini_eval.types import Json

FORMAT = 1
"""Version of the run folder's format; raised when an older program could misread it."""

LATEST = "latest"
_MAX_NAME_BYTES = 100
_ANSWERS_LEFT = "the answers beside it can still be replayed"


class RunFolder:
    """One run: `run.json` (the header), `answers.jsonl`, `cases.jsonl`; of a check `base.jsonl` too."""

    def __init__(self, path: Path, header: Mapping[str, Json]) -> None:
        self.path = path
        self.header = dict(header)

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def answers(self) -> Path:
        return self.path / "answers.jsonl"

    @property
    def cases(self) -> Path:
        return self.path / "cases.jsonl"

    @property
    def base_cases(self) -> Path:
        """The judged cases of the other side, where a check asked two."""
        return self.path / "base.jsonl"

    @classmethod
    def create(cls, store: Path, suites: Sequence[str], header: Mapping[str, Json]) -> RunFolder:
        """A new run of `suites` (their names, at least one) under `store`/runs, pointed to by `latest`.

        `format`, `id` and `created` are added to `header`. Folders are 0700, files 0600, and git passes the store over. Raises
        `RunError` where the disk does not take it.
        """
        runs = _prepared(store)
        now = datetime.now(UTC)
        path = _new_folder(runs, suites, now)
        own = {"format": FORMAT, "id": path.name, "created": utc_stamp(now)}
        run = cls(path, {**own, **header, **own})
        run.write_header(run.header)
        _point_latest(runs, path.name)
        return run

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """The run at `path`. Raises `InputError` where there is none or it was written by a newer program."""
        header = _read_header(path)
        if not isinstance(header.get("format"), int) or header["format"] > FORMAT:
            reason = f"{path} has run format {header.get('format')}, and this program reads up to {FORMAT}"
            raise InputError([Fault(reason, hint="update gemini-eval")])
        return cls(path.resolve(), header)

    def write_header(self, header: Mapping[str, Json]) -> None:
        """Replace `run.json` in one step. Raises `RunError`."""
        self.header = dict(header)
        write_whole(self.path / "run.json", redact_bytes(dump_json(self.header)) + b"\n")

    def update_header(self, **changes: Json) -> None:
        """Replace some of the header's entries (`status`, `summary`). Raises `RunError`."""
        self.write_header({**self.header, **changes})

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run, so that no other process writes to it. Raises `InputError` where one does."""
        held = FileLock(self.path / "lock")
        if not held.acquire(blocking=False):
            reason = f"the run {self.id} is in use by another process"
            raise InputError([Fault(reason, hint="wait until it ends, or start a new run")])
        try:
            yield
        finally:
            held.release()


def make_store(store: Path) -> Path:
    """The store, made where it is missing, with the file that hides it from git."""
    make_folder(store)
    ignore = store / ".gitignore"
    if not ignore.exists():
        write_whole(ignore, b"*\n")
    return store


def _prepared(store: Path) -> Path:
    """The runs' folder of `store`, made where it is missing."""
    runs = make_store(store) / "runs"
    make_folder(runs)
    return runs


def _new_folder(runs: Path, suites: Sequence[str], now: datetime) -> Path:
    """`<UTC>-<suite>-<6 hex>`. Of the six digits the first four tell the fraction of the second, so that ids sort by age."""
    name = _plain_name(suites)
    while True:
        tail = f"{now.microsecond * 65536 // 1_000_000:04x}{secrets.randbelow(256):02x}"
        path = runs / f"{now:%Y%m%dt%H%M%SZ}-{name}-{tail}"
        try:
            path.mkdir(0o700)
        except FileExistsError:
            continue
        except OSError as error:
            raise RunError(f"{path} cannot be made: {error.strerror}", "check the store's folder and its permissions") from error
        return path


def _plain_name(suites: Sequence[str]) -> str:
    """The first suite's name as part of a file name, `+N` for N more."""
    kept = "".join(char if char.isalnum() or char in "._-" else "-" for char in normalize("NFC", suites[0]))
    short = kept.encode()[:_MAX_NAME_BYTES].decode(errors="ignore")
    return short + (f"+{len(suites) - 1}" if len(suites) > 1 else "")


def _point_latest(runs: Path, run_id: str) -> None:
    """Let `latest` lead to the run: a link, or a file with its id where the file system has no links."""
    new = runs / f".{LATEST}-{secrets.token_hex(4)}"
    try:
        new.symlink_to(run_id, target_is_directory=True)
        os.replace(new, runs / LATEST)
    except OSError:
        new.unlink(missing_ok=True)
        write_whole(runs / LATEST, run_id.encode() + b"\n")


def _read_header(path: Path) -> dict[str, Json]:
    file = path / "run.json"
    try:
        header = read_record(read_bytes(file))
    except FileRefusedError as error:
        raise InputError([Fault(f"{path} is not a run: {error.reason}", hint="give the folder of a run")]) from error
    except ValueRefusedError as error:
        raise RunError(f"{file} is damaged: {error.reason}", _ANSWERS_LEFT) from error
    if not isinstance(header, dict):
        raise RunError(f"{file} is damaged: it is not an object", _ANSWERS_LEFT)
    return header
