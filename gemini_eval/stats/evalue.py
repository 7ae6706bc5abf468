"""An anytime-valid bet on "worse": it may be looked at after every round of samples."""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gemini_eval.stats.pairs import Clusters, Floats, Ints, group_codes, group_sums, scores


def log_e_value(losses: ArrayLike, wins: ArrayLike) -> Floats:
    """The natural logarithm of E = 2 B(b+1, c+1) P(Beta(b+1, c+1) > 1/2) 2^(b+c) for b losses and c wins.

    A likelihood ratio of discordant pairs: a loss's probability spread evenly over 1/2..1 against 1/2. Where nothing changed E
    is a martingale that starts at 1, so it ever reaches m / alpha with a probability of at most alpha / m (Ville; see Ramdas et
    al., Statistical Science 38, 2023). Scalars or arrays of one shape.
    """
    from scipy.special import betainc, betaln

    b, c = np.asarray(losses, dtype=np.float64), np.asarray(wins, dtype=np.float64)
    with np.errstate(divide="ignore"):
        above_half = np.log(betainc(c + 1, b + 1, 0.5))
    found: Floats = betaln(b + 1, c + 1) + above_half + (b + c + 1) * log(2)
    return found


def discordant(baseline: ArrayLike, candidate: ArrayLike, clusters: Clusters | None = None) -> tuple[int, int]:
    """Losses and wins of the candidate over all rounds: round r compares column r of both sides, by the sign of the difference.

    A pair of which one sample was not delivered is neither. Of a cluster, the sign of its sum in each round counts once.
    """
    before, after = scores(baseline, "baseline"), scores(candidate, "candidate")
    rounds = min(before.shape[1], after.shape[1])
    signs = round_signs(after[:, :rounds] - before[:, :rounds], group_codes(clusters, len(before)))
    return int((signs < 0).sum()), int((signs > 0).sum())


def round_signs(differences: Floats, groups: Ints) -> NDArray[np.int8]:
    """The sign of each cluster's sum in each round: (rounds, clusters) from cases x rounds, NaN counting 0."""
    sums = group_sums(np.nan_to_num(differences).T, groups, int(groups.max(initial=-1)) + 1)
    return np.sign(np.round(sums, 9)).astype(np.int8)
