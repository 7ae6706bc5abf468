"""The answer log under kills, a full disk and damage: nothing acknowledged is lost, nothing damaged is served."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.errors import FileRefusedError, RunError
from gemini_eval.runs.log import AnswerLog
from gemini_eval.runs.records import AnswerRecord, decode, encode
from gemini_eval.runs.store import AnswerStore
from gemini_eval.types import Response

APPENDER = """
import resource, sys
from pathlib import Path
from gemini_eval.errors import RunError
from gemini_eval.runs.log import AnswerLog
from gemini_eval.runs.records import AnswerRecord
from gemini_eval.types import Response

limit = int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
with AnswerLog(Path(sys.argv[1])) as log:
    while True:
        n = log.next_n
        try:
            log.append(AnswerRecord(n, f"{n:064x}", "s", "v", f"case-{n}", 0, "m", Response("x" * (n * 37 % 500))))
        except RunError as error:
            print("refused", error, flush=True)
            break
        print(n, flush=True)
"""


def a_record(n: int, text: str = "yes") -> AnswerRecord:
    return AnswerRecord(n, f"{n:064x}", "s", "v", f"case-{n}", 0, "m", Response(text))


def start_appender(path: Path, limit: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", APPENDER, str(path), str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def stored(path: Path) -> list[int]:
    return [decode(line).n for line in path.read_bytes().splitlines(keepends=True)]


def test_appended_records_are_there_at_once_and_numbered_on(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with AnswerLog(path) as log:
        log.append(a_record(0))
        assert path.read_bytes() == encode(a_record(0))
        log.append(a_record(5))
        assert (log.count, log.next_n) == (2, 6)
    with AnswerLog(path) as log:
        assert (log.count, log.next_n, log.torn_bytes, log.damaged) == (2, 6, 0, ())
    assert path.stat().st_mode & 0o777 == 0o600


def test_twenty_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    dice = random.Random(4)
    acknowledged = -1
    for _ in range(20):
        process = start_appender(path)
        assert process.stdout is not None
        for _ in range(dice.randrange(1, 400)):
            acknowledged = int(process.stdout.readline())
        process.kill()
        rest = process.stdout.read().split("\n")[:-1]  # communicate() would lose what readline() has buffered
        process.communicate()
        acknowledged = int(rest[-1]) if rest else acknowledged
        with AnswerLog(path) as log:
            assert log.damaged == ()
            assert log.next_n > acknowledged
        assert stored(path) == list(range(log.next_n))


def test_a_full_disk_is_an_error_and_what_was_acknowledged_is_readable(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    process = start_appender(path, limit=20_000)
    output, errors = process.communicate()
    *acknowledged, refusal = output.splitlines()
    assert (process.returncode, errors) == (0, "")
    assert refusal.startswith(f"refused {path} cannot be written: ")
    assert len(acknowledged) > 20
    assert stored(path) == [int(n) for n in acknowledged]
    with AnswerLog(path) as log:
        assert (log.torn_bytes, log.damaged, log.next_n) == (0, (), len(acknowledged))


@pytest.mark.parametrize("kept", [1, 30, 150])
def test_a_torn_tail_is_cut_off_and_the_next_record_is_whole(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(encode(a_record(0)) + encode(a_record(1))[:kept])
    with AnswerLog(path) as log:
        assert (log.torn_bytes, log.count, log.damaged) == (kept, 1, ())
        log.append(a_record(1))
    assert stored(path) == [0, 1]


def test_zeros_that_a_power_loss_left_at_the_end_are_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(encode(a_record(0)) + bytes(4096))
    with AnswerLog(path) as log:
        assert log.torn_bytes == 4096
    assert path.read_bytes() == encode(a_record(0))


def test_damage_in_the_middle_is_named_by_line_and_left_in_place(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    before = encode(a_record(0)) + encode(a_record(1)).replace(b"yes", b"no!") + b"\n" + encode(a_record(2))
    path.write_bytes(before)
    with AnswerLog(path) as log:
        assert (log.damaged, log.count, log.next_n) == ((2, 3), 2, 3)
    assert path.read_bytes() == before


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_flipped_bit_is_ever_served(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("flip") / "answers.jsonl"
    content = bytearray(b"".join(encode(a_record(n)) for n in range(4)))
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    with AnswerStore([path]) as store:
        served = [store.get(f"{n:064x}") for n in range(4)]
    assert all(record in (None, a_record(n)) for n, record in enumerate(served))
    assert 2 <= sum(record is not None for record in served) <= 4
    with AnswerLog(path) as log:
        assert log.damaged or log.torn_bytes


def test_a_place_that_holds_no_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "answers.jsonl"
    folder.mkdir()
    with pytest.raises((RunError, FileRefusedError)):
        AnswerLog(folder)
    with pytest.raises(RunError):
        AnswerLog(tmp_path / "missing" / "answers.jsonl")


def test_closing_twice_is_fine(tmp_path: Path) -> None:
    log = AnswerLog(tmp_path / "answers.jsonl")
    log.append(a_record(0))
    log.sync()
    log.close()
    log.close()
    assert stored(log.path) == [0]
