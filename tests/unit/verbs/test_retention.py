from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.runs.folder import RunFolder
from gemini_eval.safe.files import FileLock
from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.verbs.retention import Expired, expire, remove_old
from tests.support.suites import write_files
from tests.unit.cache.samples import key_of, record

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD = "20260129t115959Z-wine-5f2c1a"
YOUNG = "20260131t120000Z-wine-000000"
NEW = "20260301t093000Z-wine-a0b1c2"
NAMES = {"old": "2026-01-29T11:59:59.999Z", "young": "2026-01-30T12:00:00.000Z", "new": "2026-03-01T09:30:00.000Z"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Keeps for 30 days; three runs and three cached answers, of which one each is older."""
    write_files(tmp_path, {"gemini-eval.yaml": "version: 1\nstore: {retention_days: 30}\n"})
    found = find_workspace(tmp_path)
    for name in (OLD, YOUNG, NEW):
        run = RunFolder.create(found.store_folder, ["wine"], {"status": "done"})
        run.answers.write_text("answers")
        run.path.rename(run.path.with_name(name))
    latest = found.store_folder / "runs" / "latest"
    latest.unlink()
    latest.symlink_to(NEW)
    with AnswerCache(found.cache_file) as cache:
        for name, at in NAMES.items():
            cache.put(record(name, at=at))
    return found


def runs(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in (workspace.store_folder / "runs").iterdir())


def cached(workspace: Workspace) -> list[str]:
    with AnswerCache(workspace.cache_file) as cache:
        return sorted(item.case for item in cache.find([key_of(name) for name in NAMES]).values())


def test_what_is_older_goes(workspace: Workspace) -> None:
    assert expire(workspace, NOW) == Expired((OLD,), 1)
    assert (runs(workspace), cached(workspace)) == ([YOUNG, NEW, "latest"], ["new", "young"])
    assert not (workspace.store_folder / "expired").exists()
    assert expire(workspace, NOW) == Expired()


def test_without_retention_days_nothing_goes(workspace: Workspace) -> None:
    assert expire(find_workspace(workspace.folder), datetime(2020, 1, 1, tzinfo=UTC)) == Expired()
    assert expire(Workspace(workspace.folder), NOW) == Expired()
    assert (len(runs(workspace)), len(cached(workspace))) == (4, 3)


def test_the_default_moment_is_now(workspace: Workspace) -> None:
    RunFolder.create(workspace.store_folder, ["wine"], {})
    assert OLD in expire(workspace).runs
    assert len(runs(workspace)) >= 2


def test_without_a_store_there_is_nothing_to_do_and_none_is_made(tmp_path: Path) -> None:
    assert remove_old(Workspace(tmp_path), NOW) == Expired()
    assert list(tmp_path.iterdir()) == []


def test_a_run_in_use_is_left_for_the_next_time(workspace: Workspace) -> None:
    lock = FileLock(workspace.store_folder / "runs" / OLD / "lock")
    lock.acquire()
    assert expire(workspace, NOW) == Expired((), 1, (f"{OLD}: in use by another process",))
    lock.release()
    assert expire(workspace, NOW) == Expired((OLD,), 0)


def test_a_run_that_can_not_be_read_goes_and_what_is_no_run_stays(workspace: Workspace) -> None:
    folder = workspace.store_folder / "runs"
    (folder / OLD / "run.json").unlink()
    for name in ("20250101-notes", "notes", "20259999t000000Z-wine-000000"):
        (folder / name).mkdir()
    (folder / "20250101t000000Z-a-file").touch()
    (folder / "20250101t000000Z-a-link").symlink_to(folder / NEW)
    assert expire(workspace, NOW) == Expired((OLD,), 1)
    assert len(runs(workspace)) == 8
    assert (folder / NEW / "answers.jsonl").exists()


def test_what_an_interrupted_process_took_out_is_deleted(workspace: Workspace) -> None:
    shutil.copytree(workspace.store_folder / "runs" / NEW, workspace.store_folder / "expired" / "20250101t000000Z-wine-000000")
    expire(workspace, NOW)
    assert not (workspace.store_folder / "expired").exists()


def test_latest_does_not_lead_to_a_run_that_has_gone(workspace: Workspace) -> None:
    assert len(remove_old(workspace, datetime(2027, 1, 1, tzinfo=UTC)).runs) == 3
    assert runs(workspace) == []


def test_a_cache_that_is_none_is_told(workspace: Workspace) -> None:
    workspace.cache_file.write_bytes(b"not a database, but long enough to look at")
    told = f"{workspace.cache_file} is damaged: file is not a database (empty it with: gemini-eval cache clear)"
    assert expire(workspace, NOW) == Expired((OLD,), 0, (told,))
