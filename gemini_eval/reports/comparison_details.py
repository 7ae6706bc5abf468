"""What stands below the table of a comparison: how it was tested, what it cost, cases that flipped, how the bar moved."""

from __future__ import annotations

from collections.abc import Iterator

from gemini_eval.comparison.build import STEADY
from gemini_eval.comparison.model import Comparison, Flip, Moved, Side, State, Tested, VariantComparison, VariantSide
from gemini_eval.reports.comparison_decisions import amount, figure_of, sees_nothing
from gemini_eval.reports.comparison_facts import GRAVITY, Standing, paired, per_thousand, standing_of, standing_of_test
from gemini_eval.reports.comparison_grids import PLAIN, spread
from gemini_eval.reports.comparison_sentences import named
from gemini_eval.reports.shown import ABSENT, bare, money, probability, tokens
from gemini_eval.stats.decision import Decision, PairedDecision

_ALL_SHOWN = 3
_SHORT = 7
_STOPPED = {
    "worse": "it is worse",
    "no_regression": "it is no worse than the margin",
    "futile": "more rounds would not decide it",
}


def side_parts(side: Side) -> tuple[str, str, str]:
    """Its name, the short id of its commit, and what else there is to say of it; '' for none."""
    run = f"(run {side.run})" if side.run and side.run != side.name else ""
    rest = " ".join(part for part in (run, "with uncommitted changes" if side.dirty else "") if part)
    return side.name, side.commit[:_SHORT], rest


def side_text(side: Side) -> str:
    """`origin/main 1a2b3c4`."""
    return " ".join(part for part in side_parts(side) if part)


def shown_in_detail(comparison: Comparison, everything: bool) -> list[VariantComparison]:
    """All of a few variants; of many those that need a look. Among them those whose answers were judged by two texts."""
    found = [*paired(comparison), *(variant for variant in comparison.variants if variant.state is State.REJUDGED)]
    if everything or len(found) <= _ALL_SHOWN:
        return found
    last = GRAVITY[Standing.LEANING_WORSE]
    return [v for v in found if GRAVITY[standing_of(v)] <= last or any(flip.must_pass for flip in v.newly_failing)]


def facts_of_variant(variant: VariantComparison) -> Iterator[tuple[str, str]]:
    """`key`, `text` for each thing to know of how a variant was tested and what its answers were."""
    if variant.why:
        yield "why", variant.why
    several = len(variant.tested) > 1
    for tested in variant.tested:
        if tested.decision is None and tested.why == variant.why:
            continue
        yield figure_of(tested) if several else "tested", _tested(tested)
    if variant.tested:
        yield "cases", _cases(variant)
    if variant.before and variant.after:
        after = _answered(variant.after)
        who = after if variant.state is State.REJUDGED else _both(_answered(variant.before), after)
        yield from [("answered", who)] if who != ABSENT else []
        yield from _spent(variant.before, variant.after)
    if variant.flaky:
        yield "flaky", f"pass now and fail then: {named(variant.flaky)}"


def _tested(tested: Tested) -> str:
    decision = tested.decision
    if decision is None:
        return f"not tested: {tested.why}"
    drop = "rise" if tested.lower_is_better else "drop"
    seen = f"a {drop} of {amount(tested, decision.detectable_drop, 'en')} would be seen 8 times in 10"
    parts = [
        f"p {_probabilities(decision)}",
        f"margin {amount(tested, tested.margin, 'en')}",
        f"too few cases to see any {drop} 8 times in 10" if sees_nothing(tested, decision) else seen,
    ]
    if tested.stopped == STEADY:
        parts.append("temperature 0: two rounds agreed, so one counts")
    elif tested.rounds > 1 or tested.stopped:
        stopped = f", then stopped: {_STOPPED[tested.stopped]}" if tested.stopped in _STOPPED else ""
        parts.append(f"{tested.rounds} round{'s' if tested.rounds > 1 else ''}{stopped}")
    return "; ".join(parts)


def _probabilities(decision: PairedDecision) -> str:
    """That of what was decided, with its standard error where it was drawn and is a number; of "worse" after Holm too, where
    there were several comparisons."""
    improved = decision.decision is Decision.IMPROVED
    p = probability(decision.p_improved if improved else decision.p_regressed)
    drawn = f" ± {decision.p_error:.1g}" if decision.p_error and p.startswith("=") else ""
    if improved:
        return p + drawn
    holm = None if decision.p_holm is None else probability(decision.p_holm)
    return p + drawn if holm in {None, p} else f"{p}{drawn} ({holm.removeprefix('= ')} after Holm)"


def _cases(variant: VariantComparison) -> str:
    parts = [f"{variant.paired:,} on both sides"]
    samples = max((side.samples for side in (variant.before, variant.after) if side), default=0)
    parts += [f"{samples} sample{'s' if samples > 1 else ''} each"] if samples else []
    changed = variant.changed_requests
    parts += [f"{changed:,} with another request"] if changed is not None and changed < variant.paired else []
    parts += [f"{variant.left_out:,} left out (not delivered)"] if variant.left_out else []
    for name, side in (("before", variant.before), ("after", variant.after)):
        parts += [f"{side.no_answer:,} without an answer {name}"] if side and side.no_answer else []
    return ", ".join(parts)


def _answered(side: VariantSide) -> str:
    """`gemini-2.5-flash-001, since 2026-01-02 03:00`: who answered, and since when answers are there; `–` for nobody."""
    if not side.delivered:
        return ABSENT
    who = ", ".join(side.versions) or side.model or side.name
    since = f"since {side.oldest[:16].replace('T', ' ')}" if side.oldest else "asked now" if side.asked_now else ""
    return ", ".join(part for part in (who, since) if part)


def _spent(before: VariantSide, after: VariantSide) -> Iterator[tuple[str, str]]:
    costs = [ABSENT if (cost := per_thousand(side.spent)) is None else money(cost) for side in (before, after)]
    if costs != [ABSENT, ABSENT]:
        yield "cost", f"{_both(*costs)} per 1,000 answers"
    judges = [_judges(side) for side in (before, after)]
    if before.judges.cost_unknown or after.judges.cost_unknown:
        yield "judges", "what they cost is unknown"
    elif judges != [ABSENT, ABSENT]:
        yield "judges", f"{_both(*judges)} per 1,000 answers"
    used = [_tokens(side) for side in (before, after)]
    if used != [ABSENT, ABSENT]:
        yield "tokens", f"{_both(*used)} in / out, each answer"


def _judges(side: VariantSide) -> str:
    """What judges cost for a thousand answers, where all their prices are known."""
    told = side.judges
    if not told.answers or told.cost_unknown or not side.spent.answers:
        return ABSENT
    return money(round(told.cost_micros * 1000 / side.spent.answers))


def _both(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _tokens(side: VariantSide) -> str:
    spent = side.spent
    if not spent.answers or not spent.prompt_tokens + spent.output_tokens:
        return ABSENT
    return f"{tokens(spent.prompt_tokens / spent.answers)} / {tokens(spent.output_tokens / spent.answers)}"


def decision_lines(comparison: Comparison, suite: str, name: str) -> Iterator[str]:
    """`accuracy: regressed, 92.0 % → 84.0 %, -8.0 (-12.1 to -3.9), p = .003; margin 5 points`: each figure of one variant."""
    for variant in comparison.variants:
        if (variant.suite, variant.variant) != (suite, name):
            continue
        for tested in variant.tested:
            values = f"{bare(tested.figure, tested.before)} → {bare(tested.figure, tested.after)}"
            parts = (PLAIN[standing_of_test(tested, variant)], values, spread(tested), _tested(tested))
            yield f"{figure_of(tested)}: {', '.join(parts)}"
        if not variant.tested:
            yield PLAIN[standing_of(variant)] + (f": {variant.why}" if variant.why else "")


# ---- cases that flipped ------------------------------------------------------------------------------------


def flip_marks(flip: Flip) -> str:
    marks = [("must pass", flip.must_pass), ("flaky", flip.flaky), ("edited", flip.edited)]
    return ", ".join(name for name, holds in marks if holds)


def flip_rates(flip: Flip) -> str:
    return f"baseline failed {flip.before_failed} of {flip.before_of}, now {flip.after_failed} of {flip.after_of}"


def flip_texts(flip: Flip) -> Iterator[tuple[str, str]]:
    """What was expected where neither side said just that, both answers, and why the one that fails does."""
    if flip.expected and flip.expected not in {flip.before, flip.after}:
        yield "expected", flip.expected
    yield "before", flip.before or ABSENT
    yield "after", flip.after or ABSENT
    if flip.reason:
        yield "reason", flip.reason


# ---- the bar -----------------------------------------------------------------------------------------------


def moved_what(moved: Moved) -> str:
    """`gate loosened: wine · few@flash · accuracy`; how many cases where it is about several."""
    what = moved.what or named(moved.cases)
    names = [moved.suite, moved.variant, *([what] if what != moved.variant else [])]
    number = f" ({moved.count:,} cases)" if moved.count > 1 else ""
    return f"{moved.kind.value.replace('_', ' ')}: {' · '.join(name for name in names if name)}{number}"


def moved_place(moved: Moved) -> str:
    return f"{moved.path}:{moved.line}" if moved.path and moved.line else moved.path
