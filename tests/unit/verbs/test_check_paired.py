"""Which cases a check decides by, and which gates it holds of the variants that changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gemini_eval.runs.folder import RunFolder
from tests.standin import Oracle, Script, StandIn
from tests.support.cli import Ended, gemini_eval
from tests.support.steps import run_line
from tests.support.suites import write_files

TWO = """\
version: 1
name: wine
models: {one: {answers: one}, two: {answers: two}}
assert: [exact_match]
cases:
  - {id: m, vars: {one: red, two: TWO}, expected: red, must_pass: true}
  - {id: n, vars: {one: red, two: red}, expected: red}
gate: [{variant: data@one, require: "pass_rate >= 0.1"}]
"""


@pytest.mark.parametrize("arguments", ["check --base main --variant data@two", "run suite.yaml --variant data@two"])
def test_a_case_must_pass_where_the_gates_are_of_other_variants(tmp_path: Path, arguments: str) -> None:
    folder = tmp_path / "work"
    write_files(folder, {"suite.yaml": TWO.replace("TWO", "red")})
    for line in ("git init", "git add .", "git commit -m first"):
        run_line(line, folder, {})
    (folder / "suite.yaml").write_text(TWO.replace("TWO", "white"))
    ended = gemini_eval([*arguments.split(), "-q"], folder)
    assert ended.status == 1, ended
    gates = RunFolder.open(folder / ".gemini-eval/runs/latest").header["gates"]
    assert [gate["gate"] for gate in gates if gate["status"] == "fails"] == ["must_pass: m"]


RENAMED = """\
version: 1
name: wine
models: gemini-4-hydrogen
params: {temperature: 0}
prompts: {p: {text: "WORDS Note: {{ note }}"}}
assert: [exact_match]
cases: [CASES]
gate: [no_regression: {metric: pass_rate, margin: 0.05}]
"""


def suite(words: str, letter: str) -> str:
    rows = (f"{{id: {letter}{n}, vars: {{note: plum {n}}}, expected: red}}" for n in range(30))
    return RENAMED.replace("WORDS", words).replace("CASES", ", ".join(rows))


def checked(folder: Path) -> tuple[Ended, dict[str, Any]]:
    with StandIn(Script(oracle=Oracle(answer="red"))) as server:
        environment = {"GEMINI_API_KEY": "key-of-the-stand-in-0123456789", "GOOGLE_GEMINI_BASE_URL": server.url}
        ended = gemini_eval(["check", "--base", "main", "-q"], folder, {**environment, "NO_GCE_CHECK": "true"})
    return ended, RunFolder.open(folder / ".gemini-eval/runs/latest").header


def test_where_every_case_has_another_id_nothing_is_decided(tmp_path: Path) -> None:
    """The decision covers the ids that both sides have; what is added counts in absolute gates alone."""
    folder = tmp_path / "work"
    write_files(folder, {"suite.yaml": suite("One.", "a")})
    for line in ("git init", "git add .", "git commit -m first"):
        run_line(line, folder, {})
    (folder / "suite.yaml").write_text(suite("Another.", "b"))
    ended, header = checked(folder)
    (variant,) = header["comparison"]["variants"]
    assert (ended.status, variant["state"], variant["why"]) == (0, "not_decided", "the two sides have no case in common")
    (gate,) = header["gates"]
    assert (gate["status"], gate["reason"]) == ("inconclusive", "not decided: the two sides have no case in common")
    assert variant["crowds"] == [{"kind": kind, "cases": n, "before": rate, "after": rate} for kind, n, rate in CROWDS]


CROWDS = (("shared", 0, None), ("edited", 0, None), ("added", 30, 1.0))
