"""`tune list`."""

from __future__ import annotations

from pathlib import Path

import click

from gemini_eval.cli.options import option


@click.command("list")
@option("--jobs", is_flag=True, help="The jobs on Vertex AI instead of the aliases.")
@option("--target", default="", metavar="NAME", help="With --jobs: ask this target of the workspace.")
def command(jobs: bool, target: str) -> int:
    """The tuned models of gemini-eval.tuned.yaml, by alias; nobody is asked. With --jobs: every job that was started here."""
    from tabulate import tabulate

    from gemini_eval.cli.tune.shown import say
    from gemini_eval.errors import UsageError
    from gemini_eval.providers import file_in
    from gemini_eval.suites.tuned import read_registry
    from gemini_eval.suites.workspace import find_workspace

    if jobs:
        return _jobs(target)
    if target:
        raise UsageError("--target is for the jobs; the aliases are read from a file", "add --jobs")
    rows = []
    for alias, tuned in read_registry(find_workspace(Path.cwd()).folder).items():
        given = tuned.parameters or {}
        facts = [given.get(name, "") for name in ("epochs", "learning_rate_multiplier", "adapter_size")]
        rows.append(
            [alias, tuned.base, *(f"{fact:g}" if fact != "" else "" for fact in facts), file_in(tuned.model) or tuned.model]
        )
    if not rows:
        say("there is no tuned model yet: gemini-eval tune start")
        return 0
    for line in tabulate(rows, ["alias", "base", "epochs", "rate", "adapter", "model"], disable_numparse=True).splitlines():
        say(line)
    return 0


def _jobs(target: str) -> int:
    from tabulate import tabulate

    from gemini_eval.cli.tune.shown import say
    from gemini_eval.tuning.vertex.service import TuningService
    from gemini_eval.verbs.tune.place import here

    _, seat = here(target)
    service = TuningService(seat)
    try:
        rows = [[job.id, job.alias, job.state.lower(), job.base, job.created, job.ended] for job in service.find()]
    finally:
        service.close()
    if not rows:
        say(f"no tuning job was started in {seat.parent}: gemini-eval tune start")
        return 0
    for line in tabulate(rows, ["job", "alias", "state", "base", "created", "ended"], disable_numparse=True).splitlines():
        say(line)
    return 0
