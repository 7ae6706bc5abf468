"""`tune curve`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from gemini_eval.cli.options import asking, loading, option, telling
from gemini_eval.cli.running import run_options
from gemini_eval.cli.tune.output import finish_curve
from gemini_eval.cli.tune.start import SEED, tuning
from gemini_eval.errors import UsageError
from gemini_eval.reports.tuning import check_ending
from gemini_eval.suites.tuned import PREFIX


@click.command("curve")
@click.argument("suite", metavar="SUITE")
@option("--at", "points", multiple=True, metavar="PERCENT=MODEL", help="A model that is there, and how much data tuned it.")
@tuning
@option("--seed", type=SEED, metavar="N", help="Of the training (0).")
@option("--tuned-prompt", metavar="NAME", default="", help="Train and ask the models by this prompt (the zero-shot one).")
@option("--split", metavar="NAME", default="validation", help="Ask this split of the data (validation).")
@loading
@asking
@telling
def command(suite: str, points: tuple[str, ...], tuned_prompt: str, split: str, **flags: Any) -> int:
    """Say whether more data would help: models tuned on 25, 50 and 100 % of the examples, on the same split.

    Without --at the embedded model is tuned on each share on this machine, as `tune start --backend local --share` does; what is
    tuned already is not tuned again.

    \b
    gemini-eval tune curve specs/tickets_tuning.yaml --epochs 2
    gemini-eval tune curve SUITE --at 25=tuned:a --at 50=tuned:b --at 100=tuned:c
    """
    from gemini_eval.verbs.tune.curve import draw_curve

    for path in flags["outputs"]:
        check_ending(path)
    own = {name: flags.pop(name) for name in ("epochs", "learning_rate_multiplier", "adapter_size", "seed")}
    given = [name for name, value in own.items() if value is not None]
    if points and given:
        raise UsageError(f"--at and --{given[0].replace('_', '-')} exclude each other", "leave out --at to tune models here")
    models = _models(points) if points else _tuned(suite, tuned_prompt, own)
    paths, options = run_options([suite], flags)
    with options.bar():
        drawn = draw_curve(paths[0], models, tuned_prompt, options.run, split)
    return finish_curve(drawn, flags)


def _tuned(suite: str, prompt: str, flags: Mapping[str, Any]) -> dict[int, str]:
    """The embedded model, tuned on each share."""
    from gemini_eval.cli.tune.shown import committed
    from gemini_eval.cli.tune.start import start_options
    from gemini_eval.cli.tune.training import prepared_locally, train_shown
    from gemini_eval.tuning.curve import SHARES

    options = start_options(suite, {**flags, "prompt": prompt})
    whole = prepared_locally(options)
    with committed(whole.workspace):
        return {
            share: f"{PREFIX}{alias}"
            for share in SHARES
            for alias, _ in train_shown(whole.shared(share), options, flags["seed"] or 0)
        }


def _models(points: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for point in points:
        percent, _, model = point.partition("=")
        if not (percent.isdecimal() and 0 < int(percent) <= 100 and model):
            raise UsageError(f"--at {point}: this is not PERCENT=MODEL", "for example: --at 50=tuned:tickets/half")
        if int(percent) in found or model in found.values():
            raise UsageError(f"--at {point}: this share or this model was named already", "name each once")
        found[int(percent)] = model
    return found
