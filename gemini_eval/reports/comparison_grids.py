"""The tables of a comparison as plain texts: one row a tested figure; of one variant its crowds, slices and moved confusions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gemini_eval.comparison.model import Comparison, MovedConfusion, State, Tested, VariantComparison
from gemini_eval.reports.comparison_decisions import figure_of
from gemini_eval.reports.comparison_facts import GRAVITY, Standing, p_worse, paired, standing_of, standing_of_test
from gemini_eval.reports.grid import Grid
from gemini_eval.reports.grids import MOST_ROWS
from gemini_eval.reports.shown import ABSENT, bare, count, difference, percent, probability
from gemini_eval.reports.signs import Signs
from gemini_eval.reports.spans import Style

PLAIN: dict[Standing, str] = {
    Standing.REGRESSED: "regressed",
    Standing.NOT_DECIDED: "not decided",
    Standing.MODEL_CHANGED: "model changed",
    Standing.WITHIN_MARGIN: "slightly worse",
    Standing.LEANING_WORSE: "leaning worse",
    Standing.INCONCLUSIVE: "undecided",
    Standing.IMPROVED: "improved",
    Standing.NO_REGRESSION: "no regression",
    Standing.NEW: "new",
    Standing.REJUDGED: "judging changed",
    Standing.UNCHANGED: "unchanged",
    Standing.REMOVED: "removed",
}


def sign_of(standing: Standing, signs: Signs) -> tuple[str, Style]:
    if standing is Standing.REGRESSED:
        return signs.fails, "bad"
    if standing in {Standing.IMPROVED, Standing.NO_REGRESSION}:
        return signs.holds, "good"
    if standing in {Standing.MODEL_CHANGED, Standing.WITHIN_MARGIN, Standing.REJUDGED, Standing.REMOVED}:
        return signs.warns, "warn"
    if standing in {Standing.NOT_DECIDED, Standing.LEANING_WORSE, Standing.INCONCLUSIVE}:
        return signs.open, "warn"
    return "·", "dim"


def compared_grid(comparison: Comparison, signs: Signs) -> Grid:
    """One row for each tested figure, the gravest variant first, then variants that were not tested. Unchanged ones are left to
    `unchanged_names`."""
    pairs = [(variant, tested) for variant in paired(comparison) for tested in variant.tested]
    alone = [variant for variant in comparison.variants if not variant.tested and variant.state is not State.UNCHANGED]
    alone.sort(key=lambda variant: GRAVITY[standing_of(variant)])
    several_figures = len({figure_of(tested) for _, tested in pairs}) > 1
    rows = []
    for variant, tested in [*pairs, *((variant, None) for variant in alone)]:
        figure = [figure_of(tested) if tested else ABSENT] if several_figures else []
        name = _named(short_name(comparison, variant), tested)
        rows.append((name, _plain(variant, tested, signs), *figure, *(_cells(variant, tested) if pairs else ())))
    names = [*(["figure"] if several_figures else []), *(["before", "after", "difference (90 %)", "p"] if pairs else [])]
    return Grid("Compared", ("variant", "decision", *names), tuple(rows))


def short_name(comparison: Comparison, variant: VariantComparison) -> str:
    """The variant's name where there is one suite, the suite's where each has one variant, else both."""
    suites = [one.suite for one in comparison.variants]
    if len(set(suites)) == 1:
        return variant.variant
    return variant.suite if len(set(suites)) == len(suites) else f"{variant.suite} · {variant.variant}"


def most_rows(grid: Grid, signs: Signs) -> int:
    """How many rows of a long table are worth a look: all that are not well, and some."""
    well = tuple(f"{sign_of(standing, signs)[0]} {PLAIN[standing]}" for standing in (Standing.IMPROVED, Standing.NO_REGRESSION))
    return max(MOST_ROWS, sum(not row[1].startswith(well) for row in grid.rows))


def _named(name: str, tested: Tested | None) -> str:
    return f"{name}, over {tested.over}" if tested and tested.over else name


def _cells(variant: VariantComparison, tested: Tested | None) -> tuple[str, str, str, str]:
    """Both values, their difference with its interval, and the p-value that decided."""
    if tested is None:
        return ABSENT, ABSENT, ABSENT, ABSENT
    before, after = bare(tested.figure, tested.before), bare(tested.figure, tested.after)
    if tested.decision is None:
        return before, after, ABSENT, ABSENT
    improved = standing_of_test(tested, variant) is Standing.IMPROVED
    p = tested.decision.p_improved if improved else p_worse(tested.decision)
    return before, after, spread(tested), probability(p).removeprefix("= ")


def spread(tested: Tested) -> str:
    """`-8.0 (-12.1 to -3.9)`."""
    if tested.decision is None:
        return ABSENT
    delta, low, high = (difference(tested.figure, value) for value in tested.turned(tested.decision))
    return f"{delta} ({low} to {high})"


def _plain(variant: VariantComparison, tested: Tested | None, signs: Signs) -> str:
    standing = standing_of_test(tested, variant) if tested else standing_of(variant)
    gating = tested is None or (tested.gating and variant.gated)
    return f"{sign_of(standing, signs)[0]} {PLAIN[standing]}" + ("" if gating else ", not gated")


def unchanged_names(comparison: Comparison) -> list[str]:
    """Suites in which nothing changed, and such variants of others."""
    whole = comparison.unaffected
    variants = [f"{v.suite} · {v.variant}" for v in comparison.variants if v.state is State.UNCHANGED and v.suite not in whole]
    return [*whole, *variants]


# ---- one variant -------------------------------------------------------------------------------------------


def variant_grids(variant: VariantComparison) -> Iterator[Grid]:
    """Crowds where there are several, slices that are listed, and confusions that moved."""
    crowds = [(str(one.kind), f"{one.cases:,}", percent(one.before), percent(one.after)) for one in variant.crowds if one.cases]
    if crowds:
        yield _limited("Cases", ("cases", "number", "before", "after"), crowds)
    listed = [
        (one.name, f"{one.cases:,}", percent(one.before), percent(one.after), probability(one.p_adjusted).removeprefix("= "))
        for one in variant.slices
        if one.listed
    ]
    if listed:
        yield _limited("Slices that got worse, never gated", ("slice", "cases", "before", "after", "p adjusted"), listed)
    if variant.confusions:
        yield _confusions(variant.confusions)


def _confusions(moved: Sequence[MovedConfusion]) -> Grid:
    """What became more frequent first; of ordered labels with the steps that each is off."""
    ordered = any(one.steps is not None for one in moved)
    rows = [
        (
            *(one.expected, one.answer, *([str(one.steps)] if ordered else [])),
            *(count(round(one.before, 1)), count(round(one.after, 1))),
        )
        for one in sorted(moved, key=lambda one: one.before - one.after)
    ]
    return _limited("Moved confusions", ("expected", "answered", *(["steps off"] if ordered else []), "before", "after"), rows)


def _limited(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Grid:
    return Grid(title, header, tuple(rows[:MOST_ROWS]), max(0, len(rows) - MOST_ROWS))
