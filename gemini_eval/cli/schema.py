"""`schema`."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("kind", type=click.Choice(["suite", "workspace"]), default="suite", metavar="[suite|workspace]")
def command(kind: str) -> int:
    """Print the JSON Schema of suite files, or of the workspace file gemini-eval.yaml.

    Editors check and complete a YAML file whose first line names its schema:

    \b
    gemini-eval schema > suite.schema.json
    # yaml-language-server: $schema=suite.schema.json
    """
    from gemini_eval.safe.json_text import pretty_json
    from gemini_eval.suites.schema import SCHEMAS

    click.echo(pretty_json(SCHEMAS[kind]()), nl=False)
    return 0
