"""`upgrade`."""

from __future__ import annotations

from typing import Any

import click

from gemini_eval.cli.options import asking, checking, loading, option, reporting, selecting
from gemini_eval.cli.running import both_sides, finish
from gemini_eval.safe.terminal import for_terminal


@click.command("upgrade")
@click.argument("suites", nargs=-1, metavar="[SUITE]…")
@option("--from", "old", required=True, metavar="MODEL", help="The model that suites ask today.")
@option("--to", "new", required=True, metavar="MODEL", help="The model that they would ask.")
@option("--write", is_flag=True, help="Write the new model into every suite that is wholly compared and none the worse.")
@loading
@selecting
@asking
@checking
@reporting
def command(suites: tuple[str, ...], old: str, new: str, write: bool, **flags: Any) -> int:
    """Hold a new model against the one that suites ask today, over all of them at once.

    Without SUITE every suite of the workspace is looked at.

    \b
    gemini-eval upgrade --from gemini-2.5-flash --to gemini-3.5-flash --write
    """
    from gemini_eval.verbs.check.upgrade import compare_models

    with both_sides(suites, flags) as (paths, options):
        upgraded = compare_models(paths, old, new, options)
    status = finish(upgraded.outcomes, flags)
    if write:
        _write(upgraded, old, new)
    return status


def _write(upgraded: Any, old: str, new: str) -> None:
    """Edit the suites that are none the worse, and say what was left, and why."""
    from gemini_eval.verbs.check.upgrade import write_model

    if upgraded.nothing:
        click.echo(f"nothing is written: {upgraded.nothing}", err=True)
        return
    written, missed = write_model(upgraded, old, new)
    for path in written:
        click.echo(for_terminal(f"{path}: {old} → {new}"), err=True)
    for place in missed:
        click.echo(for_terminal(f"{place}: {old} does not stand here as it is; edit it by hand"), err=True)
    for suite, why in sorted(upgraded.left.items()):
        click.echo(for_terminal(f"{suite}: left as it is, since {why}"), err=True)
    if not upgraded.places:
        click.echo(f"no suite names {old} itself: change default_model in gemini-eval.yaml", err=True)
