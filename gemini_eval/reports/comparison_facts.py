"""What a report asks of a comparison: how each variant stands, which of them is gravest, and what stands apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from gemini_eval.comparison.model import Comparison, Crowd, Spent, State, Tested, VariantComparison
from gemini_eval.reports.view import RunView
from gemini_eval.stats.decision import Decision, PairedDecision


class Standing(StrEnum):
    """How one variant or one of its figures stands, the gravest first."""

    REGRESSED = "regressed"
    NOT_DECIDED = "not_decided"
    MODEL_CHANGED = "model_changed"
    WITHIN_MARGIN = "within_margin"
    LEANING_WORSE = "leaning_worse"
    INCONCLUSIVE = "inconclusive"
    IMPROVED = "improved"
    NO_REGRESSION = "no_regression"
    NEW = "new"
    REJUDGED = "rejudged"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


GRAVITY = {standing: n for n, standing in enumerate(Standing)}

_OF_DECISION = {
    Decision.REGRESSED: Standing.REGRESSED,
    Decision.REGRESSED_WITHIN_MARGIN: Standing.WITHIN_MARGIN,
    Decision.IMPROVED: Standing.IMPROVED,
    Decision.NO_REGRESSION_BEYOND_MARGIN: Standing.NO_REGRESSION,
    Decision.INCONCLUSIVE: Standing.INCONCLUSIVE,
}
_OF_STATE = {
    State.UNCHANGED: Standing.UNCHANGED,
    State.REJUDGED: Standing.REJUDGED,
    State.NEW: Standing.NEW,
    State.UNREADABLE: Standing.NOT_DECIDED,
    State.REMOVED: Standing.REMOVED,
    State.NOT_DECIDED: Standing.NOT_DECIDED,
}


ALONE = frozenset({State.NEW, State.UNREADABLE})
"""Variants of which there is no other side."""


def standing_of_test(tested: Tested, variant: VariantComparison) -> Standing:
    """How one figure stands. Where another version of the model answered, no difference is laid on the change."""
    if tested.decision is None:
        return Standing.NOT_DECIDED
    if variant.model_changed:
        return Standing.MODEL_CHANGED
    if tested.decision.leaning_worse:
        return Standing.LEANING_WORSE
    return _OF_DECISION[tested.decision.decision]


def main_test(variant: VariantComparison) -> Tested | None:
    """The gravest gating figure; of several equally grave ones the first. None where nothing was tested."""
    gating = [tested for tested in variant.tested if tested.gating] or list(variant.tested)
    return min(gating, key=lambda tested: GRAVITY[standing_of_test(tested, variant)], default=None)


def standing_of(variant: VariantComparison) -> Standing:
    """How the variant stands: as its gravest gating figure, where its cases were paired."""
    if variant.state is not State.COMPARED:
        return _OF_STATE[variant.state]
    tested = main_test(variant)
    return standing_of_test(tested, variant) if tested else Standing.NOT_DECIDED


def paired(comparison: Comparison) -> list[VariantComparison]:
    """Variants that were to be tested, the gravest first, gated ones before the others."""
    found = [variant for variant in comparison.variants if variant.state in {State.COMPARED, State.NOT_DECIDED}]
    return sorted(found, key=lambda variant: (not variant.gated, GRAVITY[standing_of(variant)], _drop(variant)))


def subjects(comparison: Comparison) -> list[VariantComparison]:
    """Those that decide: the gated ones of `paired`, or all of them where none is gated."""
    found = paired(comparison)
    return [variant for variant in found if variant.gated] or found


def _drop(variant: VariantComparison) -> float:
    tested = main_test(variant)
    return tested.decision.delta if tested and tested.decision else 0.0


def p_worse(decision: PairedDecision) -> float:
    """The p-value that decided "worse": after Holm where there were several comparisons."""
    return decision.p_regressed if decision.p_holm is None else decision.p_holm


def spent(variants: Sequence[VariantComparison]) -> tuple[Spent, Spent]:
    """What the two sides' answers were, of all these variants together."""
    pairs = [(variant.before.spent, variant.after.spent) for variant in variants if variant.before and variant.after]
    return _sum([before for before, _ in pairs]), _sum([after for _, after in pairs])


def _sum(every: Sequence[Spent]) -> Spent:
    names = ("answers", "cached", "cost_micros", "cost_unknown", "prompt_tokens", "output_tokens")
    return Spent(**{name: sum(getattr(spent, name) for spent in every) for name in names})


def per_thousand(spent: Spent) -> int | None:
    """1e-6 USD for a thousand answers; None where no price is known."""
    known = spent.answers - spent.cost_unknown
    return round(spent.cost_micros * 1000 / known) if known > 0 else None


def fell_because_of_new_cases(crowds: Sequence[Crowd]) -> bool:
    """Whether the rate over all cases fell, and by more than half because of those that were added."""
    old = [crowd for crowd in crowds if crowd.kind != "added"]
    before, kept, after = (_rate(old, "before"), _rate(old, "after"), _rate(crowds, "after"))
    if before is None or kept is None or after is None:
        return False
    return after < before - 0.0005 and kept - after > before - kept


def _rate(crowds: Sequence[Crowd], side: str) -> float | None:
    rates = [(crowd.cases, getattr(crowd, side)) for crowd in crowds if getattr(crowd, side) is not None]
    total = sum(cases for cases, _ in rates)
    return sum(cases * rate for cases, rate in rates) / total if total else None


def unpaired(view: RunView) -> RunView:
    """The run without the variants that were held against another side: a report shows those as pairs. Of two saved runs nothing
    else is of interest."""
    if view.comparison is None:
        return view
    if view.comparison.kind == "compare":
        return replace(view, summary=replace(view.summary, suites={}))
    held = {(variant.suite, variant.variant) for variant in view.comparison.variants if variant.state not in ALONE}
    suites = {}
    for name, suite in view.summary.suites.items():
        variants = {key: variant for key, variant in suite.variants.items() if (name, key) not in held}
        if variants:
            suites[name] = replace(suite, variants=variants)
    return replace(view, summary=replace(view.summary, suites=suites))
