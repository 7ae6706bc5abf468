"""From tallies to a summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gemini_eval.summary.agreement import jury_summaries, people_summaries
from gemini_eval.summary.calibration import confidence_summaries
from gemini_eval.summary.compute import case_accuracy, case_pass_rate
from gemini_eval.summary.context import FigureContext
from gemini_eval.summary.figures import BY_NAME, figure_name, figures_of
from gemini_eval.summary.model import (
    AssertionSummary,
    CaseList,
    ConfusionMatrix,
    FieldSummary,
    JudgeSummary,
    LabelSummary,
    SuiteSummary,
    TagSummary,
    VariantSummary,
)
from gemini_eval.summary.pairs import MOST_LOST_PERCENT, PairCounts, lost_of, pair_summaries
from gemini_eval.summary.tally import CaseCounts, Counts, Listed, Spend, VariantTally
from gemini_eval.types import CaseResult, Family, Figure, Outcome, Response

MAX_LOST_PERCENT = 2
"""More cases than this, and more than one, not delivered: the run is invalid."""


class SuiteTally:
    """All variants of one suite, counted as results stream by.

    `tags` are those that gates ask about. With `recordings_only`, a request that no recording answers makes no run invalid.
    """

    def __init__(self, suite: str, context: FigureContext, *, tags: Iterable[str] = (), recordings_only: bool = False) -> None:
        self.suite = suite
        self._context, self._tags, self._recordings_only = context, tuple(tags), recordings_only
        self._variants = {variant: self._tally() for variant in context.variants}

    def add(self, result: CaseResult) -> None:
        if result.variant not in self._variants:
            self._variants[result.variant] = self._tally()
        self._variants[result.variant].add(result)

    def add_judging(self, result: CaseResult, replies: Sequence[Response]) -> None:
        """The judges' replies about a case that `add` was given, or will be."""
        self._variants[result.variant].add_judging(result, replies)

    def summary(self) -> SuiteSummary:
        variants = {name: summarise(name, tally, self._recordings_only) for name, tally in self._variants.items()}
        return SuiteSummary(self.suite, variants)

    def _tally(self) -> VariantTally:
        return VariantTally(self._context, tags=self._tags)


def summarise(variant: str, tally: VariantTally, recordings_only: bool = False) -> VariantSummary:
    """The summary of one variant; the tally may go on counting."""
    counts = tally.counts
    cases, spend = counts.cases, counts.spend
    figures = figures_of(counts)
    reason = _why_invalid(cases, recordings_only) or ("" if recordings_only else _why_not_compared(counts.pairs))
    return VariantSummary(
        variant=variant,
        cases=cases.cases,
        passed=cases.passed,
        failed=cases.failed,
        unjudged=cases.unjudged,
        not_delivered=cases.of_family(Family.NOT_DELIVERED),
        outcomes={outcome.value: cases.outcomes[outcome] for outcome in Outcome if cases.outcomes[outcome]},
        families={family.value: cases.of_family(family) for family in Family},
        figures=figures,
        tags=_tags(tally),
        assertions=_assertions(counts, figures),
        labels=_labels(counts, figures),
        fields=_fields(counts),
        confusion=_confusion(counts),
        invalid=bool(reason),
        invalid_reason=reason,
        xfails=tally.xfails,
        unexpected_passes=_listed(tally.unexpected_passes),
        drafts=tally.drafts,
        must_pass=tally.must_pass,
        must_pass_failed=_listed(tally.must_pass_failed),
        must_pass_not_recorded=_listed(tally.must_pass_not_recorded),
        answers=spend.responses,
        cost_micros=spend.cost_micros,
        cost_unknown=spend.responses - spend.priced,
        judges=_judges(tally.judging),
        pairs=pair_summaries(counts.pairs),
        juries=jury_summaries(counts.juries),
        people=people_summaries(counts.people),
        left_out={"tags": tally.tags_left_out, "assertions": counts.assertions_left_out},
        confidence=confidence_summaries(counts.confidences, counts.context.about),
    )


def _confusion(counts: Counts) -> ConfusionMatrix | None:
    """None without labels, and where a case has several."""
    if not counts.confusion.labels or counts.context.several_labels:
        return None
    return ConfusionMatrix(counts.confusion.labels, counts.confusion.matrix.rows)


def _judges(spend: Spend) -> JudgeSummary | None:
    if not spend.responses:
        return None
    tokens = {kind: spend.tokens[kind] for kind in ("prompt", "output", "thoughts") if spend.counted[kind]}
    return JudgeSummary(spend.responses, spend.cost_micros, spend.responses - spend.priced, tokens)


def _why_invalid(cases: CaseCounts, recordings_only: bool) -> str:
    """Above max(2 %, 1 case) not delivered, or nothing delivered at all."""
    lost = cases.of_family(Family.NOT_DELIVERED)
    if recordings_only:
        lost -= cases.outcomes[Outcome.NOT_RECORDED]
    if not lost or (lost < cases.cases and lost * 100 <= max(MAX_LOST_PERCENT * cases.cases, 100)):
        return ""
    kinds = ", ".join(
        f"{cases.outcomes[outcome]} {outcome.value.replace('_', ' ')}"
        for outcome in Outcome
        if outcome.family is Family.NOT_DELIVERED and cases.outcomes[outcome]
    )
    return f"{lost} of {cases.cases} cases not delivered ({kinds}); at most {MAX_LOST_PERCENT} % or 1 case may be missing"


def _why_not_compared(pairs: Mapping[str, PairCounts]) -> str:
    """A comparison by judges of which too much was not delivered."""
    for name, found in pairs.items():
        if found.too_many_lost:
            total = found.judged + found.lost
            return f"{found.lost} of {total} {lost_of(name)}; at most {MOST_LOST_PERCENT} % or 1 pair may be missing"
    return ""


def _tags(tally: VariantTally) -> Mapping[str, TagSummary]:
    light = {tag: TagSummary(counts.cases, _light(counts)) for tag, counts in sorted(tally.tags.items())}
    return {**light, **{tag: TagSummary(counts.cases.cases, figures_of(counts)) for tag, counts in tally.scopes.items()}}


def _light(counts: CaseCounts) -> dict[str, Figure]:
    figures = {"pass_rate": case_pass_rate(counts)}
    if counts.labelled:
        figures["accuracy"] = case_accuracy(counts)
    return {name: replace(figure, name=name) for name, figure in figures.items()}


def _assertions(counts: Counts, figures: Mapping[str, Figure]) -> Mapping[str, AssertionSummary]:
    return {
        name: AssertionSummary(
            measured=found.measured,
            cases=found.cases,
            could_not_judge=found.could_not_judge,
            pass_rate=figures[figure_name("pass_rate", name)],
            score=figures[figure_name("score", name)],
        )
        for name, found in sorted(counts.assertions.items())
    }


def _labels(counts: Counts, figures: Mapping[str, Figure]) -> Mapping[str, LabelSummary]:
    return {
        label: LabelSummary(
            precision=figures[figure_name("precision", label)],
            recall=figures[figure_name("recall", label)],
            f1=figures[figure_name("f1", label)],
            support=float(found.support),
        )
        for label, found in counts.table.counts.items()
    }


def _fields(counts: Counts) -> Mapping[str, FieldSummary]:
    """Declared fields, then what else was counted; none where no case was judged by them."""
    if not counts.fields.cases:
        return {}
    figures = {name: BY_NAME[f"field_{name}", True] for name in ("precision", "recall", "f1")}
    return {
        name: FieldSummary(
            **{figure: kind.of(counts, name) for figure, kind in figures.items()},
            right=float(found.right),
            wrong=float(found.wrong),
            missing=float(found.missing),
            hallucinated=float(found.hallucinated),
        )
        for name, found in counts.fields.by_name.items()
    }


def _listed(listed: Listed) -> CaseList:
    return CaseList(listed.count, listed.items)
