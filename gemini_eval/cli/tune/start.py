"""`tune start`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import click

from gemini_eval.cli.options import Duration, Finite, option, several

if TYPE_CHECKING:
    from gemini_eval.tuning.vertex.jobs import Wanted
    from gemini_eval.verbs.tune.jobs import Sweep
    from gemini_eval.verbs.tune.prepared import StartOptions
    from gemini_eval.verbs.tune.start import Material

EVERY_S = 60.0
VERTEX_ALONE = ("base", "validation", "upload", "at_once", "wait", "every", "max_cost", "target")
LOCAL_ALONE = ("seed",)


SEED = click.IntRange(0, 2**32 - 1)
_RATE = Finite(0, 1000, min_open=True)
tuning = several(
    [
        option("--epochs", type=click.IntRange(1, 1000), metavar="N", help="Passes over the data (4)."),
        option("--learning-rate-multiplier", type=_RATE, metavar="X", help="Of the usual rate (1)."),
        option("--adapter-size", type=click.IntRange(1, 1024), metavar="N", help="The adapter's rank (1)."),
    ]
)
"""The hyper-parameters of one configuration."""


@click.command("start")
@click.argument("source", metavar="SUITE|FILE|gs://…")
@option(
    "--grid", metavar="NAME|FILE", help="Several configurations: guide_grid, or a YAML file with a list or values to combine."
)
@tuning
@option("--base", default="", metavar="ID", help="The model to tune (the suite's own).")
@option("--prompt", default="", metavar="NAME", help="The suite's prompt that the data is made with, where it has several.")
@option("--data", default="", metavar="FILE|gs://…", help="Tune a suite's model on this data instead of the suite's own.")
@option("--validation", default="", metavar="FILE|gs://…", help="Data to validate by.")
@option("--share", type=click.IntRange(1, 100), default=100, metavar="PERCENT", help="Train on a part of the examples (100).")
@option("--name", default="", metavar="NAME", help="The first part of each alias (the suite's name).")
@option("--upload", default="", metavar="gs://…", help="Where files are uploaded, under their hash.")
@option("--backend", type=click.Choice(["vertex", "local"]), default="vertex", help="Vertex AI, or this machine.")
@option("--seed", type=SEED, metavar="N", help="Of local training (0).")
@option("--at-once", type=click.IntRange(1), metavar="N", help="Jobs that run at once; without it as many as the quota lets.")
@option("--wait", is_flag=True, help="Stay until all jobs have ended, and start those that wait as there is room.")
@option("--every", type=Duration(), metavar="TIME", help="With --wait: look so often (1m).")
@option("--max-cost", type=Finite(0), metavar="USD", help="Start where the estimate is at most this.")
@option("--yes", is_flag=True, help="Start without asking.")
@option("--target", default="", metavar="NAME", help="Ask this target of the workspace.")
def command(source: str, **flags: Any) -> int:
    """Tune a model: one job, or a sweep over several configurations.

    What it is estimated to cost is said first. The same command again starts nothing twice: a job is found by its labels, also
    from another machine. Each model that was made gets an alias in gemini-eval.tuned.yaml, to be asked as tuned:ALIAS.

    \b
    gemini-eval tune start specs/tickets.yaml --grid guide_grid --upload gs://my-bucket/tuning
    gemini-eval tune start gs://my-bucket/tickets.jsonl --base gemini-2.5-flash --epochs 2 --yes --wait
    """
    options = start_options(source, flags)
    _refuse_unfit(flags)
    if flags["backend"] == "local":
        return _start_local(options, flags["seed"] or 0)
    from gemini_eval.cli.faults import print_faults
    from gemini_eval.cli.tune.shown import aside, finish, tell_jobs
    from gemini_eval.tuning.vertex.place import find_seat
    from gemini_eval.tuning.vertex.service import TuningService
    from gemini_eval.verbs.tune.jobs import alone, find_jobs, start_waiting, watch
    from gemini_eval.verbs.tune.prepared import workspace_of
    from gemini_eval.verbs.tune.start import gather, uploaded, wanted_jobs

    workspace = workspace_of(options)
    with ExitStack() as stack:
        with alone(workspace):
            material = gather(options, workspace)
            print_faults(material.warnings)
            service = stack.enter_context(closing(TuningService(find_seat(material.target))))
            sweep = find_jobs(service, wanted_jobs(material))
            _agree(material, sweep.waiting, flags)
            sweep.waiting = uploaded(material, sweep.waiting) if sweep.waiting else []
            try:
                start_waiting(service, sweep, flags["at_once"])
            finally:
                _tell_jobs(sweep)
        _tell_waiting(sweep)
        if flags["wait"]:
            every_s = EVERY_S if flags["every"] is None else flags["every"]
            watch(service, sweep, aside, at_once=flags["at_once"], every_s=every_s, guard=lambda: alone(workspace))
            tell_jobs(sweep.jobs.values())
        return finish(workspace, list(sweep.jobs.values()))


def _refuse_unfit(flags: dict[str, Any]) -> None:
    """What the other backend alone knows is not silently left out."""
    from gemini_eval.errors import UsageError

    local = flags["backend"] == "local"
    for name in VERTEX_ALONE if local else LOCAL_ALONE:
        if flags[name] not in ("", None) and flags[name] is not False:
            where = "Vertex AI, and --backend local tunes on this machine" if local else "--backend local"
            raise UsageError(f"--{name.replace('_', '-')} is for {where}", "leave it out")


def start_options(source: str, flags: Mapping[str, Any]) -> StartOptions:
    """What the flags that are given ask for."""
    from gemini_eval.errors import UsageError
    from gemini_eval.tuning.grid import read_grid
    from gemini_eval.tuning.parameters import DEFAULT, Parameters
    from gemini_eval.verbs.tune.prepared import StartOptions

    names = ("epochs", "learning_rate_multiplier", "adapter_size")
    given = [name for name in names if flags[name] is not None]
    if flags.get("grid") and given:
        raise UsageError(f"--grid and --{given[0].replace('_', '-')} exclude each other", "write the values into the grid's file")
    single = Parameters(**{name: getattr(DEFAULT, name) if flags[name] is None else flags[name] for name in names})
    grid = read_grid(flags["grid"]) if flags.get("grid") else (single,)
    taken = ("base", "prompt", "data", "validation", "name", "share", "upload", "target")
    return StartOptions(source, grid, **{name: flags[name] for name in taken if name in flags})


def _agree(material: Material, jobs: Sequence[Wanted], flags: dict[str, Any]) -> None:
    """What would be started and what it costs, and the user's consent where there is anything to start."""
    from gemini_eval.cli.tune.shown import consent, counted, say
    from gemini_eval.verbs.tune.start import MICROS, refuse_too_dear, usd

    if not jobs:
        return
    estimate = material.estimate([job.parameters for job in jobs])
    train = material.train
    held = f", {material.validation.examples:,} to validate by" if material.validation else ""
    data = f"about {train.tokens:,} tokens an epoch ({train.sha256[:19]}…)"
    say(f"{material.base}: {counted(train.examples, 'example')}{held}, {data}")
    price = "cost unknown" if estimate.micros is None else f"about {usd(estimate.micros / MICROS)}"
    many = f"{counted(len(jobs), 'job')}, {counted(estimate.epochs, 'epoch')} in all"
    say(f"{many}: about {estimate.tokens:,} tokens to train on, {price}")
    agreed = refuse_too_dear(estimate, flags["max_cost"], material.prepared.workspace.policy)
    consent(f"starting {counted(len(jobs), 'job')}", flags["yes"] or agreed, "--yes, or --max-cost USD")


def _tell_jobs(sweep: Sweep) -> None:
    from gemini_eval.cli.tune.shown import say

    for key, job in sweep.jobs.items():
        how = "started" if key in sweep.started else f"there already, {job.state.lower()}"
        say(f"{job.alias}: {how} (job {job.id})")


def _tell_waiting(sweep: Sweep) -> None:
    from gemini_eval.cli.tune.shown import aside, say

    for wanted in sweep.waiting:
        say(f"{wanted.alias}: waits until another job ends; --wait starts it then, or the same command again")
    if sweep.refused:
        aside(sweep.refused)


def _start_local(options: StartOptions, seed: int) -> int:
    from gemini_eval.cli.tune.shown import committed, say
    from gemini_eval.cli.tune.training import prepared_locally, train_shown

    prepared = prepared_locally(options)
    with committed(prepared.workspace):
        for alias, tuned in train_shown(prepared, options, seed):
            say(f"tuned:{alias} is {tuned.model}")
    return 0
