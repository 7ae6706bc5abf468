"""`render`."""

from __future__ import annotations

from typing import Any

import click

from gemini_eval.cli.options import loading, option, selecting, suite_paths
from gemini_eval.cli.running import run_options
from gemini_eval.safe.terminal import for_terminal
from gemini_eval.verbs.render import RenderedCase


@click.command("render")
@suite_paths
@loading
@selecting
@option("--explain", is_flag=True, help="Where each value came from.")
def command(suites: tuple[str, ...], explain: bool, **flags: Any) -> int:
    """Print exactly what would be sent, case by case; the first sample of each. Nothing is sent."""
    from gemini_eval.verbs.render import render_suites

    paths, options = run_options(suites, flags)
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
