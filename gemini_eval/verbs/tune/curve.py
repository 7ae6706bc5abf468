"""`tune curve`: models that were tuned on shares of the data, all asked on one split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gemini_eval.comparison.testing import Paired, Wish, figure_tested
from gemini_eval.errors import UsageError
from gemini_eval.tuning.contest import MARGIN
from gemini_eval.tuning.curve import Curve, Point, verdict_of
from gemini_eval.tuning.splits import VALIDATION, in_split
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.run import Outcomes
from gemini_eval.verbs.tune.compare import CUT, asked, deciding, sides_of
from gemini_eval.verbs.tune.variants import entered, rows_in, short_name


@dataclass(frozen=True, slots=True)
class Drawn:
    """`curve` is None where the run was cut short or is invalid."""

    outcomes: Outcomes
    curve: Curve | None = None


def draw_curve(path: str | Path, models: Mapping[int, str], prompt: str, options: RunOptions, split: str = VALIDATION) -> Drawn:
    """`models`: per cent of the examples -> what was tuned on them. Raises `InputError` with nothing sent.

    The validation split, not the test split, is asked by default: what the curve says leads to more tuning, and the test split is
    for what comes of it.
    """
    if len(models) < 2:
        raise UsageError("a curve takes models of two shares or more", "name each: --at 50=MODEL --at 100=MODEL")
    shares = sorted(models)
    entry = entered(path, [models[percent] for percent in shares], prompt, options.load)
    if not rows_in(entry.suite, split):
        other = f", or name another: --split {entry.split}" if entry.split else ""
        raise UsageError(f"no row of the data is in the split {split}", f"give rows that split{other}")
    variants = tuple(replace(entry.named[models[percent]], name=f"{percent} %") for percent in shares)
    suite = in_split(entry.of(*variants), split)
    outcomes = asked(suite, options, "tune curve")
    if outcomes.exit_status in CUT:
        return Drawn(outcomes)
    figures = deciding(suite)
    sides = list(sides_of(outcomes, suite, figures).values())
    last = figure_tested(Paired.of(sides[-2], sides[-1], suite.labels.names if suite.labels else ()), Wish(figures[0], MARGIN))
    summary = outcomes.summary.suites[suite.name].variants
    points = tuple(
        Point(percent, short_name(models[percent]), variant.model.id, summary[variant.name].figures[figures[0].name])
        for percent, variant in zip(shares, variants, strict=True)
    )
    curve = Curve(suite.name, split, outcomes.folder.id, figures[0].name, points, last, verdict_of(last), last.why)
    return Drawn(outcomes, curve)
