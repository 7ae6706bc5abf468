"""Where a job runs: on which system, for which change, of whom. Read from the environment of GitHub Actions or GitLab CI."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from outputs import Trouble, folder, read_json, setting

System = Literal["github", "gitlab"]
GITHUB: System = "github"
GITLAB: System = "gitlab"
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}")
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
NO_COMMIT = re.compile(r"0*")
MERGED = ("merged_result", "merge_train")
DEPENDABOT = "dependabot[bot]"


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One job's place.

    `project` is "owner/name" on GitHub, the target project's number on GitLab; `number` the pull or merge request's, 0 without;
    `head` the commit that the change's branch had when the job began; `base` the revision to compare with, "" until it is
    known; `fork` where the change may be a stranger's; `writes` where the job's token may comment.
    """

    system: System
    event: str
    project: str
    number: int
    head: str
    base: str
    fork: bool
    writes: bool
    default_branch: str
    on_default_branch: bool
    name: str = "check"


def look() -> Place:
    """The place as `where` left it."""
    kept = read_json(folder() / "place.json")
    if kept is None:
        raise Trouble("there is no place.json: the step «where» has not run or has failed")
    return Place(**kept)


def read_place() -> Place:
    """Raises `Trouble` where this is no CI, or an event that can't be checked safely."""
    name = setting("NAME", "check")
    if not SAFE_NAME.fullmatch(name) or "--" in name:
        raise Trouble(f"the name {name!r} can't stand in a comment's marker: use letters, digits, spaces and . _ -")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return dataclasses.replace(_on_github(_event()), name=name)
    if os.environ.get("GITLAB_CI") == "true":
        return dataclasses.replace(_on_gitlab(os.environ), name=name)
    raise Trouble("this is neither GitHub Actions nor GitLab CI (GITHUB_ACTIONS, GITLAB_CI)")


# ---- GitHub ----------------------------------------------------------------------------------------------


def _event() -> dict[str, Any]:
    path = os.environ.get("GITHUB_EVENT_PATH", "")
    event = read_json(Path(path)) if path else None
    if event is None:
        raise Trouble(f"GITHUB_EVENT_PATH names no event file: {path!r}")
    return event


def _on_github(event: Mapping[str, Any]) -> Place:
    kind = os.environ.get("GITHUB_EVENT_NAME", "")
    if kind in ("pull_request_target", "workflow_run"):
        raise Trouble(f"{kind} would give secrets to a fork's files: use pull_request; docs/ci.md says how forks are checked")
    repository = os.environ.get("GITHUB_REPOSITORY", "")
    branch = _text(_within(event, "repository"), "default_branch")
    plain = Place(
        system=GITHUB,
        event=kind,
        project=repository,
        number=_number(setting("PULL_REQUEST", "0")),
        head=commit(os.environ.get("GITHUB_SHA", "")),
        base=_github_base(kind, event, branch),
        fork=False,
        writes=True,
        default_branch=branch,
        on_default_branch=kind == "push" and os.environ.get("GITHUB_REF") == f"refs/heads/{branch}",
    )
    if kind != "pull_request":
        return plain
    pull = _within(event, "pull_request")
    head = _within(pull, "head")
    stranger = _text(_within(head, "repo"), "full_name") != repository or os.environ.get("GITHUB_ACTOR") == DEPENDABOT
    number = _number(event.get("number", 0))
    return dataclasses.replace(plain, number=number, head=commit(_text(head, "sha")), fork=stranger, writes=not stranger)


def _github_base(kind: str, event: Mapping[str, Any], branch: str) -> str:
    if kind == "pull_request":
        return _text(_within(_within(event, "pull_request"), "base"), "sha")
    if kind == "merge_group":
        return _text(_within(event, "merge_group"), "base_sha")
    if kind == "push" and not NO_COMMIT.fullmatch(_text(event, "before")):
        return _text(event, "before")
    return f"origin/{branch}" if branch else "origin/HEAD"


# ---- GitLab ----------------------------------------------------------------------------------------------


def _on_gitlab(environment: Mapping[str, str]) -> Place:
    """For a merged result the target's own commit is the base, else the one that GitLab shows differences to."""
    branch = environment.get("CI_DEFAULT_BRANCH", "")
    kind = environment.get("CI_PIPELINE_SOURCE", "")
    target = environment.get("CI_MERGE_REQUEST_PROJECT_ID", "")
    merged = environment.get("CI_MERGE_REQUEST_EVENT_TYPE") in MERGED
    base = environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "") if merged else ""
    base = base or environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", "")
    if not base and environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        base = f"origin/{environment['CI_MERGE_REQUEST_TARGET_BRANCH_NAME']}"
    before = environment.get("CI_COMMIT_BEFORE_SHA", "")
    fork = bool(target) and target != environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID")
    if not base:
        base = f"origin/{branch}" if NO_COMMIT.fullmatch(before) else before
    return Place(
        system=GITLAB,
        event=kind,
        project=target or environment.get("CI_PROJECT_ID", ""),
        number=_number(environment.get("CI_MERGE_REQUEST_IID") or 0),
        head=commit(environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environment.get("CI_COMMIT_SHA", "")),
        base=base,
        fork=fork,
        writes=bool(setting("TOKEN")) and not fork,
        default_branch=branch,
        on_default_branch=kind != "merge_request_event" and bool(branch) and environment.get("CI_COMMIT_BRANCH") == branch,
    )


# ---- helpers ---------------------------------------------------------------------------------------------


def commit(text: str) -> str:
    """Raises `Trouble` where it is no full commit id."""
    if not COMMIT.fullmatch(text):
        raise Trouble(f"{text!r} is no full commit id")
    return text


def _within(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = record.get(name)
    return found if isinstance(found, dict) else {}


def _text(record: Mapping[str, Any], name: str) -> str:
    found = record.get(name)
    return found if isinstance(found, str) else ""


def _number(text: object) -> int:
    if not str(text).isdecimal():
        raise Trouble(f"{text!r} is no number of a pull or merge request")
    return int(str(text))
