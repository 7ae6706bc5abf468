"""`check` from Python: what the command line refuses it refuses too, and what it goes on with."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from gemini_eval import UsageError, check, compare, load_suite, run
from tests.support.cli import clean_environment, gemini_eval

SUITE = """\
version: 1
name: tickets
prompts: {p: {text: "{{ text }}"}}
models: {said: {answers: said}}
assert: [exact_match]
cases: [{id: a, vars: {text: one, said: x}, expected: x}, {id: b, vars: {text: two, said: y}, expected: x}]
"""
LIVE = SUITE.replace("{answers: said}", "local:gemma-3-270m")


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    subprocess.run(["git", *who, *words], cwd=folder, env=clean_environment(folder), check=True, capture_output=True)


@pytest.fixture
def tickets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose suite is changed since its one commit; the test stands in it."""
    path = folder / "work" / "tickets.yaml"
    path.parent.mkdir()
    path.write_text(SUITE)
    git(path.parent, "init", "--quiet", "--initial-branch=main")
    git(path.parent, "add", "--all")
    git(path.parent, "commit", "--quiet", "--message=some")
    path.write_text(SUITE.replace("{{ text }}", "Say {{ text }}"))
    monkeypatch.chdir(path.parent)
    return path


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "samples": ({"samples": 0}, "error: samples is 0 (give a whole number from 1)"),
    "fewer": ({"samples": -3}, "error: samples is -3 (give a whole number from 1)"),
    "max_samples": ({"max_samples": 0}, "error: max_samples is 0 (give a whole number from 1)"),
    "jobs": ({"jobs": 0}, "error: jobs is 0 (give a whole number from 1)"),
    "age": ({"base_max_age": -1}, "error: base_max_age is -1 (give a number from 0)"),
    "cost": ({"max_cost": -0.5}, "error: max_cost is -0.5 (give a number from 0)"),
    "wait": ({"wait": float("nan")}, "error: wait is nan (give a number from 0)"),
}


@pytest.mark.parametrize(("keys", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(keys: dict[str, Any], message: str, tickets: Path) -> None:
    with pytest.raises(UsageError) as caught:
        check("main", tickets, **keys)
    assert str(caught.value) == message
    assert not (tickets.parent / ".gemini-eval").exists()


def test_a_timeout_and_a_margin_are_held_as_flags_are(tickets: Path) -> None:
    with pytest.raises(UsageError) as caught:
        run(tickets, timeout=-1)
    assert str(caught.value) == "error: timeout is -1 (give a number from 0)"
    for margin in (0, 1.0, -0.1):
        with pytest.raises(UsageError) as caught:
            compare("last", "last", margin=margin)
        assert str(caught.value) == f"error: margin is {margin} (give a share between 0 and 1: 0.05 for 5 points)"


def test_a_check_of_recordings_where_there_is_none_ends_as_on_the_command_line(tickets: Path) -> None:
    tickets.write_text(LIVE)
    git(tickets.parent, "commit", "--quiet", "--all", "--message=live")
    tickets.write_text(LIVE.replace("{{ text }}", "Say {{ text }}"))
    result = check("main", recordings_only=True)
    ended = gemini_eval(["check", "--base", "main", "--recordings-only", "-q"], tickets.parent)
    assert (result.exit_status, ended.status) == (4, 4)


def test_a_resumed_check_asks_for_what_it_asked_for(tickets: Path) -> None:
    first = check("main", "tickets.yaml", samples=2)
    assert samples_of(first.path) == {2}
    again = check("main", load_suite("tickets.yaml"), resume=first)
    assert (again.id, samples_of(again.path)) == (first.id, {2})
    assert samples_of(check("main", "tickets.yaml", samples=3, resume="last").path) == {3}


def samples_of(path: Path) -> set[int]:
    """What the header of a run says, and how many samples its cases have."""
    from gemini_eval.runs.cases import iter_cases
    from gemini_eval.runs.folder import RunFolder

    folder = RunFolder.open(path)
    return {folder.header["options"]["samples"], *(len(case.samples) for case in iter_cases(folder.cases))}
