"""The server as a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.unit.standin.asking import DEVELOPER, ask, body_of, call, connect, receive

ROOT = Path(__file__).resolve().parents[3]
LISTENING = "listening on "


@contextlib.contextmanager
def process(*words: str | Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a running server, and its process, which is ended and waited for."""
    command = [sys.executable, "-m", "tests.standin", "--port", "0", *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        line = started.stdout.readline()
        assert line.startswith(LISTENING), line
        try:
            yield line.removeprefix(LISTENING).strip(), started
        finally:
            started.terminate()
            started.wait(timeout=30)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    truth = tmp_path_factory.mktemp("truth") / "truth.json"
    truth.write_text(json.dumps({"cherry": "Rioja"}))
    with process("--truth", truth, "--answer", "none") as (address, _):
        yield address


def control(url: str, word: str, body: Any = None) -> Any:
    got = call(url, f"/_standin/{word}", {} if body is None else body, verb="GET" if word.startswith("stats") else "POST")
    assert got.status == 200, got
    return got.body


def script(url: str, *rules: dict[str, Any], **more: Any) -> None:
    control(url, "script", {"rules": rules, "oracle": {"answer": "none"}, **more})


# ---- control -----------------------------------------------------------------------------------------------------


def test_it_answers_by_its_truth_and_counts(url: str) -> None:
    script(url)
    assert [ask(url, text) for text in ("Text: cherry", "Text: plum")] == ["Rioja", "none"]
    assert control(url, "stats")["calls"] == 2
    assert control(url, "reset")["calls"] == 0


def test_another_script_keeps_the_truth(url: str) -> None:
    script(url, {"calls": [1], "do": {"kind": "refuse", "status": 503}})
    assert (call(url).status, ask(url, "cherry")) == (503, "Rioja")


def test_a_script_that_is_wrong_is_refused_and_changes_nothing(url: str) -> None:
    script(url, {"do": {"kind": "answer", "text": "kept"}})
    got = call(url, "/_standin/script", {"rules": [{"do": {"kind": "explode"}}]})
    assert (got.status, "rules.0.do" in got.body, ask(url)) == (400, True, "kept")


def test_an_unknown_control_says_which_there_are(url: str) -> None:
    got = call(url, "/_standin/dance")
    assert (got.status, got.body) == (404, "POST /_standin/dance: stats, reset, script, start or release\n")


def test_waiting_for_calls_and_releasing_them(url: str) -> None:
    script(url, {"do": {"kind": "hold"}})
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask, url, "cherry") for _ in range(4)]
        assert control(url, "stats?calls=4")["calls"] == 4
        control(url, "release")
        assert [answer.result() for answer in asked] == ["Rioja"] * 4


def test_broken_connections_are_broken_in_the_same_way(url: str) -> None:
    script(url)
    usual = json.dumps(call(url).body)
    faults = [{"kind": "truncate", "at": 7}, {"kind": "slow", "every_ms": 0.1}, {"kind": "reset"}]
    script(url, *[{"calls": [number], "do": fault} for number, fault in enumerate(faults, 1)])
    with connect(url) as connection:
        assert len(receive(connection)[1]) == 7
    with connect(url) as connection:
        assert json.loads(receive(connection)[1])["candidates"] == json.loads(usual)["candidates"]
    with connect(url) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)


# ---- the log, signals --------------------------------------------------------------------------------------------


def test_a_log_has_a_line_for_each_request_even_when_both_sides_are_killed(tmp_path: Path) -> None:
    log, rules = tmp_path / "log.jsonl", tmp_path / "script.json"
    log.write_text('{"before": true}\n')
    rules.write_text(json.dumps({"rules": [{"calls": [3], "do": {"kind": "hang"}}]}))
    with process("--fast", "--log", log, "--script", rules) as (url, started):
        ask(url)
        call(url, body=body_of("other"))
        with connect(url):
            control(url, "stats?calls=3")
        assert ask(url) == "positive"
        os.kill(started.pid, signal.SIGKILL)
        started.wait(timeout=30)
    before, *lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert before == {"before": True}
    assert [(line["n"], line["path"], line["status"]) for line in lines] == [
        (1, DEVELOPER, 200),
        (2, DEVELOPER, 200),
        (3, DEVELOPER, 0),
        (4, DEVELOPER, 200),
    ]
    keys = [line["key"] for line in lines]
    assert (keys[0] == keys[2] == keys[3], len({*keys}), len(keys[0])) == (True, 2, 12)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_a_signal_while_a_call_waits(number: signal.Signals) -> None:
    with process("--fast", "--echo", "--latency-ms", "3600000") as (url, started), connect(url) as connection:
        control(url, "stats?calls=1")
        started.send_signal(number)
        assert (started.wait(timeout=30), receive(connection)) == (0, (b"", b""))
