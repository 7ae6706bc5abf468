"""`tune rollback`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("rollback")
@click.argument("alias", metavar="ALIAS")
def command(alias: str) -> int:
    """Let ALIAS mean again what it meant before it was promoted. Nobody is asked."""
    from gemini_eval.cli.tune.shown import say
    from gemini_eval.suites.tuned import PREFIX, REGISTRY
    from gemini_eval.suites.workspace import find_workspace
    from gemini_eval.tuning.registry import put_back

    alias = alias.removeprefix(PREFIX)
    restored = put_back(find_workspace(Path.cwd()), alias)
    say(f"tuned:{alias} is {restored.model} again; {REGISTRY} was edited, commit it")
    return 0
