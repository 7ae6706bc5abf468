from __future__ import annotations

import click

from gemini_eval.suite.load import LoadOptions
from gemini_eval.verbs.run import RunOptions, run_suites


@click.command("run")
@click.argument("suites", nargs=-1)
@click.option("--model", "models", multiple=True)
def command(suites: tuple[str, ...], models: tuple[str, ...]) -> int:
    result = run_suites(suites, RunOptions(load=LoadOptions(models=models), say=lambda l: click.echo(l, err=True)))
    click.echo(result.folder.path)
    for s in result.summary.suites.values():
        for v in s.variants.values():
            click.echo(f"{v.variant}: {v.passed}/{v.cases} {dict(v.outcomes)} {v.invalid_reason}")
    for g in result.gates:
        click.echo(f"{g.variant} {g.gate}: {g.status} {g.reason}")
    return result.exit_status
