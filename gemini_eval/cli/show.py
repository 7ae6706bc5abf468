"""`show`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from gemini_eval.cli.options import option
from gemini_eval.cli.output import report_options
from gemini_eval.errors import UsageError
from gemini_eval.suites.workspace import find_workspace


@click.command("show")
@click.argument("run_name", metavar="RUN", default="last")
@click.argument("case_id", metavar="[CASE]", default="")
@option("--grid", is_flag=True, help="Cases x variants.")
@option("--mistakes", is_flag=True, help="Failing cases in groups: labels confused, fields, reasons, tags, words.")
@option("--lang", type=click.Choice(["en", "ko"]), default="en", help="The language of --mistakes.")
@option("--all", "everything", is_flag=True, help="Cases that pass too.")
@option("-v", "--verbose", count=True, help="Print more of each case.")
def command(run_name: str, case_id: str, grid: bool, mistakes: bool, everything: bool, **flags: Any) -> int:
    """Failing cases of RUN with their differences; one CASE; the grid of cases x variants; or mistakes in groups."""
    from gemini_eval.reports.show import show_cases, show_grid, show_mistakes
    from gemini_eval.reports.view import RunView
    from gemini_eval.runs.find import find_run

    if mistakes and (grid or everything or case_id):
        raise UsageError("--mistakes shows a whole run by itself", "leave out CASE, --grid and --all")
    view = RunView.of(find_run(run_name, find_workspace(Path.cwd()).store_folder))
    options = report_options(flags)
    if mistakes:
        chunks = show_mistakes(view, options)
    else:
        chunks = show_grid(view, options) if grid else show_cases(view, options, case_id=case_id, everything=everything)
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    return 0
