"""Runs and cached answers that are old enough go: `store: {retention_days}` of the workspace, and `purge --older-than`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gemini_eval.cache.maintenance import remove_older
from gemini_eval.errors import InputError, RunError
from gemini_eval.runs.folder import LATEST
from gemini_eval.safe.files import FileLock, make_folder
from gemini_eval.suites.workspace import Workspace

EXPIRED = "expired"
"""Beside the store's runs: those that are being deleted."""

STAMP = "%Y%m%dt%H%M%SZ"
_STAMP_CHARS = 16


@dataclass(frozen=True, slots=True)
class Expired:
    """The ids of the runs that went, how many cached answers did, and what did not, with why."""

    runs: tuple[str, ...] = ()
    answers: int = 0
    left: tuple[str, ...] = ()


def expire(workspace: Workspace, now: datetime | None = None) -> Expired:
    """Remove what is older than the workspace's `retention_days`, by when a run began and an answer came; nothing without it.

    What can't be removed now is told in `left`, and tried again the next time; nothing is raised for it. Recordings stay: they
    say nothing of time.
    """
    days = workspace.store.get("retention_days")
    if not days:
        return Expired()
    return remove_old(workspace, (now or datetime.now(UTC)) - timedelta(days=days))


def remove_old(workspace: Workspace, before: datetime) -> Expired:
    """Remove the runs that began and the cached answers that came before a moment (UTC), but for runs that a process holds."""
    store = workspace.store_folder
    removed: list[str] = []
    left: list[str] = []
    answers = 0
    for path in _old_runs(store / "runs", before):
        trouble = _remove_run(path, store)
        if trouble:
            left.append(f"{path.name}: {trouble}")
        else:
            removed.append(path.name)
    _drop_pointer(store / "runs" / LATEST)
    try:
        sweep(store)
        answers = remove_older(workspace.cache_file, before)
    except (OSError, InputError, RunError) as error:
        left.append(str(error))
    return Expired(tuple(removed), answers, tuple(left))


def _old_runs(runs: Path, before: datetime) -> Iterator[Path]:
    """The folders that a run's name says are older, the oldest first, whether or not a run can be read there."""
    stamps = before.strftime(STAMP)
    for path in sorted(runs.iterdir()) if runs.is_dir() else ():
        if _is_stamp(path.name[:_STAMP_CHARS]) and path.name < stamps and path.is_dir() and not path.is_symlink():
            yield path


def _is_stamp(text: str) -> bool:
    try:
        datetime.strptime(text, STAMP)
    except ValueError:
        return False
    return True


def _remove_run(path: Path, store: Path) -> str:
    """Take a run out of the store's runs, in one step, so that none is seen half-deleted; '' or why it is left."""
    lock = FileLock(path / "lock")
    try:
        if not lock.acquire(blocking=False):
            return "in use by another process"
        make_folder(store / EXPIRED)
        path.rename(store / EXPIRED / path.name)
    except (OSError, RunError) as error:
        return str(error) if path.exists() else ""  # another process removes the same runs
    finally:
        lock.release()
    return ""


def sweep(store: Path) -> None:
    """Delete the runs that were taken out, those of an interrupted process too. Raises `OSError`."""
    with suppress(FileNotFoundError):  # another process sweeps too
        shutil.rmtree(store / EXPIRED)


def _drop_pointer(latest: Path) -> None:
    """`latest` must not lead to a run that has gone."""
    if latest.is_symlink() and not latest.exists():
        latest.unlink(missing_ok=True)
