"""From counts to figures. Each function takes the counts of one variant (or one tag of it) and the figure's argument.

A rate is over delivered cases: a sample without an answer counts 0, a case that was not delivered is in neither part. A case's
samples share its weight of 1, so n is always a number of cases, also in a rate's Wilson interval.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import fsum

from gemini_eval.summary.agreement import JuryCounts, PeopleCounts
from gemini_eval.summary.confidence import Pairs, undecided
from gemini_eval.summary.confusion import LabelCounts, LabelTable, Matrix, Miss
from gemini_eval.summary.exact import ShareSum
from gemini_eval.summary.interval import wilson
from gemini_eval.summary.pairs import PairCounts
from gemini_eval.summary.tally import AssertionCounts, CaseCounts, Counts
from gemini_eval.types import Family, Figure, Outcome

Compute = Callable[[Counts, str], Figure]

NOTHING_DELIVERED = "no case was delivered"
NO_LABELLED = "no delivered case has an expected label"


def rate(hits: Fraction | int, of: Fraction | int, why_none: str) -> Figure:
    """hits / of with Wilson's interval; `of` is a weight in cases, rounded down (to 1 at least) for the interval."""
    if not of:
        return Figure("", None, reason=why_none)
    share = float(Fraction(hits) / Fraction(of))
    n = max(1, int(of))
    return Figure("", share, wilson(share, n), n)


def plain(value: Fraction | float | None, n: int, why_none: str) -> Figure:
    """A figure without an interval."""
    return Figure("", float(value), n=n) if value is not None else Figure("", None, n=n, reason=why_none)


# ---- cases -----------------------------------------------------------------------------------------------


def cases(counts: Counts, _: str) -> Figure:
    return plain(counts.cases.cases, counts.cases.cases, "")


def case_pass_rate(counts: CaseCounts) -> Figure:
    why = "nothing was judged" if counts.unjudged else NOTHING_DELIVERED
    return rate(counts.passed, counts.passed + counts.failed, why)


def case_accuracy(counts: CaseCounts) -> Figure:
    return rate(counts.right.total, counts.labelled, NO_LABELLED)


def pass_rate(counts: Counts, _: str) -> Figure:
    return case_pass_rate(counts.cases)


def accuracy(counts: Counts, _: str) -> Figure:
    return case_accuracy(counts.cases)


def not_delivered_rate(counts: Counts, _: str) -> Figure:
    return rate(counts.cases.of_family(Family.NOT_DELIVERED), counts.cases.cases, "there is no case")


def no_answer_rate(counts: Counts, _: str) -> Figure:
    parts = [share.total for outcome, share in counts.answers.items() if outcome.family is Family.NO_ANSWER]
    return rate(sum(parts, Fraction(0)), counts.delivered, NOTHING_DELIVERED)


def outcome_rate(outcome: Outcome) -> Compute:
    def compute(counts: Counts, _: str) -> Figure:
        return rate(counts.answers.get(outcome, ShareSum()).total, counts.delivered, NOTHING_DELIVERED)

    return compute


def vote_share(counts: Counts, _: str) -> Figure:
    """Mean over voted cases of the winner's share of all votes; in a tie, the tied answers' own share."""
    n = sum(counts.votes.values())
    total = fsum(share * times for share, times in sorted(counts.votes.items()))
    return plain(total / n if n else None, n, "no case was voted on")


# ---- assertions ------------------------------------------------------------------------------------------


def assertion_pass_rate(counts: Counts, name: str) -> Figure:
    found = counts.assertions.get(name)
    return rate(found.passes.total if found else 0, found.cases if found else 0, _not_judged(name, found))


def score(counts: Counts, name: str) -> Figure:
    found = counts.assertions.get(name)
    return plain(found.mean_score if found else None, found.cases if found else 0, _not_judged(name, found))


def _not_judged(name: str, found: AssertionCounts | None) -> str:
    if found and found.could_not_judge:
        return f'"{name}" could judge no answer ({found.could_not_judge} tried)'
    return f'"{name}" judged no case'


# ---- judges -------------------------------------------------------------------------------


def of_pair(part: Callable[[PairCounts], Figure]) -> Compute:
    return lambda counts, name: part(counts.pairs.get(name) or PairCounts())


def of_jury(part: Callable[[JuryCounts], Figure]) -> Compute:
    return lambda counts, name: part(counts.juries.get(name) or JuryCounts())


def of_judge(part: Callable[[PeopleCounts], Figure]) -> Compute:
    return lambda counts, name: part(counts.people.get(name) or PeopleCounts())


# ---- confidence ------------------------------------------------------------------------------------------


def abstention_rate(counts: Counts, _: str) -> Figure:
    return rate(counts.abstained.total, counts.delivered, NOTHING_DELIVERED)


def of_source(part: Callable[[Pairs, float], Figure]) -> Compute:
    """A figure of one confidence source; the argument is its name, and a number after a comma where the figure takes one."""

    def compute(counts: Counts, argument: str) -> Figure:
        source, _, number = argument.partition(", ")
        pairs = counts.confidences.of(source)
        if pairs is None:
            return undecided(counts.confidences.wanting(source), 0)
        if not pairs.n:
            why = "no case gave a confidence" if pairs.silent else "no delivered case tells what is right"
            return Figure("", None, n=pairs.cases, reason=why)
        return part(pairs, float(number or 0))

    return compute


# ---- labels ----------------------------------------------------------------------------------------------


def no_label_rate(counts: Counts, _: str) -> Figure:
    matrix = counts.confusion.matrix
    return rate(matrix.column(Miss.NO_LABEL), matrix.n, NO_LABELLED)


def precision(counts: Counts, label: str) -> Figure:
    found = _label(counts, label)
    return rate(found.hits, found.predicted, f'no answer was "{label}"')


def recall(counts: Counts, label: str) -> Figure:
    found = _label(counts, label)
    return rate(found.hits, found.support, f'no delivered case expects "{label}"')


def f1(counts: Counts, label: str) -> Figure:
    found = _label(counts, label)
    return plain(found.f1, int(found.support), f'no case expects "{label}" and no answer was "{label}"')


def over_labels(part: Callable[[LabelTable], Fraction | float | None], *, every_label: bool = False) -> Compute:
    """A figure of the counts by label. `every_label`: a mean over all labels, which says so of labels without a case."""

    def compute(counts: Counts, _: str) -> Figure:
        table = counts.table
        if not table.n:
            return Figure("", None, reason=NO_LABELLED)
        bare = [label for label, found in table.counts.items() if not found.support] if every_label else []
        value = part(table)
        reason = "no case expects a label, and no answer has one" if value is None else _bare_labels(bare)
        return Figure("", None if value is None else float(value), n=int(table.n), reason=reason)

    return compute


def over_matrix(part: Callable[[Matrix], Fraction | float | None], why_none: str = "") -> Compute:
    """A figure of the whole confusion matrix."""

    def compute(counts: Counts, _: str) -> Figure:
        matrix = counts.confusion.matrix
        return plain(part(matrix) if matrix.n else None, int(matrix.n), why_none if matrix.n else NO_LABELLED)

    return compute


def hamming_loss(counts: Counts, _: str) -> Figure:
    """Labels missed or too many, of all labels of all cases (Schapire and Singer, Machine Learning 39, 2000)."""
    cases_, labels_ = counts.table.n, len(counts.context.labels)
    wrong = counts.label_sets.wrong_per_case.total
    return plain(wrong / (cases_ * labels_) if cases_ and labels_ else None, int(cases_), NO_LABELLED)


def over_order(part: Callable[[Matrix, tuple[str, ...]], Fraction | float | None]) -> Compute:
    """A figure of the confusion matrix and the suite's order of labels."""

    def compute(counts: Counts, _: str) -> Figure:
        matrix = counts.confusion.matrix
        why = "every case expects the same label and gets it, so chance alone would agree" if matrix.n else NO_LABELLED
        return plain(part(matrix, counts.context.order) if matrix.n else None, int(matrix.n), why)

    return compute


def _bare_labels(labels: list[str]) -> str:
    if not labels:
        return ""
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    named = ", ".join(f'"{label}"' for label in labels[:3])
    return f"no case expects {named}{more}: 0 in this mean"


def _label(counts: Counts, label: str) -> LabelCounts:
    return counts.table.counts.get(label, LabelCounts())


# ---- time, money, tokens ---------------------------------------------------------------------------------

_NO_RESPONSE = "no answer was delivered"


def latency_percentile(percent: int) -> Compute:
    def compute(counts: Counts, _: str) -> Figure:
        return plain(counts.spend.latency.percentile(percent), counts.spend.latency.n, _NO_RESPONSE)

    return compute


def mean_latency(counts: Counts, _: str) -> Figure:
    return plain(counts.spend.latency.mean, counts.spend.latency.n, _NO_RESPONSE)


def cost(counts: Counts, _: str) -> Figure:
    """USD for all answers."""
    return _cost(counts, Fraction(1))


def cost_per_1000(counts: Counts, _: str) -> Figure:
    """USD for a thousand answers like these."""
    return _cost(counts, Fraction(1000, counts.spend.responses or 1))


def _cost(counts: Counts, times: Fraction) -> Figure:
    spend = counts.spend
    unknown = spend.responses - spend.priced
    if unknown:
        known = f", the others cost ${spend.cost_micros / 1e6:.6f}" if spend.priced else ""
        return Figure("", None, n=spend.responses, reason=f"cost unknown for {unknown} of {spend.responses} answers{known}")
    dollars = times * Fraction(spend.cost_micros, 1_000_000)
    return plain(dollars if spend.responses else None, spend.responses, _NO_RESPONSE)


def tokens(kind: str) -> Compute:
    """Mean per answer, over the answers whose count the model gave."""

    def compute(counts: Counts, _: str) -> Figure:
        n = counts.spend.counted[kind]
        return plain(Fraction(counts.spend.tokens[kind], n) if n else None, n, "no answer came with its number of tokens")

    return compute
