from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.errors import InputError
from gemini_eval.reports import RunView
from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.find import find_run
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.records import AnswerRecord, encode
from gemini_eval.runs.store import AnswerStore
from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.types import Response
from gemini_eval.verbs.check.itself import compare_with_itself
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.purge import Person, Purged, purge_case
from gemini_eval.verbs.run import run_suites
from tests.support.recordings import write_recording
from tests.support.suites import write_files
from tests.unit.cache.samples import run_verb

ANNA = "Anna Kowalska, Krakow"
SUITE = """\
version: 1
name: letters
models: "replay:recordings/letters.jsonl"
prompts: {ask: {template: ask.j2}}
data: cases.yaml
assert: [exact_match]
"""
CASES = f"""\
- {{id: anna, vars: {{letter: "Dear {ANNA}"}}, expected: polite, must_pass: true}}
- {{id: ben, vars: {{letter: Dear Ben}}, expected: polite, must_pass: true}}
- {{id: anna again, vars: {{letter: "Dear {ANNA}"}}, expected: rude}}
"""
ANSWERS = {"anna": f"rude to {ANNA}", "ben": "polite"}
OWN = ["anna", "anna again"]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Two runs of a suite, its recording and a cache; two cases, whose requests are equal, are of one person."""
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"letters.yaml": SUITE, "ask.j2": "Is this polite? {{ letter }}\n", "cases.yaml": CASES})
    recording = tmp_path / "recordings" / "letters.jsonl"
    recording.parent.mkdir()
    write_recording([tmp_path / "letters.yaml"], ANSWERS, recording)
    for _ in range(2):
        run_suites([tmp_path / "letters.yaml"], RunOptions())
    with AnswerCache(tmp_path / ".gemini-eval" / "cache.sqlite") as cache, AnswerStore([recording]) as store:
        for record in store.sorted():
            cache.put(record)
    return find_workspace(tmp_path)


def everything(folder: Path) -> bytes:
    """Every byte that is kept below the folder, but for what the user wrote."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "cases.yaml")


def purge_both(workspace: Workspace) -> list[Purged]:
    return [purge_case(workspace, Person(case)) for case in OWN]


def only_variant(run: RunFolder) -> dict[str, Any]:
    (variant,) = run.header["summary"]["suites"]["letters"]["variants"].values()
    return dict(variant)


def test_nothing_of_a_person_stays_anywhere(workspace: Workspace) -> None:
    assert everything(workspace.folder).count(ANNA.encode()) > 10
    runs = sorted((workspace.store_folder / "runs").glob("2*"), reverse=True)
    lines = [f".gemini-eval/runs/{run.name}/{file}.jsonl" for run in runs for file in ("answers", "cases")]
    first, second = purge_both(workspace)
    shared = ((".gemini-eval/cache.sqlite", 1), ("recordings/letters.jsonl", 1))
    assert first == Purged((*shared, *((line, 1) for line in lines)), ())
    assert second == Purged(tuple((line, 1) for line in lines), ())
    assert ANNA.encode() not in everything(workspace.folder)
    assert b"anna" not in everything(workspace.folder)


def test_what_is_of_others_stays(workspace: Workspace) -> None:
    before = find_run("last", workspace.store_folder)
    figures = only_variant(before)
    purge_both(workspace)
    run = find_run("last", workspace.store_folder)
    view = RunView.of(run)
    assert [case.case_id for case in view.cases()] == [case.case_id for case in view.failing()] + ["ben"] == ["ben"]
    variant = only_variant(run)
    assert (variant["cases"], variant["figures"]) == (3, figures["figures"])
    assert variant["must_pass_failed"] == {"count": 1, "first": []}
    assert ("must_pass: a purged case", "its data were removed") in [(gate.gate, gate.reason) for gate in view.gates]
    assert (run.header["purged"]["answers"], run.header["purged"]["cases"]) == (2, 2)
    with AnswerStore([workspace.folder / "recordings" / "letters.jsonl"]) as store:
        left = [record for record in store.sorted()]
    assert [record.case for record in left] == ["ben"]
    with AnswerCache(workspace.cache_file) as cache:
        assert cache.find([left[0].key]) == {left[0].key: left[0]}


def test_of_a_comparison_both_sides_and_what_it_names_go(workspace: Workspace) -> None:
    run = compare_with_itself([workspace.folder / "letters.yaml"], CheckOptions()).folder
    flips = [
        {"case_id": case, "before": text, "after": "", "before_failed": 0, "before_of": 1, "after_failed": 1, "after_of": 1}
        for case, text in (("anna", ANNA), ("ben", "polite"))
    ]
    variant = {"suite": "letters", "variant": "ask", "state": "compared", "newly_failing_count": 2}
    named = [
        {**variant, "newly_failing": flips, "newly_passing": flips[:1], "flaky": ["anna", "ben"]},
        {**variant, "suite": "others"},
    ]
    moved = {"kind": "cases_removed", "suite": "letters", "count": 2}
    comparison = {**run.header["comparison"], "variants": named, "bar_moved": [{**moved, "cases": ["anna", "ben"]}]}
    run.update_header(comparison=comparison)
    assert ANNA.encode() in run.base_cases.read_bytes()
    purge_both(workspace)
    assert ANNA.encode() not in everything(workspace.folder)
    assert b"anna" not in everything(workspace.folder)
    assert [case.case_id for case in iter_cases(run.base_cases)] == ["ben"]
    found = RunFolder.open(run.path).header["comparison"]
    assert found == {
        **comparison,
        "variants": [
            {**variant, "newly_failing": flips[1:], "newly_passing": [], "flaky": ["ben"]},
            {**variant, "suite": "others"},
        ],
        "bar_moved": [{**moved, "cases": ["ben"]}],
    }


def test_only_of_one_suite(workspace: Workspace) -> None:
    assert purge_case(workspace, Person("anna", "invoices")) == Purged((), ())
    assert purge_case(workspace, Person("anna", "letters")).removed[0] == (".gemini-eval/cache.sqlite", 1)


def test_again_there_is_nothing_to_do(workspace: Workspace) -> None:
    purge_both(workspace)
    kept = everything(workspace.store_folder / "runs")
    assert purge_both(workspace) == [Purged((), ()), Purged((), ())]
    assert everything(workspace.store_folder / "runs") == kept


def test_what_an_interrupted_process_left_goes_too(workspace: Workspace) -> None:
    run = find_run("last", workspace.store_folder)
    shutil.copy(run.cases, run.path / "cases.jsonl.new")
    shutil.copy(run.path / "run.json", run.path / ".0123456789abcdef.tmp")
    shutil.copytree(run.path, workspace.store_folder / "expired" / run.id)
    purge_both(workspace)
    assert ANNA.encode() not in everything(workspace.folder)
    assert sorted(path.name for path in run.path.iterdir()) == ["answers.jsonl", "cases.jsonl", "lock", "run.json"]


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(f"rude to {ANNA}".encode(), f"rude_to {ANNA}".encode()))


def test_damaged_lines_go_since_nobody_can_say_whose_they_are(workspace: Workspace) -> None:
    run = find_run("last", workspace.store_folder)
    for path in (run.answers, run.cases, workspace.cache_file, workspace.folder / "recordings" / "letters.jsonl"):
        damage(path)
    purged = purge_case(workspace, Person("anna"))
    assert dict(purged.removed)[f".gemini-eval/runs/{run.id}/answers.jsonl"] == 2
    assert purged.left == ()
    purge_case(workspace, Person("anna again"))
    assert ANNA.encode() not in everything(workspace.folder)


def test_a_damaged_line_of_a_recording_is_named(workspace: Workspace) -> None:
    recording = workspace.folder / "recordings" / "letters.jsonl"
    recording.write_bytes(recording.read_bytes().replace(b'"case":"ben"', b'"case":"bem"'))
    (recording.parent / "data.jsonl").write_text('{"case": "ben"}\n')
    number = 1 + [b'"bem"' in line for line in recording.read_bytes().splitlines()].index(True)
    told = f"recordings/letters.jsonl:{number} is damaged, and nobody can say whose it is: look at it"
    assert purge_case(workspace, Person("nobody")) == Purged((), (told,))


def test_a_run_whose_header_is_damaged_loses_its_lines_all_the_same(workspace: Workspace) -> None:
    run = find_run("last", workspace.store_folder)
    (run.path / "run.json").write_bytes(b"{")
    purged = purge_case(workspace, Person("anna"))
    assert purged.left[0].startswith(f"{run.path / 'run.json'} is damaged: ")
    purge_case(workspace, Person("anna again"))
    assert ANNA.encode() not in run.answers.read_bytes()
    assert [case.case_id for case in iter_cases(run.cases)] == ["ben"]


def test_a_run_in_use_is_left_and_told(workspace: Workspace) -> None:
    run = find_run("last", workspace.store_folder)
    with RunFolder.open(run.path).lock():
        purged = purge_case(workspace, Person("anna"))
    assert purged.left == (f"the run {run.id} is in use by another process",)
    assert ANNA.encode() in run.answers.read_bytes()
    assert purge_case(workspace, Person("anna")).left == ()


def test_an_id_that_no_case_can_have(workspace: Workspace) -> None:
    with pytest.raises(InputError) as caught:
        purge_case(workspace, Person("\udcff"))
    assert caught.value.faults[0].reason.startswith("no case has the id '\\udcff': ")


def test_what_looks_like_the_id_elsewhere_is_no_case_of_it(workspace: Workspace) -> None:
    """In a call, a text, or as a part of another id."""
    recording = workspace.folder / "recordings" / "calls.jsonl"
    answers = [Response('{"case":"x"}', calls=({"case": "x"},)), Response("x"), Response("x")]
    records = [
        AnswerRecord(n, f"{n:064x}", "letters", "ask", case, 0, "m", answer)
        for n, (case, answer) in enumerate(zip(["y", 'x"', "x"], answers, strict=True))
    ]
    recording.write_bytes(b"".join(map(encode, records)))
    assert purge_case(workspace, Person("x")) == Purged((("recordings/calls.jsonl", 1),), ())
    assert recording.read_bytes() == b"".join(map(encode, records[:2]))


# ---- the command line --------------------------------------------------------------------------------------


def test_the_verb_says_what_went_from_where(workspace: Workspace) -> None:
    run = find_run("last", workspace.store_folder)
    status, stdout, stderr = run_verb("purge", ["--case", "anna", "--yes"], workspace.folder)
    assert (status, stderr) == (0, "")
    assert f"removed       1 from .gemini-eval/runs/{run.id}/answers.jsonl\n" in stdout
    assert stdout.startswith("removed       1 from .gemini-eval/cache.sqlite\nremoved       1 from recordings/letters.jsonl\n")
    status, stdout, stderr = run_verb("purge", ["--case", "anna", "--suite", "letters", "-y"], workspace.folder)
    assert (status, stdout) == (5, "")
    assert f'no run, cache or recording in {workspace.folder} keeps anything of case "anna" of suite "letters"' in stderr


def test_the_verb_tells_what_it_had_to_leave(workspace: Workspace) -> None:
    runs = sorted((workspace.store_folder / "runs").glob("2*"))
    with RunFolder.open(runs[0]).lock(), RunFolder.open(runs[1]).lock():
        status, stdout, stderr = run_verb("purge", ["--case", "anna", "--yes"], workspace.folder)
    assert (status, stdout.count("removed")) == (3, 2)
    assert stderr == (
        f"left: the run {runs[1].name} is in use by another process\n"
        f"error: not everything was removed: the run {runs[0].name} is in use by another process\n"
        "  mend: purge again when that has been seen to\n"
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "purge takes either --case or --older-than"),
        (["--case", "a", "--older-than", "3d"], "purge takes either --case or --older-than"),
        (["--older-than", "3d", "--suite", "letters"], "--suite goes with --case"),
        (["--case", "anna"], "there is nobody to ask whether to remove it"),
        (["--older-than", "99999999w", "--yes"], "--older-than: that is before all years"),
    ],
)
def test_the_verb_refuses_what_it_can_not_do(workspace: Workspace, arguments: list[str], reason: str) -> None:
    status, stdout, stderr = run_verb("purge", arguments, workspace.folder)
    assert (status, stdout) == (2, "")
    assert stderr.startswith(f"error: {reason}\n")
    assert ANNA.encode() in everything(workspace.store_folder)


@pytest.mark.parametrize(("answer", "is_kept"), [("n", True), ("y", False)])
def test_the_verb_asks_first_on_a_terminal(workspace: Workspace, answer: str, is_kept: bool) -> None:
    ours, terminal = os.openpty()
    os.write(ours, f"{answer}\n".encode())
    status, stdout, stderr = run_verb("purge", ["--case", "anna"], workspace.folder, terminal)
    os.close(terminal)
    os.close(ours)
    asked = f'Remove all that is kept of case "anna" in {workspace.folder}? It can\'t be brought back [y/N]: '
    assert (status, stderr.strip()) == (0, asked.strip())
    assert (stdout == "nothing was removed\n") is is_kept
    assert (b'"case":"anna"' in everything(workspace.store_folder)) is is_kept


def test_the_verb_removes_what_is_old(workspace: Workspace) -> None:
    first, second = sorted((workspace.store_folder / "runs").glob("2*"))
    first.rename(first.with_name("20200131t093000Z-letters-000000"))
    with AnswerCache(workspace.cache_file) as cache, AnswerStore([workspace.folder / "recordings" / "letters.jsonl"]) as store:
        cache.put(replace(next(store.sorted()), at="2020-01-31T09:30:00.000Z"))
    status, stdout, stderr = run_verb("purge", ["--older-than", "1d", "--yes"], workspace.folder)
    assert (status, stdout, stderr) == (0, "removed run 20200131t093000Z-letters-000000\nremoved 1 cached answer\n", "")
    assert [path.name for path in (workspace.store_folder / "runs").glob("2*")] == [second.name]
