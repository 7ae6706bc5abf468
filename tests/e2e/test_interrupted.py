"""Runs that are killed, interrupted or short of disk: what was acknowledged is there, and resumed they end in the same bytes."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from gemini_eval.runs.records import decode
from tests.support.cli import PROGRAM, Ended, clean_environment, gemini_eval, kill, start, wait_for
from tests.support.recordings import write_recording

SUITE = """
version: 1
name: long
models: {model}
{prompts}
data: rows.csv
assert: [equals, {{name: short, length: {{words: 1}}}}]
gate: pass_rate >= 0.5
"""
ASKED = SUITE.format(model="replay:recording.jsonl", prompts="prompts: {text: 'Number {{ id_text }}'}")
READ = SUITE.format(model="{answers: said}", prompts="")


def write_rows(folder: Path, count: int) -> None:
    rows = (f"r{number},{number},{'no' if number % 5 == 0 else 'yes'},yes\n" for number in range(count))
    (folder / "rows.csv").write_text("id,id_text,said,expected\n" + "".join(rows))


@pytest.fixture(params=["a recording", "answers in the data"])
def long_suite(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a suite of two thousand cases, or of many more where no template is rendered."""
    folder = tmp_path / "work"
    folder.mkdir()
    if request.param == "a recording":
        write_rows(folder, 2000)
        (folder / "suite.yaml").write_text(ASKED)
        answers = {f"r{number}": "no" if number % 5 == 0 else "yes" for number in range(2000)}
        write_recording([folder / "suite.yaml"], answers, folder / "recording.jsonl")
    else:
        write_rows(folder, 4000)
        (folder / "suite.yaml").write_text(READ)
    return folder


def answers_of(folder: Path) -> Path:
    return folder / ".gemini-eval/runs/latest/answers.jsonl"


def acknowledged(folder: Path) -> list[bytes]:
    """The complete lines of the run's answers; a torn tail was never acknowledged."""
    path = answers_of(folder)
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def canonical(folder: Path) -> str:
    return succeeded(gemini_eval(["report", "last", "--canonical"], folder), 0).stdout


def succeeded(ended: Ended, status: int) -> Ended:
    assert (ended.status, "Traceback" in ended.stderr) == (status, False), ended.stderr
    return ended


def uninterrupted(folder: Path) -> tuple[str, int]:
    """The canonical results and the bytes of answers of a run that nothing stopped; its store is gone afterwards."""
    succeeded(gemini_eval(["run", "-q", "suite.yaml"], folder), 0)
    found = canonical(folder), size(answers_of(folder))
    (folder / ".gemini-eval").rename(folder / "whole")
    return found


def keeps(folder: Path, before: list[bytes]) -> None:
    """Every acknowledged answer is still there, and none was asked twice."""
    after = acknowledged(folder)
    assert after[: len(before)] == before
    keys = [decode(line + b"\n").key for line in after]
    assert len(keys) == len(set(keys))


def test_killed_at_any_time_and_resumed(long_suite: Path) -> None:
    whole, bytes_written = uninterrupted(long_suite)
    process = start(["run", "-q", "suite.yaml"], long_suite)
    stop_at = random.randrange(1, bytes_written)
    wait_for(lambda: size(answers_of(long_suite)) >= stop_at, process)
    kill(process)
    before = acknowledged(long_suite)

    again = start(["run", "-q", "suite.yaml", "--resume"], long_suite)
    stop_again = random.randrange(stop_at, bytes_written)
    wait_for(lambda: size(answers_of(long_suite)) >= stop_again, again)
    kill(again)
    keeps(long_suite, before)

    before = acknowledged(long_suite)
    succeeded(gemini_eval(["run", "-q", "suite.yaml", "--resume"], long_suite), 0)
    keeps(long_suite, before)
    assert canonical(long_suite) == whole
    assert len(list((long_suite / ".gemini-eval/runs").glob("2*"))) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_and_resumed(number: signal.Signals, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    write_rows(folder, 4000)
    (folder / "suite.yaml").write_text(READ)
    whole, bytes_written = uninterrupted(folder)
    process = start(["run", "suite.yaml"], folder)
    wait_for(lambda: size(answers_of(folder)) >= bytes_written // 10, process)
    os.killpg(process.pid, number)
    sent = time.monotonic()
    stdout, stderr = process.communicate(timeout=30)

    assert (process.returncode, b"Traceback" in stderr) == (130, False), stderr
    assert time.monotonic() - sent < 8
    assert b"--resume" in stdout
    assert 0 < len(acknowledged(folder)) < 4000

    before = acknowledged(folder)
    succeeded(gemini_eval(["run", "-q", "suite.yaml", "--resume"], folder), 0)
    keeps(folder, before)
    assert canonical(folder) == whole


def test_interrupted_twice_leaves_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    write_rows(folder, 15_000)
    (folder / "suite.yaml").write_text(READ)
    process = start(["run", "suite.yaml"], folder)
    wait_for(lambda: size(answers_of(folder)) > 0, process)
    os.killpg(process.pid, signal.SIGINT)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=30)

    assert (process.returncode, b"Traceback" in stderr) == (130, False), stderr


def test_a_full_disk_stops_the_run_resumably(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: a write is cut short, and the next one fails."""
    folder = tmp_path / "work"
    folder.mkdir()
    write_rows(folder, 2000)
    (folder / "suite.yaml").write_text(READ)
    whole, bytes_written = uninterrupted(folder)

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_written // 3, bytes_written // 3))

    done = subprocess.run(
        [*PROGRAM, "run", "suite.yaml"],
        cwd=folder,
        env=clean_environment(folder),
        preexec_fn=limited,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (3, False), done.stderr
    assert "answers.jsonl" in done.stderr or "cases.jsonl" in done.stderr

    before = acknowledged(folder)
    succeeded(gemini_eval(["run", "-q", "suite.yaml", "--resume"], folder), 0)
    keeps(folder, before)
    assert canonical(folder) == whole


def test_a_run_is_resumed_by_one_process_at_a_time(tmp_path: Path) -> None:
    """The first process is held in the middle of its run, so that it has surely not ended when the second comes."""
    folder = tmp_path / "work"
    folder.mkdir()
    write_rows(folder, 15_000)
    (folder / "suite.yaml").write_text(READ)
    process = start(["run", "suite.yaml"], folder)
    wait_for(lambda: size(answers_of(folder)) > 0, process)
    os.killpg(process.pid, signal.SIGSTOP)
    before = acknowledged(folder)
    second = gemini_eval(["run", "-q", "suite.yaml", "--resume"], folder)
    after = acknowledged(folder)
    kill(process)

    run = (folder / ".gemini-eval/runs/latest").resolve().name
    refused = f"error: the run {run} is in use by another process\n  mend: wait until it ends, or start a new run\n"
    assert second == Ended(2, "", refused)
    assert after == before
