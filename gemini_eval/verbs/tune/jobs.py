"""The jobs of a sweep: those that are there are found, the others started as the quota lets them, all watched to their end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from gemini_eval.errors import Faults, UsageError, did_you_mean
from gemini_eval.runs.folder import make_store
from gemini_eval.safe.files import FileLock
from gemini_eval.suites.tuned import read_registry
from gemini_eval.suites.workspace import Workspace
from gemini_eval.tuning.registry import add_tuned
from gemini_eval.tuning.vertex.failures import ServiceError
from gemini_eval.tuning.vertex.jobs import DONE, KEY, Job, Wanted
from gemini_eval.tuning.vertex.service import TuningService

MOST_MISSED = 10
"""Looks in a row that may fail before watching ends."""

EVERY_S = 60.0

Say = Callable[[str], None]
Pause = Callable[[float], None]
Guard = Callable[[], AbstractContextManager[None]]


@dataclass(slots=True)
class Sweep:
    """What was wanted, as far as it has come: `jobs` by the wanted key, `started` those that are new, `waiting` those for which
    there is no room yet; `refused` is what Vertex AI last said to that, '' where --at-once alone lets them wait."""

    jobs: dict[str, Job] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    waiting: list[Wanted] = field(default_factory=list)
    refused: str = ""

    @property
    def running(self) -> int:
        return sum(job.running for job in self.jobs.values())

    @property
    def over(self) -> bool:
        return not self.waiting and not self.running


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """One process at a time looks what there is and starts what there is not. Raises `RunError`."""
    lock = FileLock(make_store(workspace.store_folder) / "tuning.lock")
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def find_jobs(service: TuningService, wanted: Sequence[Wanted]) -> Sweep:
    """The jobs of these that are there and need no other. Raises `ServiceError`."""
    there = {job.labels[KEY]: job for job in reversed(service.find()) if job.usable}
    sweep = Sweep({one.key: there[one.key] for one in wanted if one.key in there})
    sweep.waiting = [one for one in wanted if one.key not in sweep.jobs]
    return sweep


def start_waiting(service: TuningService, sweep: Sweep, at_once: int | None = None) -> None:
    """Start what waits, until no further job may run. Raises `ServiceError` for anything but a quota."""
    sweep.refused = ""
    while sweep.waiting:
        if at_once is not None and sweep.running >= at_once:
            return
        wanted = sweep.waiting[0]
        try:
            sweep.jobs[wanted.key] = service.create(wanted)
        except ServiceError as error:
            if error.status != 429:
                raise
            sweep.refused = error.reason
            return
        sweep.started.append(wanted.key)
        sweep.waiting.pop(0)


def watch(
    service: TuningService,
    sweep: Sweep,
    say: Say,
    *,
    at_once: int | None = None,
    every_s: float = EVERY_S,
    guard: Guard = nullcontext,
    pause: Pause = time.sleep,
) -> None:
    """Look until every job has ended, and start what waits as there is room, inside of a `guard`. Raises `ServiceError`."""
    missed, told = 0, ""
    while not sweep.over:
        pause(every_s)
        try:
            _look(service, sweep, say)
            if sweep.waiting:
                with guard():
                    _join(service, sweep)
                    start_waiting(service, sweep, at_once)
            if sweep.refused and not sweep.running and sweep.refused != told:
                say(f"{sweep.refused}; none of this sweep is running, trying again")
                told = sweep.refused
        except ServiceError as error:
            missed += 1
            if not error.passing or missed >= MOST_MISSED:
                raise
            say(f"{error.reason}; looking again")
            continue
        missed = 0


def _join(service: TuningService, sweep: Sweep) -> None:
    """Jobs that somebody else has started meanwhile are this sweep's too."""
    found = find_jobs(service, sweep.waiting)
    sweep.jobs |= found.jobs
    sweep.waiting = found.waiting


def _look(service: TuningService, sweep: Sweep, say: Say) -> None:
    for key, job in sweep.jobs.items():
        if not job.running:
            continue
        now = service.look(job.name)
        if now.state != job.state:
            say(f"{now.alias}: {now.state.lower()}")
        sweep.jobs[key] = now


def record(workspace: Workspace, jobs: Iterable[Job], faults: Faults) -> Iterator[tuple[Job, str]]:
    """Each job whose model is new to the registry, with the alias under which it now stands there. What can't stand there goes
    to `faults`, and keeps no other out."""
    known = read_registry(workspace.folder)
    for job in jobs:
        if job.state not in DONE:
            continue
        tuned = job.tuned()
        if tuned is None:
            faults.add(
                f"the model of job {job.id} is not recorded: it has no endpoint", hint="deploy it in the console of Vertex AI"
            )
            continue
        try:
            alias = add_tuned(workspace, tuned)
        except UsageError as error:
            faults.extend(
                replace(fault, reason=f"the model of job {job.id} is not recorded: {fault.reason}") for fault in error.faults
            )
            continue
        if alias not in known:
            yield job, alias


def named(jobs: Sequence[Job], names: Sequence[str]) -> list[Job]:
    """The jobs that names mean: a job's number or its whole name, an alias, or the part of aliases before the slash; all without
    names. Raises `UsageError`."""
    found: dict[str, Job] = {}
    for name in names:
        own = [job for job in jobs if name in (job.id, job.name, job.alias, job.alias.partition("/")[0])]
        if not own:
            known = dict.fromkeys(word for job in jobs for word in (job.alias, job.alias.partition("/")[0], job.id))
            listed = f"there are {', '.join(list(known)[:6])}" if known else "none was started here: gemini-eval tune start"
            raise UsageError(f'there is no tuning job "{name}"', did_you_mean(name, known) or listed)
        found |= {job.name: job for job in own}
    return list(found.values()) if names else list(jobs)
