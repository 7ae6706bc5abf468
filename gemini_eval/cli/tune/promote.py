"""`tune promote`."""

from __future__ import annotations

from typing import Any

import click

from gemini_eval.cli.options import asking, loading, option, reporting

UNDECIDED = 4
"""The exit status where no gate fails, and none decides for the candidate either."""


@click.command("promote")
@click.argument("alias", metavar="ALIAS")
@click.argument("candidate", metavar="ALIAS[@EPOCH]|ENDPOINT")
@click.argument("suites", nargs=-1, required=True, metavar="SUITE…")
@loading
@asking
@option("--strict", is_flag=True, help="What is undecided, and an xfail that passes, fails.")
@option("--name", metavar="NAME", default="", help="Name the run, to find it again.")
@reporting
def command(alias: str, candidate: str, suites: tuple[str, ...], **flags: Any) -> int:
    """Let ALIAS mean another tuned model, where the suites' gates hold for it.

    The suites are run with the candidate in the place of tuned:ALIAS. Where every gate holds, the alias in gemini-eval.tuned.yaml
    is edited, for a merge request to review; what it meant before stays beside it, for `tune rollback`. Gates of other variants
    do not speak for it; where none is evaluated or decided for it, the alias stays as it is, and the status is 4.

    \b
    gemini-eval tune promote tickets/live tickets/e4-a4 specs/tickets.yaml
    """
    from gemini_eval.cli.running import finish, run_options
    from gemini_eval.cli.tune.shown import aside
    from gemini_eval.errors import UsageError
    from gemini_eval.suites.tuned import PREFIX, REGISTRY
    from gemini_eval.verbs.tune.promote import promote

    if any("::" in suite for suite in suites):
        raise UsageError("whole suites decide, not single cases", "name the suite alone")
    alias = alias.removeprefix(PREFIX)
    paths, options = run_options(suites, flags)
    with options.bar():
        promoted = promote(alias, candidate, paths, options.run)
    status = finish(promoted.outcomes, flags)
    if promoted.why:
        aside(f"tuned:{alias} stays as it is: {promoted.why}")
        return status or UNDECIDED
    aside(f"tuned:{alias} is {promoted.candidate.model}; {REGISTRY} was edited, commit it")
    return status
