"""`metrics`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gemini_eval.cli.environment import stdout_is_terminal, terminal_width, wants_color
from gemini_eval.cli.options import option

if TYPE_CHECKING:
    from gemini_eval.verbs.metrics import Reference


@click.command("metrics")
@click.argument("name", metavar="[NAME]", default="")
@option("--json", "as_json", is_flag=True, help="As JSON.")
def command(name: str, as_json: bool) -> int:
    """Name the metrics; with NAME, say all of one: what it judges, its parameters, an example and what comes of it."""
    from gemini_eval.verbs.metrics_asked import everything

    found = everything(name)
    if as_json:
        from gemini_eval.safe.json_text import dump_json

        sys.stdout.buffer.write(dump_json([reference.record() for reference in found]) + b"\n")
    elif name:
        for index, reference in enumerate(found):
            if index:
                click.echo()
            _print_reference(reference)
    else:
        own = [reference for reference in found if ":" not in reference.name]
        below = ", ".join(reference.name.partition(": ")[2] for reference in found if ":" in reference.name)
        width = max(len(reference.name) for reference in own)
        for reference in own:
            _say(reference.paragraphs[0], beside=f"{reference.name:<{width}}  ")
        _say(f"The metrics of the Vertex evaluation service: {below}.", beside=f"{'vertex':<{width}}  ")
    return 0


def _print_reference(reference: Reference) -> None:
    from gemini_eval.verbs.metrics import example_lines

    click.echo(click.style(reference.name, bold=True), color=wants_color(stdout_is_terminal()))
    for paragraph in (*reference.paragraphs, reference.judged):
        _say(paragraph)
        click.echo()
    width = max((len(item.name) for item in reference.parameters), default=0)
    for item in reference.parameters:
        _say(item.takes + (", required" if item.required else ""), beside=f"{item.name:<{width}}  ")
    example = example_lines(reference)
    if reference.parameters and example:
        click.echo()
    for line in example:
        _say(line[10:], beside=line[:10])


def _say(text: str, beside: str = "") -> None:
    """Wrapped at the terminal's width, further lines under the first."""
    from textwrap import wrap

    from gemini_eval.safe.terminal import for_terminal

    columns = terminal_width() if stdout_is_terminal() else 80
    lines = wrap(for_terminal(text), max(20, columns - len(beside)), break_long_words=False, break_on_hyphens=False) or [""]
    for index, line in enumerate(lines):
        click.echo(((beside if not index else " " * len(beside)) + line).rstrip())
