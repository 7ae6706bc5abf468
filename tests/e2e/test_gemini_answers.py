"""Answers that are none, or more than text: what becomes of each in a run."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reliability.world import MODEL, World, echoing, words, world, write_rows
from tests.standin import Answer, FunctionCall, Rule, StandIn


@dataclass(frozen=True)
class Odd:
    """An answer, and what the run makes of it: outcome, reason, whether the cache keeps it."""

    name: str
    answer: Answer
    outcome: str
    reason: str = ""
    cached: bool = True


CUT = "cut off at max_output_tokens before the answer was complete"
ODD = [
    Odd("blocked", Answer(block_reason="PROHIBITED_CONTENT"), "blocked", "no answer: finish reason blocked"),
    Odd("safety", Answer(finish_reason="SAFETY"), "blocked", "no answer: finish reason safety"),
    Odd("spii", Answer(finish_reason="SPII"), "blocked", "no answer: finish reason safety"),
    Odd("recitation", Answer(finish_reason="RECITATION"), "recitation", "no answer: finish reason recitation"),
    Odd("partial", Answer(text="0123", finish_reason="MAX_TOKENS"), "cut_off", CUT),
    Odd("thought away", Answer(text="", finish_reason="MAX_TOKENS", thoughts_tokens=32), "cut_off", CUT),
    Odd("empty", Answer(text=""), "empty", "the output is empty"),
    Odd("no candidates", Answer(candidates=False), "empty", "the output is empty", cached=False),
    Odd("a new reason", Answer(finish_reason="TIRED"), "empty", "the output is empty", cached=False),
    Odd(
        "a call",
        Answer(text="", function_calls=(FunctionCall("find", {"wine": "Rioja"}),)),
        "judged",
        "regex: no answer found in the output",
    ),
    Odd("wrong", Answer(text="no"), "judged", 'regex: the answer does not match "^[0-9a-f]{8}$": "no"'),
    Odd("thoughts", Answer(text="0123abcd", thoughts="Is it so? It is."), "judged"),
    Odd(
        "surrogate", Answer(text="0123abcd\U0001f347"), "judged", 'regex: the answer does not match "^[0-9a-f]{8}$": "0123abcd🍇"'
    ),
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One run that meets all of them, its reports written."""
    rules = tuple(Rule(odd.answer, contains=f"<{odd.name}>") for odd in ODD)
    with StandIn(echoing(rules=rules)) as server:
        one = world(tmp_path_factory.mktemp("odd") / "work", server, 0)
        write_rows(one.folder, [f"<{odd.name}>" for odd in ODD])
        ended = one.run("-o", "r.csv", "-o", "r.md", "-o", "r.junit.xml")
        (one.folder / "stdout").write_text(ended.stdout)
        assert ended.status == 1, ended.stderr
        yield one


def test_each_has_its_outcome(asked: World) -> None:
    found = [(case.outcome.value, case.reason) for case in asked.cases()]
    assert sorted(found) == sorted((odd.outcome, odd.reason) for odd in ODD)
    passed = [case.vars["number"] for case in asked.cases() if case.passed]
    assert passed == ["<thoughts>"]


def test_the_report_counts_them_apart(asked: World) -> None:
    told = words((asked.folder / "stdout").read_text())
    assert told.startswith(
        f"✗ 1 of 13 cases pass (ask@{MODEL}), but every case must. 9 cases came without an answer"
        " (3 blocked, 3 empty, 2 cut off, 1 recitation). Cost $"
    )
    with (asked.folder / "r.csv").open(newline="") as file:
        outcomes = [row["outcome"] for row in csv.DictReader(file)]
    assert sorted(outcomes) == sorted(odd.outcome for odd in ODD)


def test_thoughts_and_calls_are_recorded_beside_the_text(asked: World) -> None:
    by_number = {case.vars["number"]: case.samples[0].response for case in asked.cases()}
    call, thoughts, away = by_number["<a call>"], by_number["<thoughts>"], by_number["<thought away>"]
    assert call is not None and thoughts is not None and away is not None
    assert (call.text, call.calls) == ("", ({"name": "find", "args": {"wine": "Rioja"}},))
    assert (thoughts.text, thoughts.thought, thoughts.usage.thoughts) == ("0123abcd", "Is it so? It is.", 4)
    assert (away.text, away.finish_reason, away.usage.thoughts) == ("", "max_tokens", 32)


def test_what_can_not_be_explained_is_asked_again(asked: World) -> None:
    """The others are kept: a block is an answer of the model."""
    before = asked.calls()
    asked.run()
    again = [seen.body["contents"][0]["parts"][0]["text"] for seen in asked.server.requests[before:]]
    assert sorted(again) == sorted(f"Number <{odd.name}>" for odd in ODD if not odd.cached)


def test_a_new_version_of_the_model_expires_the_old_answers(tmp_path: Path) -> None:
    with StandIn(echoing(model_version="v1")) as server:
        one = world(tmp_path / "work", server, 4)
        one.run()
        server.reset(echoing(model_version="v2"))
        write_rows(one.folder, range(5))
        one.run()
        assert one.calls() == 1
        one.run()
        assert one.calls() == 5
