"""`report`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gemini_eval.cli.options import option, reporting
from gemini_eval.cli.output import check_outputs, write_canonical, write_reports
from gemini_eval.errors import UsageError
from gemini_eval.suites.workspace import find_workspace


@click.command("report")
@click.argument("run_name", metavar="RUN", default="last")
@option("--canonical", is_flag=True, help="Print the results without times: equal answers give equal bytes.")
@reporting
def command(run_name: str, canonical: bool, **flags: Any) -> int:
    """Report a saved run again, in any format. RUN is a path, the beginning of an id, a name, last or last~2."""
    from gemini_eval.runs.find import find_run

    check_outputs(flags["outputs"])
    if canonical and flags["outputs"]:
        raise UsageError("--canonical prints its results and writes no report", "leave out -o; > FILE keeps what is printed")
    folder = find_run(run_name, find_workspace(Path.cwd()).store_folder)
    if canonical:
        write_canonical(folder)
    else:
        write_reports(folder, flags)
    return 0
