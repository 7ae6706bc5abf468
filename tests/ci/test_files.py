"""The YAML that is shipped for CI, read as its readers read it, and its shell lines as bash reads them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cli import ROOT, clean_environment, gemini_eval

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
GITLAB = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
STARTER = ROOT / "gemini_eval" / "verbs" / "starters" / "workflow.yaml"
PAGE = ROOT / "docs" / "ci.md"
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.M | re.S)
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
OURS = re.compile(r"OWNER/gemini-eval@COMMIT")
VERBS = ("where", "resume", "check", "keep", "comment start", "comment end", "status start", "status end")
EXPRESSION = re.compile(r"\$\{\{")


def page_blocks() -> list[dict[Any, Any]]:
    return [yaml.safe_load(text) for text in BLOCK.findall(PAGE.read_text())]


def workflows() -> list[dict[Any, Any]]:
    """The starter and the page's; YAML reads the key `on` as true."""
    return [
        yaml.safe_load(STARTER.read_text()),
        *(block for block in page_blocks() if isinstance(block, dict) and "jobs" in block),
    ]


def steps() -> list[dict[str, Any]]:
    found = [step for workflow in workflows() for job in workflow["jobs"].values() for step in job["steps"]]
    return [*ACTION["runs"]["steps"], *found]


def scripts() -> list[str]:
    """Every shell text: of the action, the workflows and GitLab's jobs."""
    jobs = [line for job in GITLAB.values() for key in ("before_script", "script") for line in job.get(key, [])]
    return [*(step["run"] for step in steps() if "run" in step), *jobs]


def yaml_files() -> Iterator[str]:
    yield from (
        (ROOT / "action.yml").read_text(),
        (ROOT / "ci" / "gitlab.yml").read_text(),
        STARTER.read_text(),
        PAGE.read_text(),
    )


@pytest.mark.parametrize("script", scripts())
def test_bash_reads_every_script(script: str) -> None:
    done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("script", scripts())
def test_no_expression_reaches_a_shell(script: str) -> None:
    """Branch names, titles and inputs come by `env:`, and stand in quotes."""
    assert not EXPRESSION.search(script)
    bare = re.sub(r'"[^"]*"|\'[^\']*\'', "", script)
    assert re.findall(r"\$(?!\?|\(mktemp -d\))[\w{(]+", bare) == []


@pytest.mark.parametrize("script", scripts())
def test_python_never_looks_for_modules_in_the_checkout(script: str) -> None:
    assert re.findall(r"(?:python3?\"?|bin/python\") (?!-I )", script) == []


def test_every_script_that_is_called_exists() -> None:
    called = [found for script in scripts() for found in re.findall(r'(?:/ci"|\bci) ((?:comment|status) \w+|[a-z]+)', script)]
    assert sorted(set(called)) == sorted(VERBS)
    assert (ROOT / "ci" / "__main__.py").is_file()


def test_every_action_is_pinned() -> None:
    used = [line.partition("uses:")[2].strip() for text in yaml_files() for line in text.splitlines() if "uses:" in line]
    assert used
    assert [name for name in used if not PINNED.fullmatch(name) and not OURS.match(name)] == []
    distinct = sorted({name for name in used if not OURS.match(name)})
    assert len({name.partition("@")[0] for name in distinct}) == len(distinct), "one version of each"


def test_the_check_always_runs() -> None:
    """A required status that a path filter keeps away blocks a change for ever."""
    for workflow in workflows():
        for event in (workflow[True] or {}).values():
            assert not {"paths", "paths-ignore"} & set(event or {})
    for job in GITLAB.values():
        for rule in job.get("rules", []):
            assert set(rule) <= {"if", "variables"}
        assert not {"only", "except"} & set(job)


def test_no_workflow_runs_a_forks_files_with_secrets() -> None:
    for workflow in workflows():
        assert not {"pull_request_target", "workflow_run"} & set(workflow[True])


def test_permissions_are_the_least() -> None:
    allowed = {"contents": "read", "pull-requests": "write", "checks": "write", "id-token": "write"}
    for workflow in workflows():
        assert workflow["permissions"].items() <= allowed.items()
        assert workflow["permissions"]["contents"] == "read"
        assert not any("permissions" in job for job in workflow["jobs"].values())


def test_checkouts_keep_no_token_and_have_the_history() -> None:
    found = [step["with"] for step in steps() if str(step.get("uses", "")).startswith("actions/checkout")]
    assert found
    assert [given for given in found if given.get("fetch-depth") != 0 or given.get("persist-credentials") is not False] == []


def test_tokens_go_only_to_the_steps_that_speak_to_the_api() -> None:
    verbs = {
        step["run"].rpartition('ci" ')[2].strip()
        for step in ACTION["runs"]["steps"]
        if "GEMINI_EVAL_CI_TOKEN" in step.get("env", {})
    }
    assert verbs == {"comment start", "comment end", "status start", "status end"}


def test_a_comment_never_makes_the_job_red() -> None:
    for step in ACTION["runs"]["steps"]:
        if "comment" in step.get("run", ""):
            assert step["continue-on-error"] is True
    (script,) = GITLAB[".gemini-eval"]["script"]
    assert all(line.endswith("|| true") for line in script.splitlines() if line.startswith("ci comment"))


def test_every_step_has_a_shell_and_every_input_a_use() -> None:
    assert [step["name"] for step in ACTION["runs"]["steps"] if "run" in step and step["shell"] != "bash"] == []
    text = (ROOT / "action.yml").read_text()
    assert [name for name in ACTION["inputs"] if f"inputs.{name}" not in text] == []
    assert sorted(set(re.findall(r"inputs\.([\w-]+)", text)) - set(ACTION["inputs"])) == []
    outputs = set(re.findall(r"steps\.where\.outputs\.([\w-]+)", text))
    assert outputs <= {"base", "fork", "comment", "publish", "restore-cache", "save-cache", "cache-key"}


def test_only_the_default_branch_saves_answers() -> None:
    saving = [step for step in ACTION["runs"]["steps"] if "cache" in step.get("uses", "")]
    assert [(step["uses"].split("@")[0], step["if"].partition("outputs.")[2]) for step in saving] == [
        ("actions/cache/restore", "restore-cache == 'true'"),
        ("actions/cache/save", "save-cache == 'true'"),
    ]
    policies = [rule.get("variables", {}).get("GEMINI_EVAL_CACHE_POLICY") for rule in GITLAB["gemini-eval"]["rules"]]
    assert policies == [None, "pull-push"]
    assert GITLAB[".gemini-eval"]["variables"]["GEMINI_EVAL_CACHE_POLICY"] == "pull"
    assert GITLAB[".gemini-eval"]["cache"][0]["policy"] == "$GEMINI_EVAL_CACHE_POLICY"


def test_only_a_fork_may_be_undecided_on_gitlab() -> None:
    assert {name: job.get("allow_failure") for name, job in GITLAB.items()} == {
        ".gemini-eval": None,
        "gemini-eval": None,
        "gemini-eval-fork": {"exit_codes": [4]},
    }
    assert GITLAB[".gemini-eval"]["artifacts"]["when"] == "always"


def test_the_table_of_the_page_is_the_programs() -> None:
    rows = re.findall(r"^\| (\d+) \|", PAGE.read_text(), re.M)
    assert rows == ["0", "1", "2", "3", "4", "5", "130"]


# ---- GitLab's script and the starter's, run --------------------------------------------------------------------


def on_path(tmp_path: Path, status: int) -> dict[str, str]:
    """A program of that name that notes its arguments and ends so."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "gemini-eval").write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/called"\nexit {status}\n')
    (folder / "gemini-eval").chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize(("fork", "status", "left"), [("5", 0, 0), ("5", 1, 1), ("5", 4, 4), ("6", 4, 4), ("6", 3, 3)])
def test_gitlabs_script_ends_as_the_program_does(fork: str, status: int, left: int, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    for arguments in (["init", "--quiet"], [*identity, "commit", "--quiet", "--allow-empty", "-m", "one"]):
        subprocess.run(["git", *arguments], cwd=work, check=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=work, capture_output=True, text=True, check=True).stdout.strip()
    environment = {
        "GITLAB_CI": "true",
        "TOOL": str(ROOT),
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_COMMIT_SHA": commit,
        "CI_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": fork,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": commit,
        "CI_PROJECT_DIR": str(work),
        "GEMINI_EVAL_CI_DIR": str(work / ".gemini-eval-ci"),
        **on_path(tmp_path, status),
    }
    (script,) = GITLAB[".gemini-eval"]["script"]
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=work,
        env=clean_environment(work, environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "no comment: " in done.stdout) == (left, True), done.stderr
    assert ("--recordings-only" in (tmp_path / "called").read_text()) == (fork == "6")


@pytest.mark.parametrize(
    ("fork", "status", "left"),
    [("false", 0, 0), ("false", 1, 1), ("false", 4, 4), ("true", 4, 0), ("true", 1, 1), ("true", 3, 3)],
)
def test_the_starters_step_is_neutral_for_a_fork_alone(fork: str, status: int, left: int, tmp_path: Path) -> None:
    (script,) = [step["run"] for step in steps() if "gemini-eval check" in step.get("run", "")]
    work = tmp_path / "work"
    work.mkdir()
    environment = clean_environment(work, {"BASE": "origin/a b", "FORK": fork, **on_path(tmp_path, status)})
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=work, env=environment, check=False)
    assert (done.returncode, (tmp_path / "called").read_text()) == (left, "check --base origin/a b\n")


# ---- pre-commit ------------------------------------------------------------------------------------------


def test_the_hooks_have_what_pre_commit_asks_for() -> None:
    assert [hook["id"] for hook in HOOKS] == ["gemini-eval-validate", "gemini-eval-check"]
    for hook in HOOKS:
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert (hook["language"], hook["pass_filenames"]) == ("python", False)
        assert hook["entry"].split()[0] == "gemini-eval"
    assert HOOKS[1]["stages"] == ["pre-push", "manual"]


@pytest.mark.parametrize(
    "name", ["specs/mood.yaml", "templates/a.j2", "specs/data/a.csv", "a.jsonl", "b.parquet", "gemini-eval.yml"]
)
def test_the_validate_hook_sees_what_suites_are_made_of(name: str) -> None:
    assert re.search(HOOKS[0]["files"], name)
    assert not re.search(HOOKS[0]["files"], "main.py")


def test_the_validate_hook_does_its_work(tmp_path: Path) -> None:
    folder = tmp_path / "place"
    folder.mkdir()
    assert gemini_eval(["init"], folder).status == 0
    command = [*HOOKS[0]["entry"].split()[1:], *HOOKS[0]["args"]]
    assert gemini_eval(command, folder).status == 0
    (suite,) = (folder / "specs").glob("*.yaml")
    suite.write_text(suite.read_text().replace("version: 1", "version: 1\nlabls: []"))
    broken = gemini_eval(command, folder)
    assert (broken.status, "did you mean" in broken.stderr) == (2, True)
