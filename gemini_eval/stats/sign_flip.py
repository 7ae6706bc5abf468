"""The paired sign-flip test: if nothing changed, each case's difference could as well have had the other sign.

Fisher, The Design of Experiments (1935), and Pitman, JRSS Supplement 4 (1937). The distribution of the sum over all sign flips is
found exactly by convolution (Streitberg and Röhmel, Statistical Software Newsletter 12, 1986), one-sided, with the mid-p value of
Lancaster (JASA 56, 1961). For one pass/fail sample a case it is McNemar's mid-p test.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from gemini_eval.stats.pairs import Floats, Ints

LARGEST = 300_000_000
"""Steps of the convolution (differences x grid steps) above which the test draws sign flips instead; about a second's work."""
DRAWS = 100_000
SEED = 20_260_131
FEW = 20
"""Of so many differences all flips can be listed: a million sums."""
_BLOCK = 1 << 24
"""Sign flips drawn at once: 16 MiB."""


@dataclass(frozen=True, slots=True)
class DirectionTest:
    """One-sided mid-p values in both directions; they add up to 1. `error` is the Monte Carlo standard error, 0 where exact."""

    p_regressed: float
    p_improved: float
    error: float = 0.0

    @property
    def exact(self) -> bool:
        return self.error == 0.0


def sign_flip(differences: Ints) -> DirectionTest:
    """Test whole-numbered differences (n,), negative for worse; for clusters, give each cluster's sum.

    Where the exact distribution is too large (`LARGEST`), `DRAWS` sign flips are drawn with a fixed seed; either way the result
    depends neither on the order of the differences nor on the machine.
    """
    sizes = np.abs(differences[differences != 0])
    if not sizes.size:
        return DirectionTest(0.5, 0.5)
    sizes = sizes // np.gcd.reduce(sizes)
    worse = int(sizes[differences[differences != 0] < 0].sum())
    better = int(sizes.sum()) - worse
    nearer = min(worse, better)
    steps = sizes.size * (nearer + 1)
    if sizes.size <= FEW and 1 << sizes.size < steps:
        tail, error = listed_tail(sizes, nearer), 0.0
    elif steps <= LARGEST:
        tail, error = exact_tail(*np.unique(sizes, return_counts=True), nearer), 0.0
    else:
        tail, error = drawn_tail(np.sort(sizes), nearer)
    return DirectionTest(tail, 1 - tail, error) if better < worse else DirectionTest(1 - tail, tail, error)


def exact_tail(sizes: Ints, counts: Ints, upto: int) -> float:
    """P(W < upto) + P(W = upto) / 2, W the sum of `counts` differences of each of `sizes` > 0, each taken with probability 1/2.

    `upto` is at most half the sum of all. The larger sizes are folded in first, while the distribution is short.
    """
    chance = np.zeros(upto + 1)
    chance[0] = 1.0
    filled = 0
    for size, count in zip(sizes[::-1].tolist(), counts[::-1].tolist(), strict=True):
        filled = min(upto, filled + size * count)
        part = chance[: filled + 1]
        if count <= size:
            _add_one_by_one(part, size, count)
        else:
            _add_together(part, size, count)
    return float(chance[:upto].sum() + chance[upto] / 2)


def listed_tail(sizes: Ints, upto: int) -> float:
    """The same tail from all 2^n sums: few differences on a fine grid."""
    sums = np.zeros(1, dtype=np.int64)
    for size in sizes:
        sums = np.concatenate([sums, sums + size])
    return float(((sums < upto).sum() + (sums == upto).sum() / 2) / sums.size)


def drawn_tail(sizes: Ints, upto: int) -> tuple[float, float]:
    """The same tail from `DRAWS` seeded sign flips, and its standard error; the observed signs count as one more draw."""
    generator = np.random.Generator(np.random.PCG64(SEED))
    block = max(1, _BLOCK // sizes.size)
    weights = sizes.astype(np.float64)
    below = 0.5
    done = 0
    while done < DRAWS:
        rows = min(block, DRAWS - done)
        width = -(-sizes.size // 8)
        bits = np.unpackbits(generator.integers(0, 256, (rows, width), dtype=np.uint8), axis=1, count=sizes.size)
        sums = bits @ weights
        below += float((sums < upto).sum() + (sums == upto).sum() / 2)
        done += rows
    tail = min(0.5, below / (DRAWS + 1))
    return tail, sqrt(tail * (1 - tail) / DRAWS)


def _add_one_by_one(chance: Floats, size: int, count: int) -> None:
    for _ in range(count):
        moved = chance[:-size] / 2
        chance *= 0.5
        chance[size:] += moved


def _add_together(chance: Floats, size: int, count: int) -> None:
    """Many equal sizes at once: their number taken is binomial, and it moves within each residue modulo `size` alone."""
    binomial = _binomial(count, min(count, (len(chance) - 1) // size))
    for residue in range(min(size, len(chance))):
        held = chance[residue::size]
        chance[residue::size] = np.convolve(held, binomial[: len(held)])[: len(held)]


def _binomial(count: int, upto: int) -> Floats:
    """P(Bin(count, 1/2) = j) for j = 0..upto; by logarithms where the number of ways is beyond a float."""
    from scipy.special import binom, gammaln

    taken = np.arange(upto + 1)
    found: Floats
    if count <= 1000:
        found = np.ldexp(binom(count, taken), -count)
    else:
        found = np.exp(gammaln(count + 1) - gammaln(taken + 1) - gammaln(count - taken + 1) - count * np.log(2))
    return found
