"""The opening sentences of a comparison: what came of it, the gravest first, then what stands apart, then money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from gemini_eval.comparison.model import Comparison, Moved, State, VariantComparison
from gemini_eval.reports.comparison_decisions import decision_sentences, held_sentence
from gemini_eval.reports.comparison_facts import (
    ALONE,
    GRAVITY,
    Standing,
    fell_because_of_new_cases,
    main_test,
    per_thousand,
    spent,
    standing_of,
    subjects,
)
from gemini_eval.reports.options import Lang
from gemini_eval.reports.shown import difference, money, percent
from gemini_eval.reports.wordings import counted, word
from gemini_eval.safe.terminal import clip

MOST_NAMES = 3
LONGEST_NAME = 60
_GRAVE = (Standing.REGRESSED, Standing.NOT_DECIDED, Standing.MODEL_CHANGED, Standing.WITHIN_MARGIN, Standing.LEANING_WORSE)


def opening(comparison: Comparison, lang: Lang) -> Iterator[str]:
    """What came of the variants, and the cases that stand apart."""
    found = subjects(comparison)
    if comparison.not_recorded:
        yield counted(lang, "not_recorded_requests", comparison.not_recorded)
        found = [variant for variant in found if variant.state is State.COMPARED]
    if comparison.kind == "aa" and found:
        yield word(lang, "same_twice")
    if len(found) > 1:
        yield from _several(found, lang)
    elif found:
        yield from _one(found[0], lang)
    elif not comparison.not_recorded:
        yield from _untested(comparison, lang)
    yield from _unreadable(comparison, lang)
    yield from _must_pass(comparison, lang)
    if len(found) == 1:
        yield from _crowds(found[0], lang)


def closing(comparison: Comparison, lang: Lang, *, forbidden: bool = False) -> Iterator[str]:
    """The bar (`forbidden`: a policy has it stay where it is), and how many comparisons there were."""
    if comparison.bar_moved:
        yield word(lang, "bar_forbidden" if forbidden else "bar_moved", moves=moves(comparison.bar_moved, lang))
    together = comparison.together
    if together and together.comparisons > 1:
        values = {"small": together.small, "expected": f"{together.expected:.1f}", "holm": together.after_holm}
        alpha = f"{comparison.alpha:g}".removeprefix("0")
        yield counted(lang, "together", together.comparisons, alpha=alpha, **values)


def cost_sentence(comparison: Comparison, lang: Lang) -> Iterator[str]:
    """What a thousand answers cost more or less; nothing where a side's prices are unknown."""
    before, after = map(per_thousand, spent([variant for variant in comparison.variants if variant.state is State.COMPARED]))
    if before is None or after is None or not before + after:
        return
    key = "cost_up" if after > before else "cost_down" if after < before else "cost_same"
    yield word(lang, key, money=money(abs(after - before) or after))


def has_own_results(comparison: Comparison) -> bool:
    """Whether what the candidate reached by itself has to be said: nothing was held against another side."""
    return not subjects(comparison) and any(variant.state in {*ALONE, State.REJUDGED} for variant in comparison.variants)


def name_of(variant: VariantComparison) -> str:
    return clip(f"{variant.suite} · {variant.variant}", LONGEST_NAME)


def moves(moved: Sequence[Moved], lang: Lang) -> str:
    """`3 expected values edited, 1 gate loosened`: how many of each kind, the kinds in the order of the first."""
    kinds: Counter[str] = Counter()
    for move in moved:
        kinds[move.kind] += max(1, move.count)
    told = [counted(lang, f"bar_{kind}", n) for kind, n in list(kinds.items())[:MOST_NAMES]]
    more = sum(list(kinds.values())[MOST_NAMES:])
    return ", ".join([*told, *([counted(lang, "more_moves", more)] if more else [])])


def named(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are: `a, b, c, +2`."""
    more = [f"+{len(names) - MOST_NAMES}"] if len(names) > MOST_NAMES else []
    return ", ".join([*(clip(name, LONGEST_NAME) for name in names[:MOST_NAMES]), *more])


# ---- variants ----------------------------------------------------------------------------------------------


def _one(variant: VariantComparison, lang: Lang) -> Iterator[str]:
    tested = main_test(variant)
    if tested is None or tested.decision is None:
        why = variant.why or (tested.why if tested else "")
        yield word(lang, "not_decided", who=name_of(variant), why=clip(why.rstrip("."), 200))
        return
    yield from held_sentence(variant, tested, lang)
    yield from decision_sentences(variant, tested, lang)


def _several(found: Sequence[VariantComparison], lang: Lang) -> Iterator[str]:
    suites = [variant.suite for variant in found]
    by_suite = len(set(suites)) == len(suites)
    standings: dict[Standing, list[str]] = {}
    for variant in found:
        standings.setdefault(standing_of(variant), []).append(variant.suite if by_suite else name_of(variant))
    parts = []
    for standing in sorted(standings, key=GRAVITY.__getitem__):
        names = standings[standing]
        told = f"({named(names)})" if len(names) < len(found) else ""
        gap = " " if told and lang == "en" else ""
        parts.append(word(lang, f"n_{standing}", n=len(names), names=gap + told))
    key = "suites_compared" if by_suite else "variants_compared"
    yield word(lang, key, n=len(found), standings=", ".join(parts))
    gravest = found[0]
    tested = main_test(gravest)
    if standing_of(gravest) in _GRAVE and tested and tested.decision:
        name = clip(gravest.suite, LONGEST_NAME) if by_suite else name_of(gravest)
        yield from (f"{name}: {sentence}" for sentence in held_sentence(gravest, tested, lang, detailed=True))


def _untested(comparison: Comparison, lang: Lang) -> Iterator[str]:
    """Nothing was there to test: what changed, if anything."""
    rejudged = [variant for variant in comparison.variants if variant.state is State.REJUDGED]
    if rejudged:
        yield from _rejudged(rejudged, lang)
    new = [name_of(v) for v in comparison.variants if v.state is State.NEW and v.suite not in comparison.new_suites]
    new = [*comparison.new_suites, *new]
    if new:
        yield word(lang, "only_new", names=named(new))
    if rejudged or new or any(variant.state is State.UNREADABLE for variant in comparison.variants):
        return
    unchanged = {variant.suite for variant in comparison.variants if variant.state is State.UNCHANGED}
    suites = len(unchanged.union(comparison.unaffected))
    yield counted(lang, "unchanged", suites) if suites else word(lang, "nothing_affected")


def _rejudged(variants: Sequence[VariantComparison], lang: Lang) -> Iterator[str]:
    unheard = sum(variant.unheard for variant in variants)
    failing, passing = (sum(getattr(v, f"newly_{way}_count") for v in variants) for way in ("failing", "passing"))
    if not unheard or any(variant.before for variant in variants):
        yield word(lang, "rejudged", failing=failing, passing=passing)
    else:
        yield word(lang, "same_requests")
    if unheard:
        yield counted(lang, "unheard", unheard)


def _unreadable(comparison: Comparison, lang: Lang) -> Iterator[str]:
    suites = dict.fromkeys(variant.suite for variant in comparison.variants if variant.state is State.UNREADABLE)
    if suites:
        yield word(lang, "unreadable", names=named(list(suites)))


# ---- cases -------------------------------------------------------------------------------------------------


def _must_pass(comparison: Comparison, lang: Lang) -> Iterator[str]:
    ids = must_pass_broken(comparison)
    if ids:
        yield counted(lang, "must_pass", len(ids), ids=named(ids))


def must_pass_broken(comparison: Comparison) -> list[str]:
    """The cases that must pass and newly fail, of every variant."""
    return [flip.case_id for variant in comparison.variants for flip in variant.newly_failing if flip.must_pass]


def _crowds(variant: VariantComparison, lang: Lang) -> Iterator[str]:
    """Shared and added cases apart, where both are there and both sides answered them."""
    crowds = {crowd.kind: crowd for crowd in variant.crowds if crowd.before is not None and crowd.after is not None}
    shared, added, tested = crowds.get("shared"), crowds.get("added"), main_test(variant)
    if not shared or not added or not tested:
        return
    before, after = percent(added.before), percent(added.after)
    key = "both_sides" if before == after else "each_side"
    change = difference("", (shared.after or 0.0) - (shared.before or 0.0))
    rates = word(lang, key, rate=after, before=before, after=after)
    yield word(lang, "crowds", shared=shared.cases, added=added.cases, difference=change, rates=rates)
    if not tested.lower_is_better and fell_because_of_new_cases(variant.crowds):
        yield word(lang, "because_of_new")
