"""`tune cancel`."""

from __future__ import annotations

from contextlib import closing

import click

from gemini_eval.cli.options import option


@click.command("cancel")
@click.argument("names", nargs=-1, required=True, metavar="NAME|JOB…")
@option("--target", default="", metavar="NAME", help="Ask this target of the workspace.")
def command(names: tuple[str, ...], target: str) -> int:
    """Cancel the running jobs that NAME means: an alias, the first part of several (tickets), or a job's number."""
    from gemini_eval.cli.tune.shown import aside, say
    from gemini_eval.tuning.vertex.failures import ServiceError
    from gemini_eval.tuning.vertex.service import TuningService
    from gemini_eval.verbs.tune.jobs import named
    from gemini_eval.verbs.tune.place import here

    _, seat = here(target)
    refused: list[ServiceError] = []
    with closing(TuningService(seat)) as service:
        for job in named(service.find(), names):
            try:
                if job.running:
                    service.cancel(job.name)
            except ServiceError as error:
                # One that has ended meanwhile, say, must not let the others run on.
                refused.append(error)
                aside(f"{job.alias}: not cancelled (job {job.id})")
            else:
                say(f"{job.alias}: {'cancelled' if job.running else f'{job.state.lower()} already'} (job {job.id})")
    if refused:
        raise refused[0]
    return 0
