"""`check` where there is nothing to check, or the base can't be read: refused in plain words."""

from __future__ import annotations

import resource
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemini_eval.errors import RunError
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.redacted import redact_run
from gemini_eval.suites.workspace import find_workspace
from gemini_eval.verbs.check.base import base_files
from tests.support.cli import PROGRAM, clean_environment, gemini_eval
from tests.support.suites import ANSWERED, write_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "work"
    write_files(found, {"suite.yaml": ANSWERED})
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
    (folder / "suite.yaml").write_text(ANSWERED.replace("exact_match", "exact_mtach"))
    commit(folder)
    (folder / "suite.yaml").write_text(ANSWERED)
    ended = gemini_eval(["check", "--base", "main"], folder)
    assert ended.status == 0, ended
    assert "the base's version can't be loaded: unknown metric \"exact_mtach\"" in " ".join(ended.stdout.split())
    first = " ".join(ended.stdout.split()).partition(" Cost ")[0]
    assert first == "! Not compared, as the base's version can't be loaded: tickets. 1 of 1 cases pass (data@said)."
    brief = gemini_eval(["check", "--base", "main", "-q", "--lang", "ko"], folder)
    assert brief.stdout.startswith("! 기준 버전을 불러올 수 없어 비교하지 못했습니다: tickets. ")


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
    (folder / "suite.yaml").write_text(ANSWERED.replace(ANSWERED[ANSWERED.index("cases:") :], "data: rows.csv\n"))
    commit(folder)
    (folder / "rows.csv").write_text("id,text,said,expected\na,one,x,x\n")
    ended = gemini_eval(["check", "--base", "main"], folder)
    assert ended.status == 0, ended
    assert "the base's version can't be loaded: two cases have the id \"a\"" in " ".join(ended.stdout.split())
    assert "gemini-eval-base-" not in ended.stdout + ended.stderr


OTHER = ANSWERED.replace("name: tickets", "name: others")
LATEST = ".gemini-eval/runs/latest"


def header_of(folder: Path) -> bytes:
    return (folder / LATEST / "run.json").read_bytes()


@pytest.mark.parametrize(
    ("first", "second", "was", "now"),
    [
        ("run suite.yaml", "check --base main --resume", "run", "check"),
        ("run suite.yaml", "aa suite.yaml --resume", "run", "aa"),
        ("check --base main", "run suite.yaml --resume", "check", "run"),
        ("check --base main", "run suite.yaml --retry-errors", "check", "run"),
        ("check --base main", "score last", "check", "run"),
        ("aa suite.yaml", "check --base main --resume", "aa", "check"),
    ],
)
def test_a_run_of_another_verb_is_not_overwritten(folder: Path, first: str, second: str, was: str, now: str) -> None:
    assert gemini_eval([*first.split(), "-q"], folder).status == 0
    before, run = header_of(folder), (folder / LATEST).resolve().name
    ended = gemini_eval([*second.split(), "-q"], folder)
    assert (ended.status, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"error: the run {run} is of `{was}`, not of `{now}`\n"
        f"  mend: `gemini-eval {was} --resume {run}` goes on with it; or start anew, without it\n"
    )
    assert header_of(folder) == before


@pytest.mark.parametrize("verb", ["check --base main", "aa"])
def test_a_check_of_other_suites_is_not_overwritten(folder: Path, verb: str) -> None:
    (folder / "other.yaml").write_text(OTHER)
    assert gemini_eval([*verb.split(), "suite.yaml", "-q"], folder).status == 0
    before, run = header_of(folder), (folder / LATEST).resolve().name
    ended = gemini_eval([*verb.split(), "other.yaml", "-q", "--resume"], folder)
    assert (ended.status, ended.stdout) == (2, "")
    assert ended.stderr == (f"error: the run {run} was of tickets, not of others\n  mend: name its suites, or start a new run\n")
    assert header_of(folder) == before


def test_a_check_whose_answers_were_not_kept_is_not_resumed(folder: Path) -> None:
    assert gemini_eval(["check", "--base", "main", "-q"], folder).status == 0
    redact_run(RunFolder.open(folder / LATEST), answers=True, prompts=False)
    ended = gemini_eval(["check", "--base", "main", "--resume"], folder)
    assert ended.status == 2 and "were not kept (store: {answers: none})" in ended.stderr


def test_a_check_in_use_is_left_alone(folder: Path) -> None:
    assert gemini_eval(["check", "--base", "main", "-q"], folder).status == 0
    before = header_of(folder)
    with RunFolder.open(folder / LATEST).lock():
        ended = gemini_eval(["check", "--base", "main", "--resume"], folder)
    assert ended.status == 2 and "is in use by another process" in ended.stderr
    assert header_of(folder) == before


def test_no_room_for_the_bases_files(folder: Path) -> None:
    """A limit on the size of files stands in for the disk. Nothing was asked, so there is nothing to resume."""
    (folder / "rows.csv").write_text("id,text\n" + "".join(f"{n},some more words\n" for n in range(20_000)))
    commit(folder)
    temporary = folder.parent / "temporary"
    temporary.mkdir()

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [*PROGRAM, "check", "--base", "main"],
        cwd=folder,
        env=clean_environment(folder, {"TMPDIR": str(temporary)}),
        preexec_fn=limited,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert " cannot be written: " in done.stderr and "rows.csv" in done.stderr
    assert done.stderr.endswith("  mend: free some space, then try again; TMPDIR may name a folder on another disk\n")
    assert list(temporary.iterdir()) == [] and not (folder / ".gemini-eval/runs").exists()


@pytest.fixture
def temporary_nowhere(folder: Path) -> Iterator[None]:
    """Python's own setting of where temporary folders go: TMPDIR would be passed over where it names nothing."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "missing")
    yield
    tempfile.tempdir = before


@pytest.mark.usefixtures("temporary_nowhere")
def test_no_temporary_folder(folder: Path) -> None:
    with pytest.raises(RunError) as raised, base_files(find_workspace(folder), "main", [folder]):
        raise AssertionError("there is no folder for it")
    assert str(raised.value) == (
        "no temporary folder can be made: no such file or directory "
        "(free some space, or let TMPDIR name a folder that can be written to)"
    )
