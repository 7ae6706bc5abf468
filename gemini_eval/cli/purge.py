"""`purge`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from gemini_eval.cli.options import Duration, option
from gemini_eval.errors import NothingSelectedError, RunError, UsageError
from gemini_eval.safe.terminal import for_terminal
from gemini_eval.suites.workspace import Workspace, find_workspace


@click.command("purge")
@option("--case", "case_id", metavar="ID", help="Remove all that is kept of this case.")
@option("--suite", metavar="NAME", default="", help="Of this suite only.")
@option("--older-than", type=Duration(), metavar="TIME", help="Remove runs and cached answers that are older (30d).")
@option("--yes", "-y", is_flag=True, help="Do not ask first.")
def command(case_id: str | None, suite: str, older_than: float | None, yes: bool) -> int:
    """Remove one person's data from every run, the answer cache and the recordings of the workspace; or all old data.

    Figures of runs stay. Reports that were written to other places are not known here. Interrupted, it can be run again.
    Exit status 3 where something could not be removed, 5 where nothing is kept of the case.

    \b
    gemini-eval purge --case customer-4711
    gemini-eval purge --older-than 30d --yes
    """
    if (case_id is None) == (older_than is None):
        raise UsageError("purge takes either --case or --older-than", "for example: gemini-eval purge --case customer-4711")
    if suite and case_id is None:
        raise UsageError("--suite goes with --case", "say which case")
    workspace = find_workspace(Path.cwd())
    what = f'all that is kept of case "{case_id}"' if older_than is None else "all runs and cached answers that are that old"
    if not _may(f"Remove {what} in {workspace.folder}? It can't be brought back", yes):
        _say("nothing was removed")
        return 0
    if case_id is not None:
        _purge_case(workspace, case_id, suite)
    elif older_than is not None:
        _purge_old(workspace, older_than)
    return 0


def _may(question: str, yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("there is nobody to ask whether to remove it", "pass --yes")
    return click.confirm(for_terminal(question), err=True)


def _purge_case(workspace: Workspace, case_id: str, suite: str) -> None:
    from gemini_eval.verbs.purge import Person, purge_case

    purged = purge_case(workspace, Person(case_id, suite))
    for name, count in purged.removed:
        _say(f"removed {count:>7,} from {name}")
    _raise_left(purged.left)
    if not purged.removed:
        of = f' of suite "{suite}"' if suite else ""
        reason = f'no run, cache or recording in {workspace.folder} keeps anything of case "{case_id}"{of}'
        raise NothingSelectedError(reason, "case ids are as `gemini-eval list SUITE` prints them")


def _purge_old(workspace: Workspace, older_than_s: float) -> None:
    from gemini_eval.verbs.retention import remove_old

    try:
        before = datetime.now(UTC) - timedelta(seconds=older_than_s)
    except OverflowError as error:
        raise UsageError("--older-than: that is before all years", "for example: --older-than 30d") from error
    expired = remove_old(workspace, before)
    for run_id in expired.runs:
        _say(f"removed run {run_id}")
    _say(f"removed {expired.answers:,} cached {'answer' if expired.answers == 1 else 'answers'}")
    _raise_left(expired.left)


def _raise_left(left: Iterable[str]) -> None:
    """Everything but the last is said, the last is the error."""
    told = list(left)
    for reason in told[:-1]:
        click.echo(f"left: {for_terminal(reason)}", err=True)
    if told:
        raise RunError(f"not everything was removed: {told[-1]}", "purge again when that has been seen to")


def _say(text: str) -> None:
    click.echo(for_terminal(text))
