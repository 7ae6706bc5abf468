"""Which revision a change is compared with, in real clones, shallow and whole, from the events that GitHub and GitLab give."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ci.jobs import Job, github, pull_request
from tests.support.cli import Ended, clean_environment

COMMITS = 260
"""On each side: more than the first step of deepening fetches."""


def git(folder: Path, *arguments: str) -> str:
    environment = clean_environment(
        folder, {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    )
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass(frozen=True)
class Origin:
    """A repository: `fork` is where `change` left `main`, `merge` what GitHub merges for pull request 7."""

    path: Path
    fork: str
    main: str
    change: str
    merge: str


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    path = tmp_path_factory.mktemp("origin") / "repository"
    path.mkdir()
    git(path, "init", "--quiet", "--initial-branch=main")
    (path / "suite.yaml").write_text("version: 1\n")
    git(path, "add", ".")
    git(path, "commit", "--quiet", "-m", "first")
    fork = git(path, "rev-parse", "HEAD")
    stream = []
    for branch in ("main", "change"):
        for number in range(COMMITS):
            parent = f"from {fork}\n" if number == 0 else ""
            stream.append(
                f"commit refs/heads/{branch}\ncommitter a <a@b.example> {number} +0000\ndata 1\n{branch[0]}\n{parent}\n"
            )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=path, input="".join(stream).encode(), check=True)
    main, change = git(path, "rev-parse", "main"), git(path, "rev-parse", "change")
    tree = git(path, "rev-parse", f"{fork}^{{tree}}")
    merge = git(path, "commit-tree", tree, "-p", main, "-p", change, "-m", "merge")
    git(path, "update-ref", "refs/pull/7/merge", merge)
    return Origin(path, fork, main, change, merge)


def clone(origin: Origin, tmp_path: Path, commit: str, depth: int | None = 1) -> Path:
    """As actions/checkout does it: one commit fetched and checked out, no branch."""
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", origin.path.as_uri())
    what = [f"--depth={depth}", "origin"] if depth else ["origin", "+refs/heads/*:refs/remotes/origin/*"]
    git(folder, "fetch", "--quiet", "--no-tags", *what, commit)
    git(folder, "checkout", "--quiet", "--detach", commit)
    return folder


def outputs(ended: Ended) -> dict[str, str]:
    return dict(line.split("=", 1) for line in ended.stdout.splitlines())


def reached(job: Job, base: str) -> str:
    return git(job.folder, "merge-base", base, "HEAD")


@pytest.mark.parametrize("depth", [1, None])
def test_a_pull_requests_base_is_the_first_parent_of_its_merge(origin: Origin, tmp_path: Path, depth: int | None) -> None:
    """Also where the event's own base is an older one."""
    job = github(clone(origin, tmp_path, origin.merge, depth), pull_request(origin.change, origin.fork), sha=origin.merge)
    ended = job.run("where")
    assert (ended.status, ended.stderr) == (0, "")
    assert outputs(ended) == {
        "base": origin.main,
        "fork": "false",
        "comment": "true",
        "publish": "false",
        "restore-cache": "true",
        "save-cache": "false",
        "cache-key": "gemini-eval-main-check-",
    }
    assert reached(job, origin.main) == origin.main
    assert job.read("place.json")["head"] == origin.change
    assert not (job.folder / "pwned").exists()


@pytest.mark.parametrize("depth", [1, 150, None])
def test_a_shallow_clone_of_the_branch_is_deepened_until_the_merge_base(
    origin: Origin, tmp_path: Path, depth: int | None
) -> None:
    job = github(clone(origin, tmp_path, origin.change, depth), pull_request(origin.change, origin.main), sha=origin.change)
    ended = job.run("where")
    assert (ended.status, outputs(ended)["base"]) == (0, origin.main)
    assert reached(job, origin.main) == origin.fork


@pytest.mark.parametrize("base", ["main", "origin/main"])
def test_a_base_that_is_given_by_name(base: str, origin: Origin, tmp_path: Path) -> None:
    event = pull_request(origin.change, origin.main)
    job = github(clone(origin, tmp_path, origin.change), event, sha=origin.change, GEMINI_EVAL_CI_BASE=base)
    assert outputs(job.run("where"))["base"] == "origin/main"
    assert reached(job, "origin/main") == origin.fork


@pytest.mark.parametrize("base", ["--upload-pack=touch pwned", "+main:main", "no such", "-h"])
def test_what_is_no_revision_gets_nowhere(base: str, origin: Origin, tmp_path: Path) -> None:
    event = pull_request(origin.change, origin.main)
    job = github(clone(origin, tmp_path, origin.change), event, sha=origin.change, GEMINI_EVAL_CI_BASE=base)
    ended = job.run("where")
    assert (ended.status, "is no revision to compare with" in ended.stdout) == (2, True)
    assert job.read("outcome.json")["status"] == 2


def test_no_merge_base_says_what_to_do(origin: Origin, tmp_path: Path) -> None:
    job = github(clone(origin, tmp_path, origin.change), pull_request(origin.change, "d" * 40), sha=origin.change)
    ended = job.run("where")
    assert ended.status == 2
    assert "fetch-depth: 0 on GitHub, GIT_DEPTH: 0 on GitLab" in ended.stdout


def test_a_password_in_the_remotes_address_is_not_told(origin: Origin, tmp_path: Path) -> None:
    folder = clone(origin, tmp_path, origin.change)
    git(folder, "remote", "set-url", "origin", "http://gitlab-ci-token:hunter2@127.0.0.1:9/us/suites.git")
    ended = github(folder, pull_request(origin.change, origin.main), sha=origin.change).run("where")
    assert (ended.status, "git fetch failed" in ended.stdout, "hunter2" in ended.stdout) == (2, True, False)


def test_a_merge_group(origin: Origin, tmp_path: Path) -> None:
    event = {"merge_group": {"base_sha": origin.main, "head_sha": origin.merge}, "repository": {"default_branch": "main"}}
    job = github(clone(origin, tmp_path, origin.merge), event, "merge_group", origin.merge)
    found = outputs(job.run("where"))
    assert (found["base"], found["fork"], found["comment"]) == (origin.main, "false", "false")


def test_a_push_to_the_default_branch_keeps_its_answers(origin: Origin, tmp_path: Path) -> None:
    event = {"before": origin.fork, "repository": {"default_branch": "main"}}
    job = github(clone(origin, tmp_path, origin.main), event, "push", origin.main, GITHUB_REF="refs/heads/main")
    found = outputs(job.run("where"))
    assert (found["base"], found["save-cache"]) == (origin.fork, "true")
    job.environment["GITHUB_REF"] = "refs/heads/other"
    assert outputs(job.run("where"))["save-cache"] == "false"


@pytest.mark.parametrize("kind", ["push", "workflow_dispatch"])
def test_where_nothing_was_before_the_default_branch_is_the_base(kind: str, origin: Origin, tmp_path: Path) -> None:
    event = {"before": "0" * 40, "repository": {"default_branch": "main"}}
    job = github(clone(origin, tmp_path, origin.change), event, kind, origin.change, GITHUB_REF="refs/heads/change")
    assert outputs(job.run("where"))["base"] == "origin/main"
    assert reached(job, "origin/main") == origin.fork


def test_a_maintainers_job_for_a_pull_request(origin: Origin, tmp_path: Path) -> None:
    """The workflow ran on main; what it has checked out is the change."""
    event = {"repository": {"default_branch": "main"}}
    job = github(clone(origin, tmp_path, origin.change), event, "workflow_dispatch", origin.main, GEMINI_EVAL_CI_PULL_REQUEST="7")
    found = outputs(job.run("where", GEMINI_EVAL_CI_STATUS_NAME="gemini-eval (fork)"))
    assert (found["base"], found["fork"], found["comment"], found["publish"]) == ("origin/main", "false", "true", "true")
    assert job.read("place.json")["head"] == origin.change


@pytest.mark.parametrize(("source", "actor"), [("stranger/suites", "stranger"), (None, "gone"), ("us/suites", "dependabot[bot]")])
def test_a_strangers_change(source: str | None, actor: str, origin: Origin, tmp_path: Path) -> None:
    event = pull_request(origin.change, origin.main, source)
    job = github(clone(origin, tmp_path, origin.merge), event, sha=origin.merge, GITHUB_ACTOR=actor)
    found = outputs(job.run("where", GEMINI_EVAL_CI_STATUS_NAME="gemini-eval"))
    assert [found[name] for name in ("fork", "comment", "publish", "restore-cache")] == ["true", "false", "false", "false"]


@pytest.mark.parametrize("kind", ["pull_request_target", "workflow_run"])
def test_events_that_would_give_a_fork_secrets_are_refused(kind: str, origin: Origin, tmp_path: Path) -> None:
    job = github(clone(origin, tmp_path, origin.merge), pull_request(origin.change, origin.main), kind, origin.merge)
    ended = job.run("where")
    assert (ended.status, "use pull_request" in ended.stdout) == (2, True)


@pytest.mark.parametrize(
    "name",
    [
        ".gemini-eval/cache.sqlite",
        "deep/.gemini-eval/runs/x/answers.jsonl",
        ".gemini-eval-ci/outcome.json",
        ".Gemini-Eval/cache.sqlite",
        "deep/.GEMINI-EVAL",
        ".gemini-eval-CI/outcome.json",
    ],
)
def test_a_change_can_not_bring_answers(name: str, origin: Origin, tmp_path: Path) -> None:
    folder = clone(origin, tmp_path, origin.merge)
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text("mine")
    git(folder, "add", "--force", name)
    ended = github(folder, pull_request(origin.change, origin.main), sha=origin.merge).run("where")
    assert (ended.status, "is committed" in ended.stdout) == (2, True)


def test_the_working_folder_is_no_change_of_the_checkout(origin: Origin, tmp_path: Path) -> None:
    """On GitLab it lies in the checkout, which the program says to be as its commit has it."""
    folder = clone(origin, tmp_path, origin.merge)
    job = github(folder, pull_request(origin.change, origin.main), sha=origin.merge)
    for _ in range(2):
        assert job.run("where", GEMINI_EVAL_CI_DIR=str(folder / ".gemini-eval-ci")).status == 0
        assert (folder / ".gemini-eval-ci/place.json").is_file()
        assert git(folder, "status", "--porcelain") == ""


def test_a_link_can_not_stand_in_for_the_store(origin: Origin, tmp_path: Path) -> None:
    folder = clone(origin, tmp_path, origin.merge)
    (folder / ".gemini-eval").symlink_to(tmp_path)
    git(folder, "add", "--force", ".gemini-eval")
    assert github(folder, pull_request(origin.change, origin.main), sha=origin.merge).run("where").status == 2


def test_a_name_that_can_not_stand_in_a_marker(origin: Origin, tmp_path: Path) -> None:
    event = pull_request(origin.change, origin.main)
    job = github(clone(origin, tmp_path, origin.merge), event, sha=origin.merge, GEMINI_EVAL_CI_NAME="a --> b")
    assert job.run("where").status == 2


# ---- GitLab ----------------------------------------------------------------------------------------------


def gitlab(folder: Path, origin: Origin, **extra: str) -> Job:
    environment = {
        "GITLAB_CI": "true",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_PROJECT_ID": "5",
        "CI_DEFAULT_BRANCH": "main",
        "CI_COMMIT_SHA": origin.change,
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "GEMINI_EVAL_CI_TOKEN": "x",
    }
    return Job(folder, environment | extra)


@pytest.mark.parametrize("depth", [1, 20])
def test_a_merge_request(origin: Origin, tmp_path: Path, depth: int) -> None:
    job = gitlab(clone(origin, tmp_path, origin.change, depth), origin, CI_MERGE_REQUEST_DIFF_BASE_SHA=origin.fork)
    found = outputs(job.run("where"))
    assert (found["base"], found["fork"], found["comment"]) == (origin.fork, "false", "true")
    assert reached(job, origin.fork) == origin.fork


def test_a_merged_result(origin: Origin, tmp_path: Path) -> None:
    merged = {
        "CI_COMMIT_SHA": origin.merge,
        "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result",
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": origin.main,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": origin.change,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": origin.fork,
    }
    job = gitlab(clone(origin, tmp_path, origin.merge), origin, **merged)
    assert outputs(job.run("where"))["base"] == origin.main
    assert job.read("place.json")["head"] == origin.change


def test_without_a_diff_base_the_target_branch_is_the_base(origin: Origin, tmp_path: Path) -> None:
    assert outputs(gitlab(clone(origin, tmp_path, origin.change), origin).run("where"))["base"] == "origin/main"


def test_a_forks_merge_request(origin: Origin, tmp_path: Path) -> None:
    job = gitlab(clone(origin, tmp_path, origin.change), origin, CI_MERGE_REQUEST_SOURCE_PROJECT_ID="6")
    found = outputs(job.run("where"))
    assert (found["fork"], found["comment"], found["restore-cache"]) == ("true", "false", "false")


def test_the_default_branch_on_gitlab(origin: Origin, tmp_path: Path) -> None:
    job = gitlab(clone(origin, tmp_path, origin.main), origin)
    job.environment = {name: value for name, value in job.environment.items() if "MERGE_REQUEST" not in name}
    pushed = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": origin.fork}
    job.environment |= {**pushed, "CI_COMMIT_SHA": origin.main}
    found = outputs(job.run("where"))
    assert (found["base"], found["save-cache"], found["comment"]) == (origin.fork, "true", "false")


def test_outside_of_ci(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    ended = Job(folder).run("where")
    assert (ended.status, ended.stdout) == (2, "")
    assert ended.stderr == "error: this is neither GitHub Actions nor GitLab CI (GITHUB_ACTIONS, GITLAB_CI)\n"
