"""What is kept of a comparison where the workspace says that less is kept: as of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.runs.folder import RunFolder
from tests.support.cli import gemini_eval
from tests.support.steps import run_line
from tests.support.suites import write_files

SUITE = """\
version: 1
name: letters
models: {said: {answers: said}}
prompts: {p: {text: "PROMPT {{ letter }}"}}
data: rows.csv
assert: [exact_match]
"""
ROWS = "id,letter,said,expected\n"
GOOD = "".join(f"c{n},Dear Anna {n},polite,polite\n" for n in range(4))
BAD = "".join(f"c{n},Dear Anna {n},rude to Anna,polite\n" for n in range(4))


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (folder / ".gemini-eval").rglob("*") if path.is_file())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository in which the answers got worse."""
    found = tmp_path / "work"
    write_files(found, {"letters.yaml": SUITE, "rows.csv": ROWS + GOOD, "gemini-eval.yaml": "version: 1\n"})
    for line in ("git init", "git add .", "git commit -m first", "edit letters.yaml PROMPT OTHER"):
        run_line(line, found, {})
    (found / "rows.csv").write_text(ROWS + BAD)
    return found


def keep(folder: Path, what: str) -> None:
    (folder / "gemini-eval.yaml").write_text(f"version: 1\nstore: {{{what}}}\n")


@pytest.mark.parametrize("verb", ["check --base main", "aa letters.yaml", "run letters.yaml --against last"])
def test_no_answers_and_no_prompts(folder: Path, verb: str) -> None:
    keep(folder, "answers: none, prompts: hash")
    gemini_eval(["run", "letters.yaml", "-q"], folder)
    ended = gemini_eval(verb.split(), folder)
    assert ended.status in (0, 1), ended
    assert b"rude to Anna" not in everything(folder) and b"Dear Anna" not in everything(folder)
    run = RunFolder.open(folder / ".gemini-eval/runs/latest")
    assert run.header["redacted"] == {"answers": "none", "prompts": "hash"}


def test_flipped_cases_are_told_with_hashes(folder: Path) -> None:
    keep(folder, "answers: none")
    ended = gemini_eval(["check", "--base", "main"], folder)
    run = RunFolder.open(folder / ".gemini-eval/runs/latest")
    (variant,) = run.header["comparison"]["variants"]
    flips = variant["newly_failing"]
    assert [flip["case_id"] for flip in flips] == ["c0", "c1", "c2", "c3"]
    assert {(flip["before"][:7], flip["after"][:7], flip["reason"]) for flip in flips} == {("sha256:", "sha256:", "")}
    assert "4 newly broken" in ended.stdout and "rude to Anna" not in ended.stdout


def test_all_is_kept_otherwise(folder: Path) -> None:
    ended = gemini_eval(["check", "--base", "main"], folder)
    assert "rude to Anna" in ended.stdout and everything(folder).count(b"rude to Anna") > 4


def test_old_runs_go_when_a_check_begins(folder: Path) -> None:
    assert gemini_eval(["aa", "letters.yaml", "-q"], folder).status == 0
    keep(folder, "retention_days: 1")
    runs = folder / ".gemini-eval/runs"
    (old,) = runs.glob("2*")
    old.rename(runs / f"20200101t000000Z-{old.name.partition('-')[2]}")
    assert gemini_eval(["check", "--base", "main", "-q"], folder).status == 1
    assert [path.name[:4] == "2020" for path in runs.glob("2*")] == [False]
