"""What the subcommands of `tune` share: how a job is shown, and how consent is asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import click

from gemini_eval.errors import Faults, UsageError
from gemini_eval.safe.secrets import redact
from gemini_eval.safe.terminal import for_terminal
from gemini_eval.suites.tuned import REGISTRY, read_registry
from gemini_eval.suites.workspace import Workspace
from gemini_eval.tuning.vertex.jobs import ENDED_BADLY, KEY, Job
from gemini_eval.verbs.tune.jobs import record

MOST_ROWS = 3
FAILED = 3
"""The exit status where a job did not make a model."""


def say(line: str) -> None:
    click.echo(redact(for_terminal(line)))


def aside(line: str) -> None:
    click.echo(redact(for_terminal(line)), err=True)


def consent(what: str, yes: bool, flag: str = "--yes") -> None:
    """Return where the user agrees to `what`: by the flag, or asked on a terminal. Raises `UsageError` where there is none."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"nobody has agreed to {what}, so nothing was done", f"agree with {flag}")
    if not click.confirm(for_terminal(f"Agree to {what}?"), err=True):
        raise click.Abort


def counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def tell_jobs(jobs: Iterable[Job]) -> None:
    for job in jobs:
        for line in job_lines(job):
            say(line)


def job_lines(job: Job) -> Iterator[str]:
    """One job, with what became of its data, its checkpoints, or why it failed."""
    parts = [f"{job.alias or job.id}: {job.state.lower().replace('_', ' ')}", job.base, f"job {job.id}"]
    yield " · ".join(part for part in parts if part)
    if job.examples is not None:
        tokens = f", {job.tokens:,} tokens billed" if job.tokens is not None else ""
        yield f"  {counted(job.examples, 'example')}, {job.dropped or 0:,} of them dropped or truncated{tokens}"
    for row, why in job.reasons[:MOST_ROWS]:
        yield f"    row {row}: {why}"
    if len(job.reasons) > MOST_ROWS:
        yield f"    and {len(job.reasons) - MOST_ROWS:,} more"
    for point in job.checkpoints:
        default = ", the default" if point.model and point.model == job.endpoint else ""
        yield f"  epoch {point.epoch}: {point.model or 'not deployed'}{default}"
    if job.error:
        yield f"  {job.error}"


@contextmanager
def committed(workspace: Workspace) -> Iterator[None]:
    """What is done in it may change the registry; if it has, the user is told."""
    before = read_registry(workspace.folder)
    there = (workspace.folder / REGISTRY).exists()
    try:
        yield
    finally:
        if read_registry(workspace.folder) != before:
            say(f"{REGISTRY}: {'written' if there else 'made'}; commit it")


def finish(workspace: Workspace, jobs: Sequence[Job], *, chosen: bool = True) -> int:
    """Record what was made, where the user has `chosen` these jobs: a project may have others. The exit status: a job that ended
    without a model failed, unless it was started again since. Raises `InputError` with all that could not be recorded."""
    faults = Faults()
    with committed(workspace):
        for job, alias in record(workspace, jobs, faults) if chosen else ():
            say(f"tuned:{alias} is {job.endpoint}")
    faults.raise_if_any()
    made = {job.labels.get(KEY) for job in jobs if job.usable}
    return FAILED if any(job.state in ENDED_BADLY and job.labels.get(KEY) not in made for job in jobs) else 0
