"""Suites whose truth is known, asked and decided many times: what benchmarks/verdicts.py counts.

A case's pass probability is Beta(0.4 r, 0.4 (1 - r)) about the suite's rate r, so that two identical runs disagree on 9.1 % of
cases at 80 %, on 2.7 % at 95 %. A drop of D breaks each case for good with probability D / r.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from gemini_eval.stats.counts import figure_decision
from gemini_eval.stats.decision import Decision, PairedDecision, decide, paired_decision
from gemini_eval.stats.evalue import log_e_value
from gemini_eval.stats.label_figures import macro_f1
from gemini_eval.stats.looks import FUTILE, INTERIM_LEVEL, Plan, Stop, chance_of_a_decision, decision_after, early_stop
from gemini_eval.stats.padded import padded
from gemini_eval.stats.quantiles import Z95
from gemini_eval.stats.sign_flip import sign_flip
from gemini_eval.stats.tango import tango

SPREAD = 0.4
ALPHA = MARGIN = 0.05
MOST_ROUNDS = 10
LABELS = (0.55, 0.25, 0.15, 0.05)
"""What share of cases expects each of four labels, where a figure of labels is simulated."""
BLOCK = 20_000_000
"""Answers of one side that are held at once."""
COMPARED = 20
"""Repetitions of each block whose decision is also asked of the public functions."""

Answers = NDArray[np.int8]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cell:
    """A suite of n cases that passes at `rate`, and how far the candidate truly drops."""

    n: int
    rate: float
    drop: float

    def blocks(self, repetitions: int, rounds: int = MOST_ROUNDS, salt: int = 0) -> Iterator[tuple[Answers, Answers]]:
        """Both sides' answers, (rounds, some repetitions, n), 1 a pass; seeded by what is simulated."""
        size = max(1, BLOCK // (rounds * self.n))
        for at in range(0, repetitions, size):
            seed = [self.n, round(self.rate * 1000), round(self.drop * 1000), salt, at]
            yield self._answers(min(size, repetitions - at), rounds, np.random.default_rng(seed))

    def _answers(self, repetitions: int, rounds: int, generator: np.random.Generator) -> tuple[Answers, Answers]:
        shape = (repetitions, self.n)
        before = generator.beta(self.rate * SPREAD, (1 - self.rate) * SPREAD, shape).astype(np.float32)
        after = np.where(generator.random(shape) < self.drop / self.rate, np.float32(0), before)
        first, second = ((generator.random((rounds, *shape), np.float32) < side).astype(np.int8) for side in (before, after))
        return first, second


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Decided repetitions: difference, p-values, the interval's lower end, and rounds that were asked; each (repetitions,)."""

    delta: Floats
    p_regressed: Floats
    p_improved: Floats
    low: Floats
    rounds: NDArray[np.int64]

    @classmethod
    def empty(cls, repetitions: int) -> Judged:
        return cls(*(np.full(repetitions, np.nan) for _ in range(4)), np.zeros(repetitions, np.int64))

    def take(self, rows: Bools, found: Judged) -> None:
        for name in ("delta", "p_regressed", "p_improved", "low", "rounds"):
            getattr(self, name)[rows] = getattr(found, name)

    @property
    def decisions(self) -> NDArray[np.object_]:
        parts = zip(*(part.tolist() for part in (self.delta, self.p_regressed, self.p_improved, self.low)), strict=True)
        return np.array(
            [decide(d, worse, better, low=low, margin=MARGIN, alpha=ALPHA) for d, worse, better, low in parts], dtype=object
        )

    @staticmethod
    def together(parts: list[Judged]) -> Judged:
        names = ("delta", "p_regressed", "p_improved", "low", "rounds")
        return Judged(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def judged(steps: NDArray[np.int64], rounds: int) -> Judged:
    """Sums of candidate - baseline over the rounds (repetitions, n), decided as after so many rounds."""
    n = steps.shape[1]
    worse = np.array([sign_flip(row).p_regressed for row in steps])
    return Judged(steps.sum(axis=1) / (rounds * n), worse, 1 - worse, lower_end(steps, rounds), np.full(len(steps), rounds))


def lower_end(steps: NDArray[np.int64], rounds: int, level: float = 0.95) -> Floats:
    """Of the interval after so many rounds: Tango's for one, the padded t's for more."""
    if rounds == 1:
        return tango((steps < 0).sum(axis=1), (steps > 0).sum(axis=1), steps.shape[1], float(ndtri(level)))[0]
    return padded(steps / rounds, np.ones(steps.shape[1], np.int64)).interval(level)[0]


def fixed(cell: Cell, samples: tuple[int, ...], repetitions: int, salt: int = 0) -> dict[int, Judged]:
    """Decisions with a fixed number of samples a case, for several such numbers over the same answers."""
    found: dict[int, list[Judged]] = {k: [] for k in samples}
    for before, after in cell.blocks(repetitions, max(samples), salt):
        for k in samples:
            part = judged(after[:k].sum(axis=0, dtype=np.int64) - before[:k].sum(axis=0, dtype=np.int64), k)
            for row, decision in enumerate(part.decisions[:COMPARED]):
                agree(decision, paired_decision(before[:k, row].T, after[:k, row].T, margin=MARGIN, alpha=ALPHA).decision)
            found[k].append(part)
    return {k: Judged.together(parts) for k, parts in found.items()}


def naive(cell: Cell, repetitions: int) -> dict[str, float]:
    """How often three common rules say "worse" with one sample a case."""
    counts = np.zeros(3)
    for before, after in cell.blocks(repetitions, 1):
        rates = before[0].mean(axis=1), after[0].mean(axis=1)
        pooled = (rates[0] + rates[1]) / 2
        error = np.sqrt(2 * pooled * (1 - pooled) / cell.n)
        newly = (before[0] > after[0]).any(axis=1)
        counts += [(rates[1] < rates[0]).sum(), newly.sum(), (rates[1] - rates[0] < -Z95 * error).sum()]
    return dict(zip(("pass rate fell", "any newly failing", "unpaired z"), (counts / repetitions).tolist(), strict=True))


def stopping(cell: Cell, plan: Plan, repetitions: int, salt: int = 0) -> Judged:
    """Decisions of comparisons that are asked round by round and stop early, as `early_stop` and `decision_after` have it."""
    parts = []
    for before, after in cell.blocks(repetitions, plan.last, salt):
        part = _stopped(before, after, plan)
        for row, decision in enumerate(part.decisions[:COMPARED]):
            agree((int(part.rounds[row]), decision), _one_by_one(before[:, row].T, after[:, row].T, plan))
        parts.append(part)
    return Judged.together(parts)


def macro_f1_decisions(cell: Cell, repetitions: int) -> list[PairedDecision]:
    """Of a suite with `LABELS`, one sample a case; a wrong answer is any other label alike."""
    generator = np.random.default_rng([cell.n, round(cell.drop * 1000)])
    found = []
    for _ in range(repetitions):
        expected = generator.choice(len(LABELS), cell.n, p=LABELS)
        before = generator.beta(cell.rate * SPREAD, (1 - cell.rate) * SPREAD, cell.n)
        after = np.where(generator.random(cell.n) < cell.drop / cell.rate, 0.0, before)
        sides = [_label_counts(expected, generator.random(cell.n) < chance, generator) for chance in (before, after)]
        found.append(figure_decision(sides[0], sides[1], macro_f1, margin=MARGIN, alpha=ALPHA))
    return found


def agree(found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"the simulation decides {found}, the package {wanted}")


def _stopped(before: Answers, after: Answers, plan: Plan) -> Judged:
    _, repetitions, n = before.shape
    found = Judged.empty(repetitions)
    steps = np.zeros((repetitions, n), np.int64)
    losses, wins = np.zeros(repetitions), np.zeros(repetitions)
    for rounds in range(1, plan.last + 1):
        gaps = after[rounds - 1] - before[rounds - 1]
        steps += gaps
        losses, wins = losses + (gaps < 0).sum(axis=1), wins + (gaps > 0).sum(axis=1)
        going = found.rounds == 0
        bets = log_e_value(losses, wins)
        worse = going & (bets >= plan.log_bound) & (steps.sum(axis=1) < 0) & (rounds < plan.last)
        if worse.any():
            part = judged(steps[worse], rounds)
            part.p_regressed[:] = [exp(-bet) for bet in bets[worse]]
            found.take(worse, part)
        rest = going & ~worse
        if rounds in plan.looks and rest.any():
            ended = rest.copy()
            if rounds < plan.last:
                sums = [side[:rounds, rest].sum(axis=0, dtype=np.int64) for side in (before, after)]
                ended[rest] = _may_end(sums[0], sums[1], rounds, plan)
            found.take(ended, judged(steps[ended], rounds))
    return found


def _may_end(before: NDArray[np.int64], after: NDArray[np.int64], rounds: int, plan: Plan) -> Bools:
    """Where a look before the last ends the comparison: "no regression" is sure, or what is open would stay so."""
    steps, n = after - before, before.shape[1]
    ends: Bools = lower_end(steps, rounds, INTERIM_LEVEL) > -plan.margin
    if rounds == 1:
        return ends
    noise = sum((side * (rounds - side)).sum(axis=1) / (rounds * (rounds - 1) * n) for side in (before, after))
    spread = padded(steps / rounds, np.ones(n, np.int64))
    futile = np.flatnonzero(~ends & (chance_of_a_decision(spread, n, noise, rounds, plan) < FUTILE))
    open_now = judged(steps[futile], rounds).decisions == Decision.INCONCLUSIVE if len(futile) else np.zeros(0, bool)
    ends[futile[open_now]] = True
    return ends


def _one_by_one(before: Answers, after: Answers, plan: Plan) -> tuple[int, Decision]:
    """The same through the public functions, for one repetition (n, rounds)."""
    stop: Stop | None = None
    for rounds in range(1, plan.last + 1):
        stop = early_stop(before[:, :rounds], after[:, :rounds], plan)
        if stop or rounds == plan.last:
            return rounds, decision_after(stop, before[:, :rounds], after[:, :rounds], plan).decision
    raise AssertionError("a plan has a last round")


def _label_counts(expected: NDArray[np.int64], right: Bools, generator: np.random.Generator) -> Floats:
    others = (expected + generator.integers(1, len(LABELS), len(expected))) % len(LABELS)
    answer = np.where(right, expected, others)
    labels = np.arange(len(LABELS))
    wanted, given = expected[:, np.newaxis] == labels, answer[:, np.newaxis] == labels
    return np.stack([wanted & given, ~wanted & given, wanted & ~given], axis=-1).astype(np.float64)
