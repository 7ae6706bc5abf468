"""`check` where there is nothing to check, or the base can't be read: refused in plain words."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.cli import clean_environment, gemini_eval
from tests.support.suites import write_files

SUITE = """\
version: 1
name: tickets
prompts: {p: {text: "{{ text }}"}}
models: {said: {answers: said}}
assert: [exact_match]
cases: [{id: a, vars: {text: one, said: x}, expected: x}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "work"
    write_files(found, {"suite.yaml": SUITE})
    git(found, "init", "--quiet", "--initial-branch=main")
    commit(found)
    return found


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    subprocess.run(["git", *who, *words], cwd=folder, env=clean_environment(folder), check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=some")


def test_a_selection_of_nothing(folder: Path) -> None:
    ended = gemini_eval(["check", "--base", "main", "-k", "nothing"], folder)
    assert (ended.status, ended.stdout) == (5, "")
    assert ended.stderr == "error: no case is selected\n  mend: see what there is with: gemini-eval list SUITE\n"


def test_a_workspace_without_a_suite(folder: Path) -> None:
    (folder / "suite.yaml").unlink()
    deleted = gemini_eval(["check", "--base", "main", "-q"], folder)
    assert deleted.status == 0 and "The bar moved: 1 suite deleted." in deleted.stdout
    commit(folder)
    empty = gemini_eval(["check", "--base", "main"], folder)
    assert empty.status == 2 and "holds no suite" in empty.stderr


def test_a_base_that_is_broken_is_named_by_its_commit_and_compared_with_nothing(folder: Path) -> None:
    (folder / "suite.yaml").write_text(SUITE.replace("exact_match", "exact_mtach"))
    commit(folder)
    (folder / "suite.yaml").write_text(SUITE)
    ended = gemini_eval(["check", "--base", "main"], folder)
    assert ended.status == 0, ended
    assert "the base's version can't be loaded: unknown metric \"exact_mtach\"" in " ".join(ended.stdout.split())


def test_a_committed_store(folder: Path) -> None:
    assert gemini_eval(["run", "suite.yaml", "-q"], folder).status == 0
    git(folder, "add", "--force", ".gemini-eval/runs")
    ended = gemini_eval(["check", "--base", "main"], folder)
    assert ended.status == 2
    assert ended.stderr.startswith("error: .gemini-eval is committed, so that a change could bring its own answers\n")


def test_the_store_is_no_change_of_the_working_tree(folder: Path) -> None:
    """A CI job puts its cache back, and not the file that hides it from git."""
    write_files(folder / ".gemini-eval", {"other": ""})
    ended = gemini_eval(["check", "--base", "main"], folder)
    assert ended.status == 0 and "working tree" in ended.stdout
    assert "uncommitted" not in ended.stdout
    (folder / "new.txt").touch()
    assert "with uncommitted changes" in gemini_eval(["check", "--base", "main"], folder).stdout


def test_a_store_that_is_committed_in_other_letters(folder: Path) -> None:
    """Where the file system does not tell them apart, it is the store."""
    assert gemini_eval(["run", "suite.yaml", "-q"], folder).status == 0
    write_files(folder / ".Gemini-Eval", {"runs/x/answers.jsonl": ""})
    git(folder, "add", ".Gemini-Eval")
    ended = gemini_eval(["check", "--base", "main"], folder)
    assert ended.status == 2
    assert ended.stderr == (
        "error: .Gemini-Eval is committed, so that a change could bring its own answers\n"
        "  mend: take it out of git: git rm -r --cached .Gemini-Eval\n"
    )


def test_a_base_whose_rows_cannot_be_read_is_compared_with_nothing(folder: Path) -> None:
    (folder / "rows.csv").write_text("id,text,said,expected\na,one,x,x\na,two,x,x\n")
    (folder / "suite.yaml").write_text(SUITE.replace(SUITE[SUITE.index("cases:") :], "data: rows.csv\n"))
    commit(folder)
    (folder / "rows.csv").write_text("id,text,said,expected\na,one,x,x\n")
    ended = gemini_eval(["check", "--base", "main"], folder)
    assert ended.status == 0, ended
    assert "the base's version can't be loaded: two cases have the id \"a\"" in " ".join(ended.stdout.split())
    assert "gemini-eval-base-" not in ended.stdout + ended.stderr
