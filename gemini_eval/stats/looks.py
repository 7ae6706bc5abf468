"""Asking less: when a comparison that is asked round by round may stop, and what it then says.

Testing p <= 0.05 again after every round raises false alarms to three times their share. So "worse" stops early by the e-value
alone, which may be looked at after every round; "no regression" at few planned looks and by a stricter interval; and what can no
longer be decided stops too. docs/verdicts.md has the error rates with the looks in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import exp, log
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from gemini_eval.errors import UsageError
from gemini_eval.stats.decision import Decision, PairedDecision, decided_by, paired_decision
from gemini_eval.stats.evalue import discordant, log_e_value
from gemini_eval.stats.padded import Padded, padded_pairs
from gemini_eval.stats.pairs import Clusters, Floats, pair, scores
from gemini_eval.stats.quantiles import Z95, student
from gemini_eval.stats.tango import tango
from gemini_eval.stats.variance import variance_parts

INTERIM_LEVEL = 0.99
"""How sure "no regression" must be before the last look, one-sided; the last look takes 0.95. With it a true drop of the margin
is certified in under 7 % of runs, all looks together."""
FUTILE = 0.05
"""Where the remaining rounds decide with less than this probability, they are not asked."""
ONE_SAMPLE_FROM = 500
"""From so many cases up one sample of each is asked first, below three."""


class Stop(StrEnum):
    """Why no further round is asked."""

    WORSE = "worse"
    NO_REGRESSION = "no_regression"
    FUTILE = "futile"


@dataclass(frozen=True, slots=True)
class Plan:
    """How far a comparison may go: `last` rounds at most, "no regression" tried after each of `looks`.

    `comparisons` are the gating comparisons of the whole invocation: "worse" stops at E >= comparisons / alpha.
    """

    looks: tuple[int, ...]
    margin: float = 0.05
    alpha: float = 0.05
    comparisons: int = 1

    @property
    def last(self) -> int:
        return self.looks[-1]

    @property
    def log_bound(self) -> float:
        return log(self.comparisons / self.alpha)


def planned_looks(first: int, last: int) -> tuple[int, ...]:
    """Rounds after which to look: `first`, doubled as long as it is below `last`, and `last`."""
    if not 1 <= first <= last:
        raise UsageError(f"the first look is after {first} rounds of {last}", "look first after 1 round at least, `last` at most")
    looks = [first]
    while looks[-1] * 2 < last:
        looks.append(looks[-1] * 2)
    return tuple(dict.fromkeys([*looks, last]))


def first_samples(cases: int) -> int:
    """Samples of each case that are asked before the first look: 3, and 1 from `ONE_SAMPLE_FROM` cases up."""
    return 1 if cases >= ONE_SAMPLE_FROM else 3


def early_stop(baseline: ArrayLike, candidate: ArrayLike, plan: Plan, clusters: Clusters | None = None) -> Stop | None:
    """Whether to stop after the rounds that the columns of both arrays hold; None to go on. Raises as `paired_decision`.

    After the last round nothing stops early: None too.
    """
    rounds = min(scores(baseline, "baseline").shape[1], scores(candidate, "candidate").shape[1])
    pairs = pair(baseline, candidate, clusters)
    if rounds >= plan.last:
        return None
    if log_e_value(*discordant(baseline, candidate, clusters)) >= plan.log_bound and pairs.differences.mean() < 0:
        return Stop.WORSE
    if rounds not in plan.looks:
        return None
    spread = padded_pairs(pairs)
    if pairs.single and pairs.pass_fail and not pairs.clustered:
        flips = (pairs.differences < 0).sum(), (pairs.differences > 0).sum()
        low = tango(*flips, pairs.n, NormalDist().inv_cdf(INTERIM_LEVEL))[0]
    else:
        low = spread.interval(INTERIM_LEVEL)[0]
    if low > -plan.margin:
        return Stop.NO_REGRESSION
    now = paired_decision(baseline, candidate, margin=plan.margin, alpha=plan.alpha, clusters=clusters)
    within = [variance_parts(side).within for side in (baseline, candidate)]
    if now.decision is not Decision.INCONCLUSIVE or None in within:
        return None
    noise = sum(part for part in within if part is not None)
    chance = chance_of_a_decision(spread, pairs.n, noise, rounds, plan)
    return Stop.FUTILE if chance < FUTILE else None


def chance_of_a_decision(spread: Padded, cases: int, noise: float | Floats, rounds: int, plan: Plan) -> Floats:
    """The probability, after `rounds` rounds, that the comparison is not inconclusive after the plan's last.

    More rounds of the same cases take away noise of their answers alone (`noise`: one round's variance of a case's difference
    within the case), so the last mean is normal about today's, and its error is known now. Scalars or one of each repetition.
    """
    step = np.sqrt(noise * (1 / rounds - 1 / plan.last) * cases) / (cases + 2)
    error = np.sqrt(np.maximum(spread.error**2 - step**2, 0.0))
    certified = _above(spread.mean - student(spread.freedom) * error + plan.margin, step)
    worse = _above(-spread.mean - Z95 * error, step)
    better = _above(spread.mean - Z95 * error, step)
    found: Floats = certified + worse + better
    return found


def decision_after(
    stop: Stop | None, baseline: ArrayLike, candidate: ArrayLike, plan: Plan, clusters: Clusters | None = None
) -> PairedDecision:
    """What the comparison says once it stopped, or after its last round. Raises as `paired_decision`.

    After `Stop.WORSE` its `p_regressed` is 1 / E, a p-value whenever the look was taken, and goes into Holm as such; otherwise it
    is the sign-flip test's. The interval is the usual one.
    """
    found = paired_decision(baseline, candidate, margin=plan.margin, alpha=plan.alpha, clusters=clusters)
    if stop is not Stop.WORSE:
        return found
    losses, wins = discordant(baseline, candidate, clusters)
    p = exp(-float(log_e_value(losses, wins)))
    method = f"e-value of {losses} losses and {wins} wins, {found.method.partition(', ')[2]}"
    return decided_by(found, p, p_regressed=p, method=method)


def _above(distance: Floats, step: Floats) -> Floats:
    """P(distance + step Z > 0), 0 or 1 where there is no step left."""
    from scipy.special import ndtr

    certain = np.where(distance > 0, np.inf, -np.inf)
    found: Floats = ndtr(np.divide(distance, step, out=certain, where=step > 0))
    return found
