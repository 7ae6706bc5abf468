"""`tune deploy`."""

from __future__ import annotations

from contextlib import closing

import click

from gemini_eval.cli.options import Duration, option


@click.command("deploy")
@click.argument("name", metavar="ALIAS[@EPOCH]|ENDPOINT")
@option("--remove", "removing", is_flag=True, help="Take its endpoint away instead; refused where an alias asks it.")
@option("--every", type=Duration(), default=10.0, metavar="TIME", help="Look so often whether it is done (10s).")
@option("--yes", is_flag=True, help="Go on without asking.")
@option("--target", default="", metavar="NAME", help="Ask this target of the workspace.")
def command(name: str, removing: bool, every: float, yes: bool, target: str) -> int:
    """Deploy a tuned model or one of its checkpoints to an endpoint, recorded in gemini-eval.tuned.yaml; or take it away.

    \b
    gemini-eval tune deploy tickets/e12-a4@6
    gemini-eval tune deploy --remove tickets/e12-a4@6
    """
    from gemini_eval.cli.tune.shown import committed, consent, counted, say
    from gemini_eval.suites.tuned import PREFIX, read_registry
    from gemini_eval.tuning.vertex.endpoints import EndpointService
    from gemini_eval.verbs.tune.deploying import deploy, formerly, placing, removable, remove
    from gemini_eval.verbs.tune.place import here

    name = name.removeprefix(PREFIX)
    workspace, seat = here(target)
    with closing(EndpointService(seat, every)) as service, committed(workspace):
        if removing:
            endpoint = removable(workspace, service, name)
            back = formerly(read_registry(workspace.folder), endpoint.name)
            losing = f" and is what {', '.join(back)} can go back to" if back else ""
            consent(f"removing {endpoint.name}, which serves {counted(len(endpoint.models), 'model')}{losing}", yes)
            remove(workspace, service, endpoint)
            say(f"{endpoint.name}: removed")
        else:
            wanted = placing(workspace, service, name)
            if not wanted.serves:
                consent(f"deploying {name} in {seat.parent}", yes)
            say(f"tuned:{name} is {deploy(workspace, service, wanted)}{' already' if wanted.serves else ''}")
    return 0
