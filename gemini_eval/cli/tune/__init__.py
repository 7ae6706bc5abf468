"""`tune`: one file a subcommand, each loaded only when it is used."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS: dict[str, str] = {
    "data": "gemini_eval.cli.tune.data",
    "start": "gemini_eval.cli.tune.start",
    "status": "gemini_eval.cli.tune.status",
    "watch": "gemini_eval.cli.tune.watch",
    "cancel": "gemini_eval.cli.tune.cancel",
    "list": "gemini_eval.cli.tune.list",
    "endpoints": "gemini_eval.cli.tune.endpoints",
    "deploy": "gemini_eval.cli.tune.deploy",
    "promote": "gemini_eval.cli.tune.promote",
    "rollback": "gemini_eval.cli.tune.rollback",
    "compare": "gemini_eval.cli.tune.compare",
    "curve": "gemini_eval.cli.tune.curve",
}
"""Subcommand -> the module that has its `command`."""


class Subcommands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command


@click.command("tune", cls=Subcommands, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Tune a model on a suite's data, where prompting falls short, and hold the two against each other."""
