"""`check`."""

from __future__ import annotations

from typing import Any

import click

from gemini_eval.cli.options import asking, checking, loading, option, reporting, selecting
from gemini_eval.cli.running import both_sides, finish


@click.command("check")
@click.argument("suites", nargs=-1, metavar="[SUITE[::CASE]]…")
@option("--base", "base", metavar="REF", default="", help="Compare with the merge base of this revision (the default branch).")
@loading
@selecting
@asking
@checking
@option("--absolute", is_flag=True, help="A gate that fails on both sides fails.")
@option("--recordings-only", is_flag=True, help="Answer from recordings; what they lack is not decided (status 4).")
@reporting
def command(suites: tuple[str, ...], base: str, **flags: Any) -> int:
    """Ask the head's cases by both sides' prompts, and decide whether the working tree is worse than its merge base.

    Only variants whose requests or assertions changed are asked. Without SUITE every suite of the workspace is looked at.

    \b
    gemini-eval check --base origin/main
    gemini-eval check --base main specs/wine.yaml -o report.md
    """
    from gemini_eval.verbs.check.check import check_suites

    with both_sides(suites, flags) as (paths, options):
        outcomes = check_suites(paths, base, options)
    return finish(outcomes, flags)
