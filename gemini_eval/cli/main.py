"""`gemini-eval`: the verbs, each loaded only when it is used."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from gemini_eval import __version__

VERBS: dict[str, tuple[str, str]] = {
    "run": ("gemini_eval.cli.run", "Ask, judge and report: the main job."),
}
"""Verb -> (module that has `command`, what it does)."""


class Verbs(click.Group):
    """A group whose commands are imported when they are called; its help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(VERBS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, about) for name, (_, about) in VERBS.items()])


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gemini-eval")
def cli() -> None:
    """Is this prompt still good? Test suites for Gemini prompts and tuned models."""


def main() -> None:
    from gemini_eval.cli.exits import guarded

    sys.exit(guarded(cli))
