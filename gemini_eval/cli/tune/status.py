"""`tune status`."""

from __future__ import annotations

import click

from gemini_eval.cli.options import option


@click.command("status")
@click.argument("names", nargs=-1, metavar="[NAME|JOB]…")
@option("--target", default="", metavar="NAME", help="Ask this target of the workspace.")
def command(names: tuple[str, ...], target: str) -> int:
    """What became of tuning jobs: their state, rows that were dropped or truncated, every checkpoint's endpoint.

    NAME is an alias or its first part (tickets); without any, all jobs that were started in the project, by whomever. Models that
    were made since get their alias in gemini-eval.tuned.yaml where they are named. Ends with 3 where a job failed
    and none was started in its place.
    """
    from gemini_eval.cli.tune.shown import finish, say, tell_jobs
    from gemini_eval.tuning.vertex.service import TuningService
    from gemini_eval.verbs.tune.jobs import named
    from gemini_eval.verbs.tune.place import here

    workspace, seat = here(target)
    service = TuningService(seat)
    try:
        jobs = named(service.find(), names)
    finally:
        service.close()
    if not jobs:
        say(f"no tuning job was started in {seat.parent}: gemini-eval tune start")
    tell_jobs(jobs)
    return finish(workspace, jobs, chosen=bool(names))
