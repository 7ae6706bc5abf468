"""The tables of judges: answers compared in pairs; how far judges agree with each other, and with people."""

from __future__ import annotations

from collections.abc import Iterator

from gemini_eval.reports.grid import Grid
from gemini_eval.reports.shown import decimal, with_interval
from gemini_eval.summary.figures import figure_name
from gemini_eval.summary.model import SuiteSummary, VariantSummary


def judge_grids(suite: SuiteSummary) -> Iterator[Grid]:
    """What judges say of a suite's variants, and what that is worth."""
    yield from _pairs(suite)
    yield from _juries(suite)
    yield from _people(suite)


def _juries(suite: SuiteSummary) -> Iterator[Grid]:
    """Krippendorff's alpha, and Cohen's kappa where there are two judges."""
    found = [(variant, name, jury) for variant in suite.variants.values() for name, jury in variant.juries.items()]
    two = any(jury.jurors == 2 for _, _, jury in found)
    rows = tuple(
        (
            *(name, variant.variant, str(jury.jurors), str(jury.answers), decimal(jury.alpha)),
            *([decimal(jury.kappa)] if two else []),
        )
        for variant, name, jury in found
    )
    if rows:
        columns = ("assertion", "variant", "judges", "answers", "alpha", *(["kappa"] if two else []))
        yield Grid("Agreement of judges", columns, rows)


def _people(suite: SuiteSummary) -> Iterator[Grid]:
    """Of answers that people labelled; a judge without a verdict has a column only where that occurs."""
    found = [(variant, judge, people) for variant in suite.variants.values() for judge, people in variant.people.items()]
    silent = any(people.silent for _, _, people in found)
    rows = tuple(
        (
            judge,
            variant.variant,
            str(people.yes + people.no),
            *(_figure(variant, f"judge_{part}", judge) for part in ("kappa", "tpr", "tnr")),
            *([str(people.silent)] if silent else []),
        )
        for variant, judge, people in found
    )
    if rows:
        columns = ("judge", "variant", "labels", "kappa", "true positives", "true negatives")
        yield Grid("Judges against people", (*columns, *(["no verdict"] if silent else [])), rows)


def _figure(variant: VariantSummary, name: str, judge: str) -> str:
    figure = variant.figures.get(figure_name(name, judge))
    return decimal(figure.value if figure else None) if name == "judge_kappa" else with_interval(figure)


def _pairs(suite: SuiteSummary) -> Iterator[Grid]:
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
