"""The base's policy binds a change whatever the change does to workspace files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import gemini_eval
from tests.support.steps import run_line
from tests.support.suites import write_files

SUITE = """\
version: 1
name: t
models: {one: {answers: one}}
assert: [exact_match]
cases: [{id: a, vars: {one: x}, expected: x}]
gate: [no_regression: {metric: pass_rate, margin: MARGIN}]
"""
POLICY = "version: 1\npolicy: {max_margin: 0.05}\n"
FREE = "version: 1\n"
OWN = "specs/gemini-eval.yaml"
REFUSED = "is over the 0.05 that the base's policy allows"


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ({"gemini-eval.yaml": POLICY}, {"gemini-eval.yaml": FREE}),
        ({"gemini-eval.yaml": POLICY}, {"gemini-eval.yaml": POLICY, OWN: FREE}),
        ({"gemini-eval.yaml": POLICY}, {}),
        ({OWN: POLICY}, {}),
        ({OWN: POLICY}, {"gemini-eval.yaml": FREE}),
        ({"gemini-eval.yaml": FREE, OWN: POLICY}, {"gemini-eval.yaml": FREE}),
    ],
    ids=["edited", "one of its own", "taken away", "the folder's taken away", "moved up", "one of two taken away"],
)
def test_the_bases_workspace_binds(tmp_path: Path, base: dict[str, str], head: dict[str, str]) -> None:
    folder = tmp_path / "work"
    write_files(folder, {"specs/s.yaml": SUITE.replace("MARGIN", "0.05"), **base})
    for line in ("git init", "git add .", "git commit -m first"):
        run_line(line, folder, {})
    for name in base.keys() - head.keys():
        (folder / name).unlink()
    write_files(folder, {"specs/s.yaml": SUITE.replace("MARGIN", "0.5"), **head})
    ended = gemini_eval(["check", "--base", "main", "-q", "specs/s.yaml"], folder)
    assert (ended.status, REFUSED in ended.stderr) == (2, True), ended


def test_suites_of_two_workspaces_are_not_checked_under_the_first_ones_policy(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    suite = SUITE.replace("MARGIN", "0.05")
    lax = {"lax/gemini-eval.yaml": FREE, "lax/l.yaml": suite.replace("name: t", "name: l")}
    write_files(folder, {"gemini-eval.yaml": POLICY, "specs/s.yaml": suite, **lax})
    for line in ("git init", "git add .", "git commit -m first"):
        run_line(line, folder, {})
    write_files(folder, {"specs/s.yaml": SUITE.replace("MARGIN", "0.5")})
    ended = gemini_eval(["check", "--base", "main", "-q", "lax/l.yaml", "specs/s.yaml"], folder)
    assert (ended.status, ended.stdout, ended.stderr) == (
        2,
        "",
        "error: the suites belong to several workspaces of the base (lax/gemini-eval.yaml and gemini-eval.yaml), and each has a "
        "policy of its own\n  mend: check the suites of each workspace by themselves\n",
    )


def test_a_workspace_of_its_own_that_nobody_had_is_fine(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    write_files(folder, {"specs/s.yaml": SUITE.replace("MARGIN", "0.5")})
    for line in ("git init", "git add .", "git commit -m first"):
        run_line(line, folder, {})
    write_files(folder, {OWN: FREE})
    ended = gemini_eval(["check", "--base", "main", "-q", "specs/s.yaml"], folder)
    assert ended.status == 0, ended
