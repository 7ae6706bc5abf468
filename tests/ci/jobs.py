"""The scripts of ci/ as a job runs them: processes of their own, in the environment that GitHub or GitLab gives."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ci.standin import TOKEN
from tests.support.cli import ROOT, Ended, clean_environment

OURS, NEWER, OLDER = "a" * 40, "b" * 40, "c" * 40


@dataclass
class Job:
    """A job's working copy and its working folder beside it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> Path:
        return self.folder.parent / "ci"

    @property
    def before(self) -> Path:
        return self.folder.parent / "ci.before"

    def run(self, *verb: str, **extra: str) -> Ended:
        given = {
            "PYTHONPATH": "",
            "GEMINI_EVAL_CI_DIR": str(self.kept),
            "GEMINI_EVAL_CI_BACKOFF_S": "0",
            **self.environment,
            **extra,
        }
        environment = clean_environment(self.folder, given)
        command = [sys.executable, "-I", str(ROOT / "ci"), *verb]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
        ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert TOKEN not in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended

    def put(self, name: str, value: Mapping[str, Any] | str) -> None:
        self.kept.mkdir(exist_ok=True)
        (self.kept / name).write_text(value if isinstance(value, str) else json.dumps(value))

    def read(self, name: str) -> dict[str, Any]:
        found = json.loads((self.kept / name).read_text())
        assert isinstance(found, dict)
        return found


def github(folder: Path, event: Mapping[str, Any], kind: str = "pull_request", sha: str = OURS, **extra: str) -> Job:
    """A job of the repository us/suites for an event."""
    folder.mkdir(exist_ok=True)
    path = folder.parent / "event.json"
    path.write_text(json.dumps(event))
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_EVENT_NAME": kind,
        "GITHUB_REPOSITORY": "us/suites",
        "GITHUB_SHA": sha,
        "GITHUB_SERVER_URL": "https://forge.example",
        "GITHUB_RUN_ID": "99",
        **extra,
    }
    return Job(folder, environment)


def pull_request(head: str, base: str, source: str | None = "us/suites") -> dict[str, Any]:
    """The event of pull request 7. `source` None: its repository is gone."""
    repo = {"full_name": source} if source else None
    return {
        "number": 7,
        "pull_request": {"head": {"sha": head, "repo": repo, "ref": "$(touch pwned)"}, "base": {"sha": base, "ref": "main"}},
        "repository": {"default_branch": "main"},
    }


def place(**changes: Any) -> dict[str, Any]:
    """place.json as `where` leaves it for pull request 7."""
    return {
        "system": "github",
        "event": "pull_request",
        "project": "us/suites",
        "number": 7,
        "head": OURS,
        "base": OLDER,
        "fork": False,
        "writes": True,
        "default_branch": "main",
        "on_default_branch": False,
        "name": "check",
        **changes,
    }
