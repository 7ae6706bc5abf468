"""The tables of judges: answers compared in pairs."""

from __future__ import annotations

from collections.abc import Iterator

from gemini_eval.reports.grid import Grid
from gemini_eval.reports.shown import with_interval
from gemini_eval.summary.figures import figure_name
from gemini_eval.summary.model import SuiteSummary


def judge_grids(suite: SuiteSummary) -> Iterator[Grid]:
    """One row a comparison; what was not delivered has a column only where it occurs."""
    found = [(variant, name, pair) for variant in suite.variants.values() for name, pair in variant.pairs.items()]
    lost = any(pair.lost for _, _, pair in found)
    rows = tuple(
        (
            name,
            variant.variant,
            pair.over,
            f"{pair.wins} / {pair.ties} / {pair.losses}",
            with_interval(variant.figures.get(figure_name("win_rate", name))),
            f"{pair.first + pair.second} of {pair.asked}",
            *([str(pair.lost)] if lost else []),
        )
        for variant, name, pair in found
    )
    columns = ("comparison", "variant", "over", "win / tie / loss", "win rate", "order alone decided")
    if rows:
        yield Grid("Compared by judges", (*columns, *(["not delivered"] if lost else [])), rows)
