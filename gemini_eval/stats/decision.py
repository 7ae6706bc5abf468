"""Did it get worse? One comparison of two sides, decided by a fixed rule.

docs/verdicts.md shows what the rule reaches: how often it sees a change that is none, and how often it finds a true drop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from numpy.typing import ArrayLike

from gemini_eval.errors import UsageError
from gemini_eval.stats.multiplicity import holm
from gemini_eval.stats.padded import padded_pairs
from gemini_eval.stats.pairs import Clusters, Ints, Pairs, group_sums, pair
from gemini_eval.stats.power import cases_needed_more, detectable_drop
from gemini_eval.stats.sign_flip import DirectionTest, sign_flip
from gemini_eval.stats.tango import tango
from gemini_eval.types import Interval

ROUNDING = 1e-12
"""A difference this near to the margin is at it: 3 of 60 cases are 5 points, whatever floats make of it."""


class Decision(StrEnum):
    """In the order in which they are tried."""

    REGRESSED = "regressed"
    """Worse, and by the margin or more."""
    REGRESSED_WITHIN_MARGIN = "regressed_within_margin"
    """Worse, by less than the margin: a warning."""
    IMPROVED = "improved"
    NO_REGRESSION_BEYOND_MARGIN = "no_regression_beyond_margin"
    """The interval excludes a drop of the margin."""
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class PairedDecision:
    """One comparison, decided. Differences are candidate less baseline, in shares of 1 (-0.05 is a drop of 5 points).

    `p_regressed` and `p_improved` are one-sided; `p_error` is their Monte Carlo standard error, 0 where they are exact; `p_holm`
    is `p_regressed` after Holm over the invocation (`decide_together`), None where the comparison stands alone. `interval` is a
    two-sided 90 % one: its lower end is the one-sided 95 % bound. `cases` are those that both sides delivered, in `clusters`
    clusters. A case newly fails where more than half of the baseline's samples passed and no more than half of the candidate's;
    `newly_passing` likewise. `deviation` is the standard deviation of one case's padded difference, `detectable_drop` what so
    many such cases find with 80 % power. `cases_needed_more` is 0 unless the decision is inconclusive.
    """

    delta: float
    p_regressed: float
    p_improved: float
    interval: Interval
    method: str
    decision: Decision
    newly_failing: int
    newly_passing: int
    detectable_drop: float
    cases_needed_more: int
    cases: int
    clusters: int
    deviation: float
    margin: float
    alpha: float
    p_error: float = 0.0
    p_holm: float | None = None

    @property
    def leaning_worse(self) -> bool:
        """Inconclusive, though the interval excludes that nothing changed."""
        return self.decision is Decision.INCONCLUSIVE and self.interval.high < 0


def paired_decision(
    baseline: ArrayLike,
    candidate: ArrayLike,
    *,
    margin: float = 0.05,
    alpha: float = 0.05,
    clusters: Clusters | None = None,
) -> PairedDecision:
    """Compare two arrays cases x samples of scores in 0..1 (1 a pass, 0 a fail or no answer, NaN not delivered), row by row.

    `clusters` names each case's cluster (None or "" for none): cases of one document are not independent. The direction is
    tested by exact sign flips (`sign_flip`). The interval is Tango's for one pass/fail sample of unclustered cases, else the
    padded t interval. A case that one side did not deliver at all leaves both. Raises `UsageError` for arrays that do not pair, a
    score outside 0..1, no case delivered on both sides, and a margin or alpha out of range.
    """
    check_limits(margin, alpha)
    pairs = pair(baseline, candidate, clusters)
    direction = sign_flip(cluster_steps(pairs))
    failing, passing = newly(pairs)
    spread = padded_pairs(pairs)
    if pairs.single and pairs.pass_fail and not pairs.clustered:
        low, high = tango(failing, passing, pairs.n)
        method = "Tango's score interval"
    else:
        low, high = spread.interval()
        method = f"padded t interval over {'clusters' if pairs.clustered else 'cases'}"
    return decided(
        float(pairs.differences.mean()),
        direction,
        Interval(float(low), float(high)),
        method=f"{'exact' if direction.exact else 'drawn'} sign flips, {method}",
        deviation=float(spread.deviation),
        newly=(failing, passing),
        size=(pairs.n, pairs.cluster_count),
        margin=margin,
        alpha=alpha,
    )


def decided(
    delta: float,
    direction: DirectionTest,
    interval: Interval,
    *,
    method: str,
    deviation: float,
    newly: tuple[int, int],
    size: tuple[int, int],
    margin: float,
    alpha: float,
) -> PairedDecision:
    """The record of a comparison from its parts; `newly` failing and passing cases, `size` in cases and clusters."""
    p_regressed, p_improved = direction.p_regressed, direction.p_improved
    decision = decide(delta, p_regressed, p_improved, low=interval.low, margin=margin, alpha=alpha)
    more = cases_needed_more(margin, deviation, size[0]) if decision is Decision.INCONCLUSIVE else 0
    return PairedDecision(
        delta,
        p_regressed,
        p_improved,
        interval,
        method,
        decision,
        *newly,
        detectable_drop(deviation, size[0]),
        more,
        *size,
        deviation,
        margin,
        alpha,
        p_error=direction.error,
    )


def decide(delta: float, p_regressed: float, p_improved: float, *, low: float, margin: float, alpha: float) -> Decision:
    """The rule itself; `low` is the interval's lower end."""
    if p_regressed <= alpha:
        return Decision.REGRESSED if delta <= -margin + ROUNDING else Decision.REGRESSED_WITHIN_MARGIN
    if p_improved <= alpha and delta > 0:
        return Decision.IMPROVED
    return Decision.NO_REGRESSION_BEYOND_MARGIN if low > -margin else Decision.INCONCLUSIVE


def decide_together(comparisons: Sequence[PairedDecision]) -> tuple[PairedDecision, ...]:
    """Decide every gating comparison of one invocation again, "worse" by its p-value after Holm; intervals stay as they are."""
    adjusted = holm([found.p_regressed for found in comparisons]).tolist()
    return tuple(decided_by(found, p, p_holm=p) for found, p in zip(comparisons, adjusted, strict=True))


def decided_by(found: PairedDecision, p: float, **changes: Any) -> PairedDecision:
    """The comparison with its direction taken from another p-value for "worse", and `changes` of its fields."""
    decision = decide(found.delta, p, found.p_improved, low=found.interval.low, margin=found.margin, alpha=found.alpha)
    more = cases_needed_more(found.margin, found.deviation, found.cases) if decision is Decision.INCONCLUSIVE else 0
    return replace(found, decision=decision, cases_needed_more=more, **changes)


def cluster_steps(pairs: Pairs) -> Ints:
    """The whole-numbered differences that the sign-flip test flips: of clusters, their sums."""
    return pairs.steps if not pairs.clustered else group_sums(pairs.steps, pairs.groups, pairs.cluster_count)


def newly(pairs: Pairs) -> tuple[int, int]:
    """How many cases newly fail and newly pass; a case passes where its mean is above one half, as `require: majority`."""
    before, after = pairs.baseline > 0.5, pairs.candidate > 0.5
    return int((before & ~after).sum()), int((after & ~before).sum())


def check_limits(margin: float, alpha: float) -> None:
    if not 0 < margin < 1:
        raise UsageError(f"the margin is {margin:g}", "give a share between 0 and 1: 0.05 for 5 points")
    if not 0 < alpha < 0.5:
        raise UsageError(f"alpha is {alpha:g}", "give a probability between 0 and 0.5: 0.05 as a rule")
