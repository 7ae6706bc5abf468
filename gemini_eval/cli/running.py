"""From the flags of `run` and its kin to options, and from what came of it to reports and an exit status."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import click

from gemini_eval.cli.environment import load_env_file
from gemini_eval.cli.options import key_values, split_cases
from gemini_eval.cli.output import check_outputs, write_reports
from gemini_eval.engine.jobs import DEFAULT_WAIT_S, Budget
from gemini_eval.errors import NothingSelectedError, UsageError
from gemini_eval.runs.folder import RunFolder
from gemini_eval.safe.code import use_of
from gemini_eval.safe.secrets import redact
from gemini_eval.safe.terminal import for_terminal
from gemini_eval.suites.load import LoadOptions
from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.verbs.again import failures_of, recalled
from gemini_eval.verbs.check.options import DEFAULT_MAX_AGE_S, CheckOptions
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.run import Outcomes
from gemini_eval.verbs.saved import Saved
from gemini_eval.verbs.selection import Selection

BAR_AFTER_S = 1.0


@dataclass(slots=True)
class CommandOptions:
    run: RunOptions
    quiet: bool = False
    _bar: Any = field(default=None)

    @contextmanager
    def bar(self) -> Iterator[None]:
        """A progress bar on stderr, on a terminal only and not before a second has passed."""
        if self.quiet or not sys.stderr.isatty():
            yield
            return
        with _ProgressBar() as bar:
            self.run = replace(self.run, progress=bar.update, say=bar.say)
            yield


def run_options(suites: Sequence[str], flags: Mapping[str, Any]) -> tuple[list[str], CommandOptions]:
    """The suites' paths and the options that the flags mean. Raises `UsageError`."""
    if flags.get("env_file"):
        load_env_file(flags["env_file"])
    check_ending(flags)
    paths, case_ids = split_cases(suites)
    workspace = find_workspace(Path(paths[0]).absolute() if paths else Path.cwd())
    resume = _resumed(flags, workspace)
    run = RunOptions(
        load=load_options(flags, workspace),
        selection=_selection(flags, case_ids, resume, workspace),
        samples=flags.get("samples"),
        jobs=flags.get("jobs"),
        resume=resume,
        budget=budget(flags, workspace),
        cache=_cache(flags),
        timeout_s=flags.get("timeout"),
        max_failures=1 if flags.get("exit_first") else flags.get("maxfail"),
        recordings=workspace.recording_files if flags.get("recordings_only") else (),
        recordings_only=bool(flags.get("recordings_only")),
        strict=bool(flags.get("strict")),
        name=flags.get("name") or "",
        against=_against(flags, workspace),
        say=_say,
    )
    if resume:
        run = recalled(resume, run)
    if flags.get("changed_since"):
        from gemini_eval.verbs.check.difference import changed_variants

        changed = changed_variants(paths, flags["changed_since"], CheckOptions(run))
        if not any(changed.values()):
            raise NothingSelectedError(
                f"nothing changed since {flags['changed_since']}", "without --changed-since all of it is run"
            )
        run = replace(run, selection=replace(run.selection, recorded=changed))
    return paths, CommandOptions(run, quiet=bool(flags.get("quiet")))


def load_options(flags: Mapping[str, Any], workspace: Workspace) -> LoadOptions:
    models = tuple(flags.get("models") or ())
    target = flags.get("target") or workspace.default_target
    if target:
        workspace.target(target)
    return LoadOptions(
        models=models,
        settings=key_values(flags.get("settings") or (), "--set"),
        variables=key_values(flags.get("variables") or (), "--var"),
        target=target,
        code=use_of(bool(flags.get("allow_code"))),
    )


@contextmanager
def both_sides(suites: Sequence[str], flags: Mapping[str, Any]) -> Iterator[tuple[list[str], CheckOptions]]:
    """The suites' paths, and how two sides of them are asked, with a progress bar as long as the context lasts. Raises
    `UsageError`."""
    paths, options = run_options(suites, flags)
    age = flags.get("base_max_age")
    max_age_s = DEFAULT_MAX_AGE_S if age is None else age
    with options.bar():
        yield paths, CheckOptions(options.run, flags["max_samples"], max_age_s, bool(flags.get("absolute")))


def scoring_options(run_name: str, flags: Mapping[str, Any]) -> tuple[RunFolder, RunOptions]:
    """The run to judge again, and how. Raises `InputError`."""
    from gemini_eval.runs.find import find_run

    check_ending(flags)
    workspace = find_workspace(Path.cwd())
    folder = find_run(run_name, workspace.store_folder)
    strict, offline = bool(flags.get("strict")), bool(flags.get("offline"))
    return folder, RunOptions(load=load_options(flags, workspace), strict=strict, offline=offline, cache=_cache(flags), say=_say)


def finish(outcomes: Outcomes, flags: Mapping[str, Any]) -> int:
    """Print and write the reports; the exit status, `GEMINI_EVAL_FAIL_CODE` in place of 1."""
    write_reports(outcomes.folder, flags)
    return fail_code(outcomes.exit_status)


def check_ending(flags: Mapping[str, Any]) -> None:
    """What a command ends with can be done: its `-o` files and its exit status. Raises `UsageError`."""
    check_outputs(flags.get("outputs") or ())
    fail_code(1)


def fail_code(status: int) -> int:
    """`GEMINI_EVAL_FAIL_CODE` in place of 1. Raises `UsageError` where it is no exit status."""
    wanted = os.environ.get("GEMINI_EVAL_FAIL_CODE")
    if status != 1 or not wanted:
        return status
    if not wanted.isdecimal() or int(wanted) > 255:
        raise UsageError(f"GEMINI_EVAL_FAIL_CODE is {wanted!r}", "a whole number from 0 to 255")
    return int(wanted)


def _selection(
    flags: Mapping[str, Any], case_ids: Mapping[str, frozenset[str]], resume: RunFolder | None, workspace: Workspace
) -> Selection:
    only = None
    if flags.get("failed") or flags.get("errors_only"):
        only = failures_of(resume, workspace, errors_only=bool(flags.get("errors_only")))
    return Selection(
        case_ids=case_ids,
        keyword=flags.get("keyword") or "",
        tag=flags.get("tag") or "",
        number=flags.get("number"),
        prompts=tuple(flags.get("prompts") or ()),
        models=tuple(flags.get("models") or ()),
        variant_names=tuple(flags.get("variants") or ()),
        only=only,
        drafts=bool(flags.get("drafts")),
    )


def _resumed(flags: Mapping[str, Any], workspace: Workspace) -> RunFolder | None:
    from gemini_eval.runs.find import find_run

    name = flags.get("resume") or ("last" if flags.get("retry_errors") else None)
    return find_run(name, workspace.store_folder) if name else None


def _against(flags: Mapping[str, Any], workspace: Workspace) -> Saved | None:
    """What `--against` names, found before anything is asked."""
    name = flags.get("against")
    if not name:
        return None
    from gemini_eval.verbs.baseline import saved

    return saved(name, workspace)


def budget(flags: Mapping[str, Any], workspace: Workspace) -> Budget:
    """What the flags allow, and the workspace's policy above them: no flag raises its limits."""
    policy, wait = workspace.policy, flags.get("wait")
    own = Budget(
        flags.get("max_requests"),
        _micros(flags.get("max_cost")),
        flags.get("max_errors"),
        DEFAULT_WAIT_S if wait is None else wait,
    )
    return own.within(policy.get("max_requests"), policy.get("max_cost"))


def _cache(flags: Mapping[str, Any]) -> Literal["use", "refresh", "off"]:
    if flags.get("no_cache") and flags.get("refresh"):
        raise UsageError("--no-cache and --refresh exclude each other", "--refresh asks again and keeps what comes")
    if flags.get("no_cache"):
        return "off"
    return "refresh" if flags.get("refresh") else "use"


def _micros(usd: float | None) -> int | None:
    return None if usd is None else round(usd * 1_000_000)


def _say(line: str) -> None:
    click.echo(redact(for_terminal(line)), err=True)


class _ProgressBar:
    """Cases done, failed, the rate and the time left; rich is loaded only once the bar is shown."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._shown: Any = None
        self._task: Any = None

    def update(self, done: int, failed: int, total: int) -> None:
        if self._shown is None and time.monotonic() - self._start < BAR_AFTER_S:
            return
        if self._shown is None:
            self._open(total)
        rate = done / max(time.monotonic() - self._start, 1e-9)
        self._shown.update(self._task, total=total, completed=done, failed=failed, rate=f"{rate:.1f}/s")

    def say(self, line: str) -> None:
        if self._shown is None:
            _say(line)
        else:
            self._shown.console.print(redact(for_terminal(line)), markup=False, highlight=False)

    def _open(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("asking"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]} failed · {task.fields[rate]} ·"),
            TimeRemainingColumn(),
        )
        self._shown = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._shown.add_task("", total=total, failed=0, rate="")
        self._shown.start()

    def __enter__(self) -> _ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown is not None:
            self._shown.stop()
