"""`compare`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from gemini_eval.cli.options import Finite, option, reporting
from gemini_eval.cli.output import write_view
from gemini_eval.cli.running import check_ending, fail_code
from gemini_eval.errors import UsageError
from gemini_eval.reports import RunView
from gemini_eval.suites.workspace import find_workspace


@click.command("compare")
@click.argument("before", metavar="A[:VARIANT]")
@click.argument("after", metavar="B[:VARIANT]")
@option("--metric", metavar="FIGURE", default="", help="Test this figure (default: what the suite's gates name, else pass_rate).")
@option("--margin", type=Finite(0, 1, min_open=True, max_open=True), metavar="SHARE", help="The margin (0.05).")
@option("--strict", is_flag=True, help="An undecided comparison ends with 4.")
@reporting
def command(before: str, after: str, metric: str, margin: float | None, strict: bool, **flags: Any) -> int:
    """Hold the saved run B against the saved run A, case by case. Nobody is asked.

    A and B are paths, beginnings of ids, names, last or last~2, each with a variant of it where not all are meant; A may be
    `baseline`.

    \b
    gemini-eval compare last~1 last
    gemini-eval compare last:zero_shot last:few_shot --metric accuracy
    """
    from gemini_eval.verbs.baseline import saved
    from gemini_eval.verbs.compare import CompareOptions, compare_runs
    from gemini_eval.verbs.saved import saved_run

    check_ending(flags)
    workspace = find_workspace(Path.cwd())
    first, second = saved(before, workspace), saved_run(after, workspace)
    if first == second:
        raise UsageError(f"{before} and {after} are the same", "name two runs, or two variants of one")
    comparison, gates, status = compare_runs(first, second, CompareOptions(metric, margin, strict))
    view = RunView.of(second.folder)
    write_view(replace(view, comparison=comparison, gates=tuple(gates), exit_status=status), flags)
    return fail_code(status)
