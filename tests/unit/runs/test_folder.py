"""Run folders: made, locked, and found by what people call them."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from gemini_eval.errors import InputError, RunError
from gemini_eval.runs.find import find_run, list_runs
from gemini_eval.runs.folder import RunFolder
from gemini_eval.safe.files import write_whole

LOCKER = """
import sys
from pathlib import Path
from gemini_eval.runs.folder import RunFolder
with RunFolder.open(Path(sys.argv[1])).lock():
    print("locked", flush=True)
    sys.stdin.read()
"""


def make(store: Path, count: int, **header: object) -> list[RunFolder]:
    return [RunFolder.create(store, ["tickets"], header) for _ in range(count)]


def placed(store: Path, *ids: str) -> None:
    """Runs with ids of our choice."""
    for name in ids:
        folder = store / "runs" / name
        folder.mkdir(parents=True)
        write_whole(folder / "run.json", b'{"format":1}')


def reason_of(caught: pytest.ExceptionInfo[InputError]) -> tuple[str, str]:
    (fault,) = caught.value.faults
    return fault.reason, fault.hint


def test_a_new_run_is_private_and_hidden_from_git(tmp_path: Path) -> None:
    store = tmp_path / ".gemini-eval"
    run = RunFolder.create(store, ["tickets", "specs", "reviews"], {"status": "running", "id": "mine"})
    stamp, name, tail = run.id.split("-")
    assert datetime.strptime(stamp, "%Y%m%dt%H%M%SZ")
    assert (name, len(tail), int(tail, 16) >= 0) == ("tickets+2", 6, True)
    assert (store / ".gitignore").read_text() == "*\n"
    assert [path.stat().st_mode & 0o777 for path in (store, store / "runs", run.path)] == [0o700] * 3
    assert (run.path / "run.json").stat().st_mode & 0o777 == 0o600
    assert (store / "runs" / "latest").resolve() == run.path
    assert {key: run.header[key] for key in ("format", "id", "status")} == {"format": 1, "id": run.id, "status": "running"}
    assert run.header["created"].startswith(f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T")
    assert (run.answers, run.cases) == (run.path / "answers.jsonl", run.path / "cases.jsonl")


def test_the_header_is_replaced_whole(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, ["tickets"], {"status": "running"})
    run.update_header(status="done", summary={"accuracy": 0.9})
    again = RunFolder.open(tmp_path / "runs" / "latest")
    assert again.header == run.header
    assert (again.id, again.header["status"]) == (run.id, "done")


@pytest.mark.parametrize(
    ("suite", "part"), [("a/b c", "a-b-c"), ("../x", "..-x"), ("환불", "환불"), ("x" * 300, "x" * 100), ("é" * 99, "é" * 50)]
)
def test_suite_names_become_plain_file_names(tmp_path: Path, suite: str, part: str) -> None:
    run = RunFolder.create(tmp_path, [suite], {})
    assert run.id[17:-7] == part
    assert run.path.parent == tmp_path / "runs"


def test_runs_are_listed_newest_first_and_counted_back(tmp_path: Path) -> None:
    runs = make(tmp_path, 4, status="done")
    runs[3].update_header(status="interrupted")
    assert [run.id for run in list_runs(tmp_path)[0]] == [run.id for run in reversed(runs)]
    assert [find_run(name, tmp_path).id for name in ("last", "latest", "last~0", "last~2")] == [
        runs[index].id for index in (3, 3, 3, 1)
    ]
    assert find_run("last", tmp_path, lambda run: run.header["status"] == "done").id == runs[2].id


def test_a_run_is_found_by_path_id_prefix_and_name(tmp_path: Path) -> None:
    first = RunFolder.create(tmp_path, ["tickets"], {"name": "nightly"})
    second = RunFolder.create(tmp_path, ["tickets"], {"name": "nightly"})
    assert find_run(str(first.path), tmp_path / "elsewhere").id == first.id
    assert find_run(first.id, tmp_path).id == first.id
    assert find_run(first.id[:-1], tmp_path).id == first.id
    assert find_run("nightly", tmp_path).id == second.id


def test_an_id_counts_before_longer_ones(tmp_path: Path) -> None:
    placed(tmp_path, "20250101t000000Z-a-111111", "20250101t000000Z-a-111111-copy-222222", "20250102t000000Z-b-000000")
    assert find_run("20250101t000000Z-a-111111", tmp_path).id == "20250101t000000Z-a-111111"
    assert find_run("20250102", tmp_path).id == "20250102t000000Z-b-000000"


def test_an_ambiguous_beginning_names_its_runs(tmp_path: Path) -> None:
    placed(tmp_path, "20250101t000000Z-a-111111", "20250101t000001Z-a-000000")
    with pytest.raises(InputError) as caught:
        find_run("20250101", tmp_path)
    expected = "2 runs begin with '20250101': 20250101t000001Z-a-000000, 20250101t000000Z-a-111111"
    assert reason_of(caught) == (expected, "write more of the id")


def test_an_unknown_name_gets_the_nearest(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, ["tickets"], {"name": "nightly"})
    newest = f"the newest runs: {run.id}"
    for name, meant in (("nigtly", 'did you mean "nightly"? '), ("lst", 'did you mean "last"? '), ("", ""), ("last~x", "")):
        with pytest.raises(InputError) as caught:
            find_run(name, tmp_path)
        assert reason_of(caught)[0] == f"there is no run {name!r} in {tmp_path}"
        assert reason_of(caught)[1].endswith(newest)
        assert reason_of(caught)[1].startswith(meant)
    with pytest.raises(InputError) as caught:
        find_run("last~1", tmp_path)
    assert reason_of(caught) == (f"there is no run last~1: {tmp_path} holds 1 run that it could mean", newest)


def test_an_empty_store_says_so(tmp_path: Path) -> None:
    assert list_runs(tmp_path) == ([], [])
    for name in ("last", "x"):
        with pytest.raises(InputError) as caught:
            find_run(name, tmp_path)
        assert reason_of(caught)[1] == "run a suite first"


def test_damaged_and_newer_runs_are_told_apart(tmp_path: Path) -> None:
    damaged, listed, newer, good = make(tmp_path, 4)
    write_whole(damaged.path / "run.json", b'{"form')
    write_whole(listed.path / "run.json", b"[]")
    newer.update_header(format=2)
    for path in (damaged.path, listed.path):
        with pytest.raises(RunError, match=r"run\.json is damaged"):
            RunFolder.open(path)
    with pytest.raises(InputError, match="run format 2, and this program reads up to 1"):
        RunFolder.open(newer.path)
    with pytest.raises(InputError, match="is not a run"):
        RunFolder.open(tmp_path)
    runs, unreadable = list_runs(tmp_path)
    assert ([run.id for run in runs], len(unreadable)) == ([good.id], 3)


def test_two_processes_do_not_hold_one_run(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, ["tickets"], {})
    process = subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(run.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    with pytest.raises(InputError) as caught, run.lock():
        pass
    assert reason_of(caught) == (f"the run {run.id} is in use by another process", "wait until it ends, or start a new run")
    process.kill()
    process.communicate()
    with run.lock(), pytest.raises(InputError), RunFolder.open(run.path).lock():
        pass
    with run.lock():
        pass


def test_latest_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "latest").write_text("older\n")
    run = RunFolder.create(tmp_path, ["tickets"], {})
    assert (tmp_path / "runs" / "latest").resolve() == run.path
