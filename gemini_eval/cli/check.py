"""`check`."""

from __future__ import annotations

from typing import Any

import click

from gemini_eval.cli.options import asking, checking, loading, option, reporting, selecting
from gemini_eval.cli.running import check_options, finish


@click.command("check")
@click.argument("suites", nargs=-1, metavar="[SUITE[::CASE]]…")
@option("--base", "base", metavar="REF", default="", help="Compare with the merge base of this revision (the default branch).")
@loading
@selecting
@asking
@checking
@option("--absolute", is_flag=True, help="A gate that fails on both sides fails.")
@option("--resume", is_flag=False, flag_value="last", metavar="[RUN]", help="Go on with a check: what it answered is kept.")
@option("--recordings-only", is_flag=True, help="Answer from recordings; what they lack is not decided (status 4).")
@option("--strict", is_flag=True, help="What is undecided, and an xfail that passes, fails the check.")
@option("--name", metavar="NAME", default="", help="Name the run, to find it again.")
@reporting
def command(suites: tuple[str, ...], base: str, **flags: Any) -> int:
    """Ask the head's cases by both sides' prompts, and decide whether the working tree is worse than its merge base.

    Only variants whose requests or assertions changed are asked. Without SUITE every suite of the workspace is looked at.

    \b
    gemini-eval check --base origin/main
    gemini-eval check --base main specs/wine.yaml -o report.md
    """
    from gemini_eval.verbs.check.check import check_suites

    paths, options, shown = check_options(suites, flags)
    with shown.bar():
        outcomes = check_suites(paths, base, options)
    return finish(outcomes, flags)
