"""`tune curve`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from gemini_eval.cli.options import asking, loading, option, telling
from gemini_eval.cli.running import run_options
from gemini_eval.cli.tune.output import finish_curve
from gemini_eval.errors import UsageError
from gemini_eval.reports.tuning import check_ending


@click.command("curve")
@click.argument("suite", metavar="SUITE")
@option("--at", "points", multiple=True, required=True, metavar="PERCENT=MODEL", help="A model, and how much data tuned it.")
@option("--tuned-prompt", metavar="NAME", default="", help="Ask the models by this prompt (the zero-shot one).")
@option("--split", metavar="NAME", default="validation", help="Ask this split of the data (validation).")
@loading
@asking
@telling
def command(suite: str, points: tuple[str, ...], tuned_prompt: str, split: str, **flags: Any) -> int:
    """Say whether more data would help: models tuned on 25, 50 and 100 % of the examples, on the same split.

    \b
    gemini-eval tune curve SUITE --at 25=tuned:a --at 50=tuned:b --at 100=tuned:c
    """
    from gemini_eval.verbs.tune.curve import draw_curve

    for path in flags["outputs"]:
        check_ending(path)
    models = _models(points)
    paths, options = run_options([suite], flags)
    with options.bar():
        drawn = draw_curve(paths[0], models, tuned_prompt, options.run, split)
    return finish_curve(drawn, flags)


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
