"""The scripts of ci/ with the program itself: a change that does harm, and a fork's change that nobody may ask."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checks.scenes import HARM, KEY, Scene, server_for, truth_of
from tests.ci.jobs import Job, place
from tests.standin import StandIn
from tests.support.cli import ROOT

TRUTH = truth_of([1])


@pytest.fixture
def server() -> Iterator[StandIn]:
    with server_for(TRUTH) as running:
        yield running


@pytest.fixture
def job(tmp_path: Path, server: StandIn) -> Job:
    """A job in a repository whose candidate does harm; the program is this one."""
    scene = Scene.laid(1, tmp_path / "work", server, TRUTH)
    scene.propose(HARM)
    program = tmp_path / "gemini-eval"
    program.write_text(f'#!/bin/sh\nexec env PYTHONPATH="{ROOT}" "{sys.executable}" -P -m gemini_eval "$@"\n')
    program.chmod(0o755)
    environment = {
        "GEMINI_EVAL_CI_PROGRAM": str(program),
        "GEMINI_API_KEY": KEY,
        "GOOGLE_GEMINI_BASE_URL": server.url,
        "NO_GCE_CHECK": "true",
    }
    return Job(scene.folder, environment)


def commit(folder: Path) -> str:
    done = subprocess.run(["git", "rev-parse", "main"], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_change_that_does_harm_fails_the_job_and_leaves_its_reports(job: Job) -> None:
    job.put("place.json", place(base=commit(job.folder)))
    checked = job.run("check", GEMINI_EVAL_CI_SUITES="*.yaml", GEMINI_EVAL_CI_ARGS="--strict")
    assert checked.status == 0, checked
    assert job.read("outcome.json")["status"] == 2  # gemini-eval.yaml is no suite
    checked = job.run("check", GEMINI_EVAL_CI_SUITES="suite.yaml")
    assert job.read("outcome.json")["status"] == 1, checked
    report = (job.kept / "report.md").read_text()
    assert report.startswith("<!-- gemini-eval: check -->\n✗ ")
    assert commit(job.folder)[:7] in report
    assert job.read("report.json")["comparison"]["variants"][0]["tested"][0]["decision"]["decision"] == "regressed"
    assert job.run("status", "end").status == 1


def test_a_forks_change_that_no_recording_answers_is_neutral(job: Job) -> None:
    job.put("place.json", place(base=commit(job.folder), fork=True))
    checked = job.run("check", GEMINI_EVAL_CI_SUITES="suite.yaml")
    assert job.read("outcome.json")["status"] == 4, checked
    assert "need a maintainer's run" in (job.kept / "report.md").read_text().replace("\\", "")
    assert job.run("status", "end").status == 0
