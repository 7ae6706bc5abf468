"""Answers compared by judges: how often one variant's were better than another's, and how often the order alone decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from gemini_eval.judgements import PairVerdict
from gemini_eval.summary.interval import wilson
from gemini_eval.types import Figure, Json

MOST_LOST_PERCENT = 2
"""More pairs than this, and more than one, not delivered: what the others say is no figure."""


class PairCounts:
    """One comparison. A pair is a case; `asked` counts a judge's two replies about one pair, `first` and `second` those in which
    both orders chose what came first, or second."""

    __slots__ = ("asked", "first", "lost", "over", "second", "shares")

    def __init__(self) -> None:
        self.over = ""
        self.shares: Counter[float] = Counter()
        self.lost = self.asked = self.first = self.second = 0

    def add(self, verdict: PairVerdict) -> None:
        self.over = verdict.over
        if verdict.share is None:
            self.lost += 1
        else:
            self.shares[verdict.share] += 1
        for forward, backward in verdict.orders.values():
            if forward and backward:
                self.asked += 1
                self.first += forward == backward == "first"
                self.second += forward == backward == "second"

    @property
    def judged(self) -> int:
        return self.shares.total()

    @property
    def too_many_lost(self) -> bool:
        """Above max(2 %, 1 pair), or every one."""
        return self.lost > 0 and (not self.judged or self.lost * 100 > max(MOST_LOST_PERCENT * (self.judged + self.lost), 100))


def lost_of(name: str) -> str:
    """How the reason of an invalid run calls a comparison of which too much was lost."""
    return f"pairs of {name} not delivered"


def win_rate(counts: PairCounts) -> Figure:
    """Wins and half the ties, of all pairs. Wilson's interval is a little too wide for it, since a tie varies less than a win and
    a loss."""
    total = counts.judged + counts.lost
    if counts.too_many_lost:
        return Figure("", None, n=counts.judged, reason=f"{counts.lost} of {total} pairs not delivered", undecided=True)
    if not counts.judged:
        return Figure("", None, reason="no pair was judged")
    share = float((counts.shares[1.0] + Fraction(counts.shares[0.5], 2)) / counts.judged)
    reason = f"{counts.lost} of {total} pairs not delivered" if counts.lost else ""
    return Figure("", share, wilson(share, counts.judged), counts.judged, reason)


def position_bias(counts: PairCounts) -> Figure:
    """The share of comparisons in which a judge chose the same place in both orders."""
    if not counts.asked:
        return Figure("", None, reason="no judge replied in both orders", undecided=counts.too_many_lost)
    share = (counts.first + counts.second) / counts.asked
    return Figure("", share, wilson(share, counts.asked), counts.asked)


@dataclass(frozen=True, slots=True)
class PairSummary:
    """What became of the pairs, as `PairCounts` counts them."""

    over: str
    wins: int
    ties: int
    losses: int
    lost: int
    asked: int
    first: int
    second: int

    @property
    def judged(self) -> int:
        return self.wins + self.ties + self.losses

    _PLAIN: ClassVar = ("over", "wins", "ties", "losses", "lost", "asked", "first", "second")

    def to_json(self) -> Json:
        return {name: getattr(self, name) for name in self._PLAIN}

    @classmethod
    def from_json(cls, value: Json) -> PairSummary:
        return cls(**{name: value[name] for name in cls._PLAIN})


def pair_summaries(counted: Mapping[str, PairCounts]) -> dict[str, PairSummary]:
    return {
        name: PairSummary(
            counts.over,
            counts.shares[1.0],
            counts.shares[0.5],
            counts.shares[0.0],
            counts.lost,
            counts.asked,
            counts.first,
            counts.second,
        )
        for name, counts in sorted(counted.items())
    }
