"""`baseline`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from gemini_eval.cli.options import loading, option
from gemini_eval.cli.running import run_options
from gemini_eval.safe.terminal import for_terminal
from gemini_eval.suites.workspace import find_workspace, shown
from gemini_eval.types import Json

MOST_LISTED = 3


@click.group("baseline", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """A run that was accepted, as a small file to commit: a line for each case.

    \b
    gemini-eval baseline accept last      # baselines/SUITE.jsonl
    gemini-eval run specs/wine.yaml --against baseline
    """


@command.command("accept")
@click.argument("run_name", metavar="RUN", default="last")
@option("--answers", is_flag=True, help="Keep the outputs, not only their hashes (as store: {answers: inline}).")
def accept_command(run_name: str, answers: bool) -> int:
    """Make RUN the baseline of its suites: whole, valid runs only."""
    from gemini_eval.runs.find import find_run
    from gemini_eval.verbs.baseline_accept import accept

    workspace = find_workspace(Path.cwd())
    folder = find_run(run_name, workspace.store_folder)
    for done in accept(folder, workspace, texts=answers or workspace.store.get("answers") == "inline"):
        parts = [
            f"{count:,} {what}" for count, what in ((done.new, "new"), (done.changed, "changed"), (done.gone, "gone")) if count
        ]
        click.echo(for_terminal(f"{shown(done.path)}: {done.cases:,} cases, {', '.join(parts) or 'none changed'}"))
    return 0


@command.command("show")
@click.argument("suites", nargs=-1, metavar="[SUITE]…")
def show_command(suites: tuple[str, ...]) -> int:
    """Say what the baselines hold: which run, who answered, and how many cases pass. SUITE is a suite's name."""
    from tabulate import tabulate

    from gemini_eval.errors import UsageError, did_you_mean
    from gemini_eval.runs.baseline import read_lines
    from gemini_eval.verbs.baseline import SavedBaseline

    headers = SavedBaseline(find_workspace(Path.cwd())).headers()
    for name in suites:
        if name not in headers:
            raise UsageError(
                f'there is no baseline of "{name}"', did_you_mean(name, headers) or "gemini-eval baseline accept last"
            )
    rows = []
    for name, (path, header) in headers.items():
        if suites and name not in suites:
            continue
        counts: dict[str, list[float]] = {}
        for line in read_lines(path):
            passed, samples = line.marks.get("pass_rate", (0.0, 0))
            count = counts.setdefault(line.variant, [0, 0.0])
            count[0] += 1
            count[1] += passed / samples if samples else 0.0
        for variant, (cases, right) in counts.items():
            told: Json = header.variants.get(variant, {})
            versions = ", ".join(told.get("versions") or []) or told.get("model", "")
            rows.append([name, variant, f"{right:g} of {cases:g}", versions, header.run, header.created[:10]])
    if not rows:
        click.echo("there is no baseline; accept a run: gemini-eval baseline accept last")
        return 0
    table = [[for_terminal(str(cell)) for cell in row] for row in rows]
    click.echo(tabulate(table, headers=["suite", "variant", "right", "answered", "run", "of"], disable_numparse=True))
    return 0


@command.command("verify")
@click.argument("suites", nargs=-1, metavar="SUITE…", required=True)
@loading
def verify_command(suites: tuple[str, ...], **flags: Any) -> int:
    """Hold the baselines of SUITE against the suites as they are: which cases would be asked or judged otherwise.

    Nobody is asked. Ends with 1 where a baseline is not current.
    """
    from gemini_eval.verbs.baseline_verify import verify
    from gemini_eval.verbs.validate import suite_files

    paths, options = run_options(suite_files(suites), flags)
    status = 0
    for found in verify(paths, options.run):
        if found.is_current:
            click.echo(for_terminal(f"{shown(found.path)}: current, {found.cases:,} cases"))
            continue
        status = 1
        click.echo(for_terminal(f"{shown(found.path)}: not current, {found.cases:,} cases"))
        _list("with another request today", found.requests)
        _list("judged otherwise today", found.judging)
        _list("not in the baseline", found.missing)
        _list("only in the baseline", found.left)
    if status:
        click.echo("run the suite, look at what changed, then: gemini-eval baseline accept last")
    return status


def _list(what: str, cases: Sequence[tuple[str, str]]) -> None:
    if not cases:
        return
    names = ", ".join(" · ".join(case) for case in cases[:MOST_LISTED])
    more = f" and {len(cases) - MOST_LISTED:,} more" if len(cases) > MOST_LISTED else ""
    click.echo(for_terminal(f"  {len(cases):,} {what}: {names}{more}"))
