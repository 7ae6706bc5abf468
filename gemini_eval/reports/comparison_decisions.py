"""One figure held against another side, in words: both values, and what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from gemini_eval.comparison.model import Tested, VariantComparison, VariantSide
from gemini_eval.reports.comparison_facts import Standing, p_worse, standing_of_test
from gemini_eval.reports.options import Lang
from gemini_eval.reports.shown import bare, count, in_points, probability
from gemini_eval.reports.wordings import counted, word
from gemini_eval.safe.terminal import clip
from gemini_eval.stats.decision import PairedDecision

_COUNTED = {"accuracy": "held_right", "pass_rate": "held_pass"}
_EPSILON = 1e-9


def held_sentence(variant: VariantComparison, tested: Tested, lang: Lang, *, detailed: bool = False) -> Iterator[str]:
    """`Right 91 of 100, before 92.`; a figure that counts no cases by its name and value. Nothing where a value is unknown."""
    if tested.before is None or tested.after is None or tested.decision is None:
        return
    total = tested.decision.cases
    name = clip(tested.over, 60) if tested.over else word(lang, "before")
    detail = _detail(variant, tested, tested.decision, lang) if detailed else ""
    key = _COUNTED.get(tested.figure) if not tested.tag else None
    if key:
        before, after = (count(round(value * total, 1)) for value in (tested.before, tested.after))
        yield word(lang, key, before=before, after=after, total=count(total), name=name, detail=detail)
        return
    before, after = bare(tested.figure, tested.before), bare(tested.figure, tested.after)
    figure = clip(figure_of(tested), 60)
    yield word(lang, "held_figure", figure=figure, before=before, after=after, name=name, detail=detail)


def figure_of(tested: Tested) -> str:
    """`accuracy`, or `accuracy of lang=ko` where only cases with a tag count."""
    return f"{tested.figure} of {tested.tag}" if tested.tag else tested.figure


def decision_sentences(variant: VariantComparison, tested: Tested, lang: Lang) -> Iterator[str]:
    """What was decided, in one or two sentences."""
    decision, standing = tested.decision, standing_of_test(tested, variant)
    if decision is None:
        return
    if standing is Standing.MODEL_CHANGED:
        yield word(lang, "is_model_changed", versions=versions(variant, lang))
        return
    blind = standing is Standing.INCONCLUSIVE and sees_nothing(tested, decision)
    yield word(
        lang,
        "is_blind" if blind else f"is_{standing}",
        move=move(tested, decision, lang),
        p=probability(_p(standing, decision)),
        margin=amount(tested, tested.margin, lang),
        worst=amount(tested, _up(tested, max(0.0, -decision.interval.low)), lang),
        detectable=amount(tested, _up(tested, decision.detectable_drop, whole=True), lang),
        drop=word(lang, "rise" if tested.lower_is_better else "drop"),
    )
    if decision.cases_needed_more:
        yield counted(lang, "more_cases", decision.cases_needed_more)


def versions(variant: VariantComparison, lang: Lang) -> str:
    """Which versions of the model answered, where both sides know."""
    before, after = _versions(variant.before), _versions(variant.after)
    return word(lang, "versions", before=before, after=after) if before and after else ""


def _versions(side: VariantSide | None) -> str:
    return clip(", ".join(side.versions), 60) if side else ""


def move(tested: Tested, decision: PairedDecision, lang: Lang) -> str:
    """`down 8 points`: which way the figure itself went."""
    delta = tested.turned(decision)[0]
    return word(lang, "up" if delta > 0 else "down", amount=amount(tested, delta, lang))


def amount(tested: Tested, value: float, lang: Lang) -> str:
    """`8 points`, or `0.08` of a figure that is no share."""
    if not in_points(tested.figure):
        return f"{abs(value):.3f}".rstrip("0").rstrip(".")
    text = f"{abs(value) * 100:.1f}".removesuffix(".0")
    return word(lang, "points.one" if text == "1" else "points", n=text)


def sees_nothing(tested: Tested, decision: PairedDecision) -> bool:
    """Whether there are so few cases that not even a drop of all of them would be seen 8 times in 10."""
    return in_points(tested.figure) and decision.detectable_drop > 1.0


def _up(tested: Tested, value: float, *, whole: bool = False) -> float:
    """The next amount that can be shown, so that "less than" and "or more" stay true; `whole` points from 2 on."""
    steps = 1000.0 if not (whole and in_points(tested.figure) and value >= 0.02) else 100.0
    return max(1.0, ceil(value * steps - _EPSILON)) / steps


def _detail(variant: VariantComparison, tested: Tested, decision: PairedDecision, lang: Lang) -> str:
    if abs(decision.delta) < _EPSILON:
        return word(lang, "detail_unchanged")
    p = probability(_p(standing_of_test(tested, variant), decision))
    return word(lang, "detail", move=move(tested, decision, lang), p=p)


def _p(standing: Standing, decision: PairedDecision) -> float:
    return decision.p_improved if standing is Standing.IMPROVED else p_worse(decision)
