"""`score`."""

from __future__ import annotations

from typing import Any

import click

from gemini_eval.cli.options import loading, option, reporting
from gemini_eval.cli.running import finish, scoring_options


@click.command("score")
@click.argument("run_name", metavar="RUN", default="last")
@click.argument("suites", nargs=-1, metavar="[SUITE]…")
@loading
@option("--strict", is_flag=True, help="What is undecided, and an xfail that passes, fails the run.")
@option("--offline", is_flag=True, help="Ask no judge either.")
@reporting
def command(run_name: str, suites: tuple[str, ...], **flags: Any) -> int:
    """Judge the saved answers of RUN again, by its suites as they are now; no model under test is asked.

    RUN is a path, the beginning of an id, a name, last or last~2.
    """
    from gemini_eval.verbs.score import score_run

    folder, options = scoring_options(run_name, flags)
    return finish(score_run(folder, options, suites), flags)
