"""`render`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from gemini_eval.cli.options import loading, option, selecting, suite_paths
from gemini_eval.cli.running import run_options
from gemini_eval.safe.terminal import for_terminal
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.render import RenderedCase


@click.command("render")
@suite_paths
@loading
@selecting
@option("--explain", is_flag=True, help="Where each value came from.")
@option("--base", metavar="REF", help="Print how requests differ from those at the merge base of this revision.")
def command(suites: tuple[str, ...], explain: bool, base: str | None, **flags: Any) -> int:
    """Print exactly what would be sent, case by case; the first sample of each. Nothing is sent."""
    from gemini_eval.verbs.render import render_suites

    paths, options = run_options(suites, flags)
    if base is not None:
        return _print_differences(paths, base, options.run)
    for rendered in render_suites(paths, options.run):
        _print(rendered, explain)
    return 0


def _print(rendered: RenderedCase, explain: bool) -> None:
    names = (rendered.suite.name, rendered.variant.name, rendered.case.id)
    click.secho(f"── {' · '.join(map(for_terminal, names))}", bold=True)
    if explain:
        for what, origin, place in rendered.origins:
            click.echo(for_terminal(f"{what:<24} {origin}{f'  ({place})' if place else ''}"))
        click.echo()
    for request in rendered.requests[:1]:
        if request.system:
            click.secho("system", dim=True)
            click.echo(for_terminal(request.system))
        for message in request.messages:
            click.secho(message.role, dim=True)
            click.echo(for_terminal(message.text))
        click.secho("params", dim=True)
        click.echo(for_terminal(", ".join(f"{name}={value!r}" for name, value in request.params.items())) or "none")
    if not rendered.requests:
        click.echo("the answer is in the data; nothing is sent")
    click.echo()


_COLORS = {"-": "red", "+": "green"}


def _print_differences(paths: Sequence[str], base: str, options: RunOptions) -> int:
    from gemini_eval.verbs.check.difference import rendered_differences
    from gemini_eval.verbs.check.options import CheckOptions

    differences = rendered_differences(paths, base, CheckOptions(options))
    for found in differences.found:
        names = (found.suite, found.variant, *([found.case_id] if found.case_id else []))
        count = f" (the same in {found.cases:,} cases)" if found.cases > 1 else ""
        click.secho(f"── {' · '.join(map(for_terminal, names))}{count}", bold=True)
        for line in [found.note] if found.note else found.lines:
            click.secho(for_terminal(line), fg=_COLORS.get(line[:1]))
        click.echo()
    if differences.unchanged:
        shown = ", ".join(for_terminal(" · ".join(names)) for names in differences.unchanged)
        click.echo(f"unchanged: {shown}")
    return 0
