"""`aa`."""

from __future__ import annotations

from typing import Any

import click

from gemini_eval.cli.options import asking, checking, loading, option, reporting, selecting, suite_paths
from gemini_eval.cli.running import check_options, finish


@click.command("aa")
@suite_paths
@loading
@selecting
@asking
@checking
@option("--resume", is_flag=False, flag_value="last", metavar="[RUN]", help="Go on: what it answered is kept.")
@option("--strict", is_flag=True, help="What is undecided, and an xfail that passes, fails.")
@option("--name", metavar="NAME", default="", help="Name the run, to find it again.")
@reporting
def command(suites: tuple[str, ...], **flags: Any) -> int:
    """Ask every selected variant twice over, with samples of their own, and compare: all that differs is noise.

    \b
    gemini-eval aa specs/wine.yaml --samples 5
    """
    from gemini_eval.verbs.check.itself import compare_with_itself

    paths, options, shown = check_options(suites, flags)
    with shown.bar():
        outcomes = compare_with_itself(paths, options)
    return finish(outcomes, flags)
