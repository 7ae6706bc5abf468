"""`tune watch`."""

from __future__ import annotations

import click

from gemini_eval.cli.options import Duration, option


@click.command("watch")
@click.argument("names", nargs=-1, metavar="[NAME|JOB]…")
@option("--every", type=Duration(), default=60.0, metavar="TIME", help="Look so often (1m).")
@option("--target", default="", metavar="NAME", help="Ask this target of the workspace.")
def command(names: tuple[str, ...], every: float, target: str) -> int:
    """Stay until tuning jobs have ended; say what changes, then what `tune status` says.

    Ctrl-C ends the watching, not the jobs. Ends with 3 where a job failed and none was started in its place.
    """
    from gemini_eval.cli.tune.shown import aside, finish, say, tell_jobs
    from gemini_eval.tuning.vertex.service import TuningService
    from gemini_eval.verbs.tune.jobs import Sweep, named, watch
    from gemini_eval.verbs.tune.place import here

    workspace, seat = here(target)
    service = TuningService(seat)
    try:
        found = named(service.find(), names)
        sweep = Sweep({job.name: job for job in found if names or job.running})
        watch(service, sweep, aside, every_s=every)
    finally:
        service.close()
    if not sweep.jobs:
        say("no tuning job is running")
    jobs = list(sweep.jobs.values())
    tell_jobs(jobs)
    return finish(workspace, jobs, chosen=bool(names))
