"""What a check makes of several samples: votes are whole votes, and a case that wants its own number of samples has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gemini_eval.runs.folder import RunFolder
from tests.standin import Oracle, Rule, Script, StandIn
from tests.standin.script import Answer
from tests.support.cli import gemini_eval
from tests.support.steps import run_line
from tests.support.suites import write_files

SUITE = """\
version: 1
name: wine
models: gemini-4-hydrogen
params: {temperature: 1}
samples: {SAMPLES}
prompts: {p: {text: "Say it.\\nNote: {{ note }}"}}
assert: [exact_match]
cases: [{id: a, vars: {note: plum}, expected: red, must_pass: true, samples: {OWN}}, {id: b, vars: {note: fig}, expected: red}]
gate: [no_regression: {metric: pass_rate, margin: 0.05}]
"""
VOTE = "count: 3, vote: majority"


def checked(folder: Path, verb: str, samples: str, own: str, *rules: Rule) -> tuple[dict[str, Any], list[str], int]:
    """The comparison of the one variant, the gates that do not hold, and how many requests were sent."""
    write_files(folder, {"suite.yaml": SUITE.replace("SAMPLES", samples).replace("OWN", own)})
    for line in ("git init", "git add .", "git commit -m first", 'edit suite.yaml "Say it" "Say so"'):
        run_line(line, folder, {})
    with StandIn(Script(oracle=Oracle(answer="red"), rules=rules)) as server:
        environment = {"GEMINI_API_KEY": "key-of-the-stand-in-0123456789", "GOOGLE_GEMINI_BASE_URL": server.url}
        ended = gemini_eval([*verb.split(), "-j", "1", "-q"], folder, {**environment, "NO_GCE_CHECK": "true"})
    assert "Traceback" not in ended.stderr, ended.stderr
    header = RunFolder.open(folder / ".gemini-eval/runs/latest").header
    (variant,) = header["comparison"]["variants"]
    gates = [gate["gate"] for gate in header["gates"] if gate["status"] in ("fails", "warning")]
    return variant, gates, header["asked"]["sent"]


@pytest.mark.parametrize("verb", ["check --base main --samples 2", "aa suite.yaml --samples 2"])
def test_each_round_is_a_vote(tmp_path: Path, verb: str) -> None:
    """Two of the first three answers are wrong, which loses the first vote and not the second; of six answers they are few."""
    wrong = Rule(do=Answer(text="white"), contains="plum", times=2)
    variant, gates, sent = checked(tmp_path / "work", verb, VOTE, "", wrong)
    (tested,) = variant["tested"]
    assert (variant["before"]["samples"], variant["after"]["samples"], sent) == (2, 2, 24)
    assert (tested["before"], tested["after"]) == (0.75, 1.0)
    assert gates == []


@pytest.mark.parametrize("rounds", ["", " --samples 3", " --samples 8"])
def test_a_case_with_a_number_of_its_own_is_asked_as_often(tmp_path: Path, rounds: str) -> None:
    variant, gates, sent = checked(tmp_path / "work", f"check --base main{rounds}", "", "count: 5, require: 4")
    own, others = (8, 8) if "8" in rounds else (5, 3)
    assert (variant["before"]["samples"], variant["after"]["samples"], sent) == (own, own, 2 * (own + others))
    assert gates == []


def test_a_case_that_must_pass_so_often_newly_fails(tmp_path: Path) -> None:
    """The last two of the five answers are wrong on the head's side."""
    wrong = Rule(do=Answer(text="white"), contains="so.\nNote: plum", times=2)
    _, gates, _ = checked(tmp_path / "work", "check --base main", "", "count: 5, require: 4", wrong)
    assert gates == ["must_pass: a"]


def test_a_case_with_a_vote_of_its_own_number(tmp_path: Path) -> None:
    variant, gates, sent = checked(tmp_path / "work", "check --base main --samples 2", VOTE, "count: 5")
    assert (variant["after"]["samples"], sent, gates) == (2, 2 * 2 * (5 + 3), [])
