"""Where output goes: every report opens; closed, full or missing places end in a documented status, never a traceback."""

from __future__ import annotations

import csv
import json
import os
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.support.cli import PROGRAM, TIMEOUT_S, Ended, clean_environment, gemini_eval
from tests.support.pages import read_page

SUITE = """
version: 1
name: wines
task: classification
labels: [red, white]
models: {a: {answers: first}, b: {answers: second}}
variants: {one: {model: a}, two: {model: b, gated: false}}
data: rows.csv
gate: accuracy >= 0.5
"""
ROWS = 'id,first,second,expected,note\nr1,red,red,red,plain\nr2,white,red,white,"=1+1, and | <b>"\nr3,red,red,white,적포도주\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    (path / "suite.yaml").write_text(SUITE)
    (path / "rows.csv").write_text(ROWS)
    return path


def without_traceback(ended: Ended, status: int) -> None:
    assert (ended.status, "Traceback" in ended.stderr) == (status, False), ended.stderr


def test_every_format_is_written_and_opens(folder: Path) -> None:
    names = ["r.md", "r.html", "r.json", "r.jsonl", "r.csv", "r.parquet", "r.junit.xml"]
    without_traceback(gemini_eval(["run", "-q", "suite.yaml", *(f"-o{name}" for name in names)], folder), 0)

    assert "r3" in (folder / "r.md").read_text()
    assert "r3" in read_page((folder / "r.html").read_bytes()).text
    assert json.loads((folder / "r.json").read_text())["run"]["status"] == "done"
    lines = [json.loads(line) for line in (folder / "r.jsonl").read_text().splitlines()]
    assert len(lines) >= 6
    with (folder / "r.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert not [cell for row in rows for cell in row.values() if cell and cell.startswith("=")]
    import pyarrow.parquet

    assert pyarrow.parquet.read_table(folder / "r.parquet").num_rows == 6
    junit = ET.parse(folder / "r.junit.xml").getroot()
    assert len(list(junit.iter("testcase"))) >= 6
    assert len(list(junit.iter("failure"))) >= 1


def test_reports_of_a_saved_run_are_the_same_bytes(folder: Path) -> None:
    without_traceback(gemini_eval(["run", "-q", "suite.yaml", "-o", "a.json", "-o", "a.csv", "-o", "a.md"], folder), 0)
    without_traceback(gemini_eval(["report", "last", "-q", "-o", "b.json", "-o", "b.csv", "-o", "b.md"], folder), 0)
    for ending in ("json", "csv", "md"):
        assert (folder / f"a.{ending}").read_bytes() == (folder / f"b.{ending}").read_bytes()


def test_an_unknown_ending_is_told_before_anything_is_sent(folder: Path) -> None:
    ended = gemini_eval(["run", "suite.yaml", "-o", "report.docx"], folder)
    without_traceback(ended, 2)
    assert "docx" in ended.stderr
    assert not (folder / ".gemini-eval").exists()


WITHOUT_ASKING = ["report last", "score last", "compare last:one last:two"]


@pytest.mark.parametrize("command", ["run suite.yaml", "score last", "compare last:one last:two"])
def test_a_wrong_fail_code_is_told_before_anything_is_printed(folder: Path, command: str) -> None:
    without_traceback(gemini_eval(["run", "-q", "suite.yaml"], folder), 0)
    ended = gemini_eval(command.split(), folder, {"GEMINI_EVAL_FAIL_CODE": "many"})
    refused = "error: GEMINI_EVAL_FAIL_CODE is 'many'\n  mend: a whole number from 0 to 255\n"
    assert ended == Ended(2, "", refused)


def test_canonical_results_are_printed_and_no_report_is_written(folder: Path) -> None:
    without_traceback(gemini_eval(["run", "-q", "suite.yaml"], folder), 0)
    ended = gemini_eval(["report", "last", "--canonical", "-o", "r.json"], folder)
    refused = "error: --canonical prints its results and writes no report\n  mend: leave out -o; > FILE keeps what is printed\n"
    assert (ended, (folder / "r.json").exists()) == (Ended(2, "", refused), False)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere/report.md", "error: -o nowhere/report.md: there is no folder nowhere\n  mend: make it first\n"),
        ("there.md", "error: -o there.md: this is a folder\n  mend: name a file\n"),
    ],
)
def test_a_report_with_no_place_is_told_before_anything_is_printed_or_judged(path: str, message: str, folder: Path) -> None:
    (folder / "there.md").mkdir()
    without_traceback(gemini_eval(["run", "-q", "suite.yaml"], folder), 0)
    (folder / "suite.yaml").write_text(SUITE.replace("0.5", "0.9"))
    before = kept(folder)
    for command in WITHOUT_ASKING:
        assert gemini_eval([*command.split(), "-o", path], folder) == Ended(2, "", message)
    assert kept(folder) == before


def kept(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (folder / ".gemini-eval").rglob("*") if path.is_file()}


def test_a_step_summary_is_appended(folder: Path) -> None:
    summary = folder / "summary.md"
    summary.write_text("# Before\n")
    without_traceback(gemini_eval(["run", "-q", "suite.yaml"], folder, {"GITHUB_STEP_SUMMARY": str(summary)}), 0)
    assert summary.read_text().startswith("# Before\n")
    assert "wines" in summary.read_text()


def test_annotations_where_github_runs_it(folder: Path) -> None:
    (folder / "suite.yaml").write_text(SUITE.replace(">= 0.5", ">= 0.9"))
    assert "::error" not in gemini_eval(["run", "-q", "suite.yaml"], folder).stdout
    ended = gemini_eval(["run", "-q", "suite.yaml"], folder, {"GITHUB_ACTIONS": "true"})
    without_traceback(ended, 1)
    assert ended.stdout.splitlines()[-1].startswith("::error file=suite.yaml,title=Gate fails%3A wines · one::accuracy >= 0.9: ")


def test_annotations_name_files_from_the_top_of_the_checkout(folder: Path) -> None:
    (folder / "suite.yaml").write_text(SUITE.replace(">= 0.5", ">= 0.9"))
    below = folder / "below"
    below.mkdir()
    link = folder.parent / "link"
    link.symlink_to(folder.parent)
    top, outside = folder.parent, folder.parent / "elsewhere"
    for start, suite, workspace, told in (
        (folder, "suite.yaml", top, "work/suite.yaml"),
        (folder, "suite.yaml", link, "work/suite.yaml"),
        (below, "../suite.yaml", top, "work/suite.yaml"),
        (top, "work/suite.yaml", top, "work/suite.yaml"),
        (folder, "suite.yaml", outside, "suite.yaml"),
        (folder, "suite.yaml", "", "suite.yaml"),
    ):
        variables = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(workspace)}
        ended = gemini_eval(["run", "-q", suite], start, variables)
        without_traceback(ended, 1)
        assert ended.stdout.splitlines()[-1].startswith(f"::error file={told},title="), (start, ended.stdout)


def test_a_brief_report_is_a_page(folder: Path) -> None:
    without_traceback(gemini_eval(["run", "-q", "suite.yaml"], folder), 0)
    ended = gemini_eval(["report", "last", "--brief", "-o", "brief.md"], folder)
    without_traceback(ended, 0)
    assert len(ended.stdout.splitlines()) <= 60
    assert "**3 failed**" in (folder / "brief.md").read_text()


def through(command: str, folder: Path, **environment: str) -> Ended:
    """A line of the shell in which `ge` is the program; its status is that of `gemini-eval`."""
    script = f'set -o pipefail; ge() {{ {shlex.join(PROGRAM)} "$@"; }}; {command}'
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**clean_environment(folder), **environment},
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def quiet(ended: Ended) -> None:
    for noise in ("Traceback", "BrokenPipe", "Exception ignored"):
        assert noise not in ended.stderr, ended.stderr


@pytest.mark.parametrize("arguments", ["run -v suite.yaml", "list suite.yaml", "--help", "schema suite"])
def test_stdout_that_closes_early(arguments: str, folder: Path) -> None:
    ended = through(f"ge {arguments} | head -1", folder)
    quiet(ended)
    assert ended.status in (0, 141), ended
    assert ended.stdout.count("\n") == 1


@pytest.mark.parametrize("command", ["run", "score last", "compare last:two last:one --metric accuracy --strict"])
def test_a_reader_who_leaves_changes_no_decision(command: str, folder: Path) -> None:
    """`true` reads nothing: whatever is printed meets a broken pipe. The exit status is that of an output that was read."""
    verb, *more = command.split()
    suite = ["suite.yaml"] if verb == "run" else []
    (folder / "suite.yaml").write_text(SUITE.replace(">= 0.5", ">= 0.9"))
    without_traceback(gemini_eval(["run", "-q", "suite.yaml"], folder), 1)
    read = gemini_eval([verb, *suite, *more, "-o", "read.md"], folder)
    ended = through(shlex.join(["ge", verb, *suite, *more, "-o", "unread.md"]) + " | true", folder)
    quiet(ended)
    assert (ended.status, read.status != 0) == (read.status, True), (read, ended)
    assert (folder / "unread.md").is_file()


def test_stdout_that_is_closed_from_the_start(folder: Path) -> None:
    ended = through("ge run suite.yaml >&-", folder)
    quiet(ended)
    assert ended.status in (0, 3), ended


if sys.platform == "linux":

    def test_stdout_that_is_full(folder: Path) -> None:
        ended = through("ge run suite.yaml > /dev/full", folder)
        quiet(ended)
        assert ended.status == 3, ended
        assert "No space left" in ended.stderr


@pytest.mark.parametrize("locale", ["C", "POSIX", "ko_KR.EUC-KR", "no_such_locale"])
def test_any_locale(locale: str, folder: Path) -> None:
    ended = gemini_eval(["run", "suite.yaml"], folder, {"LC_ALL": locale, "LANG": locale, "PYTHONUTF8": "0"})
    without_traceback(ended, 0)
    assert "r3" in ended.stdout


def test_files_of_a_run_are_the_users_alone(folder: Path) -> None:
    without_traceback(gemini_eval(["run", "-q", "suite.yaml"], folder), 0)
    store = folder / ".gemini-eval"
    for path in [store, *store.rglob("*")]:
        if not path.is_symlink():
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_store_that_can_not_be_written(folder: Path) -> None:
    (folder / ".gemini-eval").write_text("in the way")
    ended = gemini_eval(["run", "suite.yaml"], folder)
    assert ended.status in (2, 3), ended
    assert "Traceback" not in ended.stderr
    assert ".gemini-eval" in ended.stderr


def test_a_folder_that_may_only_be_read(folder: Path) -> None:
    """Root may write all the same."""
    folder.chmod(0o500)
    try:
        ended = gemini_eval(["run", "suite.yaml"], folder)
    finally:
        folder.chmod(0o700)
    without_traceback(ended, 0 if os.geteuid() == 0 else 3)


def test_a_report_that_can_not_be_written(folder: Path) -> None:
    ended = gemini_eval(["run", "suite.yaml", "-o", "nowhere/report.md"], folder)
    assert ended.status in (0, 2, 3), ended
    assert "Traceback" not in ended.stderr


def test_colour_only_where_it_is_wanted(folder: Path) -> None:
    plain = gemini_eval(["run", "suite.yaml"], folder)
    forced = gemini_eval(["run", "suite.yaml"], folder, {"NO_COLOR": "", "FORCE_COLOR": "1"})
    both = gemini_eval(["run", "suite.yaml"], folder, {"NO_COLOR": "1", "FORCE_COLOR": "1"})
    assert "\x1b[" not in plain.stdout + plain.stderr
    assert "\x1b[" in forced.stdout
    assert "\x1b[" not in both.stdout


def test_another_working_folder_sees_the_same_suite(folder: Path) -> None:
    shutil.copytree(folder, folder.parent / "copy")
    ended = gemini_eval(["run", "-q", "../copy/suite.yaml"], folder)
    without_traceback(ended, 0)
