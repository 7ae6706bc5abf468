"""`tune endpoints`."""

from __future__ import annotations

import click

from gemini_eval.cli.options import option


@click.command("endpoints")
@option("--all", "every", is_flag=True, help="Every endpoint of the region, not only those of tuned models in the registry.")
@option("--target", default="", metavar="NAME", help="Ask this target of the workspace.")
def command(every: bool, target: str) -> int:
    """The endpoints of tuned models and their checkpoints: what each serves, with how much traffic, and which alias asks it."""
    from tabulate import tabulate

    from gemini_eval.cli.tune.shown import say
    from gemini_eval.suites.tuned import read_registry
    from gemini_eval.tuning.vertex.endpoints import EndpointService
    from gemini_eval.verbs.tune.deploying import rows
    from gemini_eval.verbs.tune.place import here

    workspace, seat = here(target)
    service = EndpointService(seat, 0.0)
    table = []
    try:
        for endpoint, aliases in rows(service, read_registry(workspace.folder), every=every):
            asked = ", ".join(aliases)
            number = endpoint.name.rpartition("/")[2]
            for served in endpoint.models:
                model = served.model.rpartition("/")[2]
                table.append([number, model, served.checkpoint, f"{served.traffic} %", asked])
            if not endpoint.models:
                table.append([number, "nothing", "", "", asked])
    finally:
        service.close()
    if not table:
        say(
            f"there is no endpoint in {seat.parent}"
            if every
            else f"no endpoint in {seat.parent} serves a tuned model of the registry"
        )
        return 0
    for line in tabulate(
        table, ["endpoint", "model", "checkpoint", "traffic", "asked as tuned:"], disable_numparse=True
    ).splitlines():
        say(line.rstrip())
    return 0
