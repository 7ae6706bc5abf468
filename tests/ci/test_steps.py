"""`check`, `resume`, `keep` and `status`: the program's exit status on its way to the job's.

The program in these tests is a small script that notes how it was called and ends as it is told: what is tested is what stands
round it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ci.jobs import NEWER, OLDER, OURS, Job, place
from tests.ci.standin import TOKEN, Fault, Forge, serving
from tests.support.cli import ROOT, clean_environment, wait_for

PROGRAM = """import json, os, signal, sys
from pathlib import Path
here = Path({folder!r})
(here / "called.json").write_text(json.dumps({{"arguments": sys.argv[1:], "environment": dict(os.environ)}}))
if "--wait-for-a-signal" in sys.argv:
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    (here / "waiting").touch()
    signal.pause()
if "--die" in sys.argv:
    os.kill(os.getpid(), signal.SIGKILL)
sys.exit(int(os.environ.get("STATUS", "0")))
"""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    folder = tmp_path / "work"
    (folder / "specs").mkdir(parents=True)
    for name in ("a.yaml", "b.yaml", "--set=x.yaml"):
        (folder / "specs" / name).touch()
    (tmp_path / "program.py").write_text(PROGRAM.format(folder=str(tmp_path)))
    program = tmp_path / "gemini-eval"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{tmp_path}/program.py" "$@"\n')
    program.chmod(0o755)
    found = Job(folder, {"GEMINI_EVAL_CI_PROGRAM": str(program)})
    found.put("place.json", place())
    return found


def called(job: Job) -> dict[str, Any]:
    found = json.loads((job.folder.parent / "called.json").read_text())
    assert isinstance(found, dict)
    return found


def reports(job: Job) -> list[str]:
    return [word for name in ("report.md", "report.json", "report.junit.xml") for word in ("-o", str(job.kept / name))]


def test_the_program_gets_the_inputs_as_words(job: Job) -> None:
    ended = job.run(
        "check",
        GEMINI_EVAL_CI_SUITES="specs/*.yaml 'other one.yaml'",
        GEMINI_EVAL_CI_ARGS="--max-cost 5 --wait '10 m'",
        GEMINI_EVAL_CI_LANG="ko",
    )
    assert (ended.status, ended.stderr) == (0, "")
    flags = ["--lang", "ko", "--base", OLDER, "--sticky", "check", *reports(job)]
    suites = ["specs/--set=x.yaml", "specs/a.yaml", "specs/b.yaml", "other one.yaml"]
    assert called(job)["arguments"] == ["check", *flags, "--max-cost", "5", "--wait", "10 m", "--", *suites]
    assert job.read("outcome.json") == {"status": 0, "reason": "", "commit": OURS}


def test_a_files_name_is_never_a_flag(job: Job) -> None:
    (job.folder / "--max-cost=999.yaml").touch()
    assert job.run("check", GEMINI_EVAL_CI_SUITES="*.yaml").status == 0
    assert called(job)["arguments"][-2:] == ["--", "--max-cost=999.yaml"]


def test_no_file_name_is_a_command_to_the_runner(job: Job) -> None:
    """Both forms: GitHub's runner takes `::` where a line begins, and `##[` anywhere in it."""
    names = ("##[error]a.yaml", "b\n::error::b.yaml", "c\n ##[add-mask]c.yaml")
    for name in names:
        (job.folder / name).touch()
    ended = job.run("check", GEMINI_EVAL_CI_SUITES="*.yaml")
    assert called(job)["arguments"][-4:] == ["--", *names]
    told = ended.stdout.replace(str(job.folder.parent), "")
    assert told.partition(" -- ")[2] == "'## [error]a.yaml' 'b\n· ::error::b.yaml' 'c\n ## [add-mask]c.yaml'\n"


def test_the_program_never_sees_a_token(job: Job) -> None:
    tokens = {name: TOKEN for name in ("GEMINI_EVAL_CI_TOKEN", "GEMINI_EVAL_TOKEN", "GITHUB_TOKEN", "CI_JOB_TOKEN")}
    assert job.run("check", **tokens, GEMINI_API_KEY="a-key").status == 0
    assert TOKEN not in called(job)["environment"].values()
    assert called(job)["environment"]["GEMINI_API_KEY"] == "a-key"


def test_a_forks_change_is_answered_from_recordings_without_a_key(job: Job) -> None:
    job.put("place.json", place(fork=True))
    keys = {"GEMINI_API_KEY": "a-key", "GOOGLE_API_KEY": "a-key", "GOOGLE_APPLICATION_CREDENTIALS": "a-key"}
    assert job.run("check", **keys).status == 0
    assert called(job)["arguments"][:2] == ["check", "--recordings-only"]
    assert "a-key" not in called(job)["environment"].values()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"GEMINI_EVAL_CI_RECORDINGS_ONLY": "false"}, "recordings-only is «auto» or «true» for a fork's change"),
        ({"GEMINI_EVAL_CI_RECORDINGS_ONLY": "perhaps"}, "recordings-only is «auto» or «true» for a fork's change"),
        ({"GEMINI_EVAL_CI_SUITES": "'open"}, "the inputs «suites» and «args» are words as a shell splits them"),
    ],
)
def test_wrong_inputs_are_status_2(job: Job, settings: dict[str, str], reason: str) -> None:
    job.put("place.json", place(fork=True))
    assert job.run("check", **settings).status == 0
    assert job.read("outcome.json")["status"] == 2
    assert reason in job.read("outcome.json")["reason"]
    assert not (job.folder.parent / "called.json").exists()


def test_a_program_that_is_not_there(job: Job) -> None:
    assert job.run("check", GEMINI_EVAL_CI_PROGRAM="no-such-program").status == 0
    reason = "no-such-program can't be started: No such file or directory"
    assert job.read("outcome.json") == {"status": 2, "reason": reason, "commit": OURS}


def test_a_cancelled_jobs_signal_reaches_the_program(job: Job) -> None:
    settings = {"GEMINI_EVAL_CI_DIR": str(job.kept), "GEMINI_EVAL_CI_ARGS": "--wait-for-a-signal", **job.environment}
    process = subprocess.Popen(
        [sys.executable, "-I", str(ROOT / "ci"), "check"],
        cwd=job.folder,
        env=clean_environment(job.folder, settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_for((job.folder.parent / "waiting").exists, process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert (process.returncode, job.read("outcome.json")["status"]) == (0, 130)


def test_a_program_that_is_killed(job: Job) -> None:
    assert job.run("check", GEMINI_EVAL_CI_ARGS="--die").status == 0
    assert job.read("outcome.json") == {"status": 137, "reason": "ended by SIGKILL", "commit": OURS}


# ---- resuming --------------------------------------------------------------------------------------------


def earlier(job: Job, outcome: dict[str, Any] | None, **changes: Any) -> None:
    """What the try before left in its artifact."""
    run = job.before / "runs" / "20260131t093000Z-mood-5f2c1a"
    run.mkdir(parents=True)
    (run / "answers.jsonl").write_text("{}\n")
    (run / "out").symlink_to(job.folder)
    (job.before / "place.json").write_text(json.dumps(place(**changes)))
    if outcome is not None:
        (job.before / "outcome.json").write_text(json.dumps(outcome))


@pytest.mark.parametrize("outcome", [{"status": 3}, {"status": 130}, {"status": 137}, None])
def test_an_unfinished_run_of_the_same_commit_goes_on(job: Job, outcome: dict[str, Any] | None) -> None:
    earlier(job, outcome)
    assert job.run("resume").stdout == "resuming the earlier run\n"
    (run,) = (job.folder / ".gemini-eval" / "runs").iterdir()
    assert [file.name for file in run.iterdir()] == ["answers.jsonl"]
    assert oct((run / "answers.jsonl").stat().st_mode)[-3:] == "600"
    assert job.run("check").status == 0
    assert called(job)["arguments"][:2] == ["check", "--resume"]


@pytest.mark.parametrize(
    ("outcome", "changes"),
    [
        ({"status": 0}, {}),
        ({"status": 1}, {}),
        ({"status": 3}, {"head": NEWER}),
        ({"status": 3}, {"base": NEWER}),
        ({"status": 3}, {"name": "other"}),
    ],
)
def test_what_is_finished_or_of_another_commit_does_not(job: Job, outcome: dict[str, Any], changes: dict[str, Any]) -> None:
    earlier(job, outcome, **changes)
    ended = job.run("resume")
    assert (ended.status, ended.stdout.endswith("not resumed\n")) == (0, True)
    assert not (job.folder / ".gemini-eval").exists()
    assert job.run("check").status == 0
    assert "--resume" not in called(job)["arguments"]


def test_nothing_to_resume(job: Job) -> None:
    assert job.run("resume").stdout == "nothing to resume\n"


def test_runs_are_kept_for_the_artifact(job: Job) -> None:
    assert job.run("keep").status == 0
    run = job.folder / ".gemini-eval" / "runs" / "one"
    run.mkdir(parents=True)
    (run / "answers.jsonl").write_text("{}\n")
    (job.folder / ".gemini-eval" / "cache.sqlite").write_text("")
    assert job.run("keep").status == 0
    assert (job.kept / "runs" / "one" / "answers.jsonl").read_text() == "{}\n"
    assert not (job.kept / "cache.sqlite").exists()


# ---- status ----------------------------------------------------------------------------------------------

TABLE = [
    (0, "success", 0),
    (1, "failure", 1),
    (2, "failure", 2),
    (3, "action_required", 3),
    (4, "action_required", 4),
    (5, "failure", 5),
    (130, "cancelled", 130),
    (77, "failure", 77),
]


@pytest.mark.parametrize(("status", "conclusion", "left"), TABLE)
def test_the_jobs_exit_status_is_the_programs(job: Job, status: int, conclusion: str, left: int) -> None:
    assert job.run("check", STATUS=str(status)).status == 0
    outputs = job.folder.parent / "outputs"
    assert job.run("status", "end", GITHUB_OUTPUT=str(outputs)).status == left
    assert outputs.read_text() == f"conclusion={conclusion}\nexit-status={left}\n"


@pytest.mark.parametrize(("system", "left"), [("github", 0), ("gitlab", 4)])
def test_a_forks_undecided_change_is_neutral(job: Job, system: str, left: int) -> None:
    """GitLab's template allows its job to fail with 4."""
    job.put("place.json", place(system=system, fork=True))
    job.put("outcome.json", {"status": 4, "reason": ""})
    ended = job.run("status", "end")
    assert (ended.status, ended.stdout.splitlines()[0]) == (left, "conclusion=neutral")
    assert ended.stderr.startswith("warning: not decided. A fork's change is checked without secrets")


@pytest.mark.parametrize("status", [1, 2, 3])
def test_nothing_else_of_a_fork_is_neutral(job: Job, status: int) -> None:
    job.put("place.json", place(fork=True))
    job.put("outcome.json", {"status": status, "reason": ""})
    assert job.run("status", "end").status == status


def test_a_job_that_was_cut_off(job: Job) -> None:
    ended = job.run("status", "end")
    assert (ended.status, ended.stdout.splitlines()[0]) == (130, "conclusion=cancelled")


@pytest.mark.parametrize("begun", [True, False])
def test_a_check_run_of_its_own(job: Job, begun: bool) -> None:
    with serving(Forge(OURS)) as forge:
        job.environment |= {"GITHUB_API_URL": forge.url, "GEMINI_EVAL_CI_TOKEN": TOKEN, "GEMINI_EVAL_CI_STATUS_NAME": "prompts"}
        if begun:
            assert job.run("status", "start").status == 0
            assert forge.check_runs.pop() == {"name": "prompts", "head_sha": OURS, "status": "in_progress"}
        job.put("outcome.json", {"status": 1, "reason": ""})
        job.put("report.md", "# Worse\n")
        assert job.run("status", "end", GEMINI_EVAL_CI_PUBLISH="true").status == 1
        (sent,) = forge.check_runs
        output = {"title": "a gate failed or something got worse", "summary": "# Worse\n"}
        assert sent == {
            "name": "prompts",
            "status": "completed",
            "conclusion": "failure",
            "output": output,
            **({} if begun else {"head_sha": OURS}),
        }
        assert forge.seen[-1] == f"{'PATCH' if begun else 'POST'} /repos/us/suites/check-runs{'/31' if begun else ''}"


def test_a_check_run_that_is_refused_is_a_warning(job: Job) -> None:
    with serving(Forge(OURS, faults=[Fault(403)])) as forge:
        access = {"GITHUB_API_URL": forge.url, "GEMINI_EVAL_CI_TOKEN": TOKEN, "GEMINI_EVAL_CI_STATUS_NAME": "prompts"}
        job.put("outcome.json", {"status": 0, "reason": ""})
        ended = job.run("status", "end", GEMINI_EVAL_CI_PUBLISH="true", **access)
    assert (ended.status, ended.stderr.startswith("warning: the check run was not set: ")) == (0, True)


# ---- the folder between tries ------------------------------------------------------------------------------


def test_what_a_cache_put_back_becomes_the_try_before(job: Job) -> None:
    """On GitLab the working folder itself comes back."""
    ended = job.run("where")
    assert (ended.status, (job.before / "place.json").is_file(), (job.kept / "place.json").exists()) == (2, True, False)


def test_a_link_in_the_working_folders_place_is_not_followed(job: Job, tmp_path: Path) -> None:
    (job.kept / "place.json").unlink()
    job.kept.rmdir()
    target = tmp_path / "target"
    target.mkdir()
    job.kept.symlink_to(target)
    assert job.run("where").status == 2
    assert (list(target.iterdir()), job.kept.is_symlink()) == ([], False)


def test_a_verb_that_there_is_not(job: Job) -> None:
    ended = job.run("comment")
    assert (ended.status, ended.stderr.startswith("error: there is no «comment»; there are where, ")) == (2, True)


def test_modules_in_the_checkout_are_not_imported(job: Job) -> None:
    for name in ("json.py", "status.py", "outputs.py", "sitecustomize.py"):
        (job.folder / name).write_text("raise SystemExit('imported')\n")
    job.put("outcome.json", {"status": 0, "reason": ""})
    assert job.run("status", "end", PYTHONPATH=os.fspath(job.folder)).status == 0
