"""`record`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gemini_eval.cli.options import asking, loading, option, reporting, selecting, suite_paths
from gemini_eval.cli.running import finish, run_options
from gemini_eval.suites.workspace import shown


@click.command("record")
@suite_paths
@loading
@selecting
@asking
@option("--to", type=click.Path(path_type=Path), metavar="FILE", help="The recording (default: recordings/SUITE.jsonl).")
@reporting
def command(suites: tuple[str, ...], to: Path | None, **flags: Any) -> int:
    """Run SUITE and write its answers as a recording, which replay:FILE and --recordings-only answer from."""
    from gemini_eval.verbs.record import record_suites

    paths, options = run_options(suites, flags)
    with options.bar():
        outcomes, path, count = record_suites(paths, options.run, to)
    status = finish(outcomes, flags)
    click.echo(f"{count} answers in {shown(path.absolute())}", err=True)
    return status
