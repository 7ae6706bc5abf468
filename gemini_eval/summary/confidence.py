"""Confidences held against the truth: how many cases said what and were right, and the figures that follow.

The unit is the case. Its confidence belongs to the answer that stands for it: the vote's winner, else the first delivered
sample's. A case without a confidence (a tie, an answer without one, a word outside the list) is in no calibration figure; for
coverage it comes after all others, so that the accuracy at full coverage is that of all cases.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from gemini_eval.assertions.confidence import CALIBRATED
from gemini_eval.summary.interval import wilson
from gemini_eval.types import CaseResult, Figure

if TYPE_CHECKING:
    from gemini_eval.stats.pairs import Floats

GRID = 10_000
"""Confidences are counted on a grid of 1 / GRID, so that memory does not grow with the number of cases."""
FEWEST = 20
"""Cases without which accuracy at a coverage, and a half to calibrate by, say nothing."""


class SourceCounts:
    """One source of one variant: cases by half, confidence and whether they are right."""

    __slots__ = ("_cells", "_silent")

    def __init__(self) -> None:
        self._cells: Counter[tuple[int, int, bool]] = Counter()
        self._silent: Counter[bool] = Counter()

    def add(self, case_id: str, stated: float | None, right: bool) -> None:
        if stated is None:
            self._silent[right] += 1
        else:
            self._cells[half_of(case_id), round(stated * GRID), right] += 1

    def pairs(self) -> Pairs:
        return Pairs(*self._half(None), self._silent[True], self._silent[False])

    def calibrated(self) -> Pairs | None:
        """Each half's confidences by the rising function that fits the other half best; None where a half has too few cases."""
        import numpy as np

        from gemini_eval.stats.isotonic import isotonic

        halves = [self._half(0), self._half(1)]
        if min(len(stated) for stated, _ in halves) < FEWEST:
            return None
        fitted = [isotonic(*half) for half in halves]
        stated = np.concatenate([fitted[1](halves[0][0]), fitted[0](halves[1][0])])
        right = np.concatenate([right for _, right in halves])
        return Pairs(np.clip(stated, 0, 1), right, self._silent[True], self._silent[False])

    def _half(self, half: int | None) -> tuple[Floats, Floats]:
        """Confidences and outcomes of a half's cases, of all where it is None; in an order that no run changes."""
        import numpy as np

        cells = sorted((stated, right, n) for (at, stated, right), n in self._cells.items() if half in (None, at))
        times = [n for _, _, n in cells]
        values = np.array([stated for stated, _, _ in cells], dtype=np.float64) / GRID
        return np.repeat(values, times), np.repeat(np.array([right for _, right, _ in cells], dtype=np.float64), times)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Confidences with their outcomes (1 right, 0 wrong), and how many cases have no confidence, right and wrong ones."""

    stated: Floats
    right: Floats
    silent_right: int = 0
    silent_wrong: int = 0

    @property
    def n(self) -> int:
        return len(self.stated)

    @property
    def silent(self) -> int:
        return self.silent_right + self.silent_wrong

    @property
    def cases(self) -> int:
        return self.n + self.silent

    def ranked(self) -> tuple[Floats, Floats]:
        """All cases for an order by confidence alone: those without one below all others."""
        import numpy as np

        lowest = np.concatenate([np.ones(self.silent_right), np.zeros(self.silent_wrong)])
        return np.concatenate([(1 + self.stated) / 2, np.zeros(self.silent)]), np.concatenate([self.right, lowest])


def half_of(case_id: str) -> int:
    """0 or 1, by SHA-256 of the case's id: the same in every run and however many cases there are."""
    return sha256(case_id.encode("utf-8", "surrogatepass")).digest()[0] & 1


class Confidences:
    """All sources of one variant, or of one tag of it. `sources` are the names that gates may write."""

    def __init__(self, sources: tuple[str, ...]) -> None:
        self.sources = sources
        self._by_name = {name: SourceCounts() for name in sources if not name.endswith(CALIBRATED)}
        self._known: dict[str, Pairs | None] = {}

    def add(self, result: CaseResult, right: bool | None) -> None:
        """One case; one of which nothing tells whether it is right has no part in it."""
        if right is None or not self._by_name:
            return
        self._known = {}
        for name, counts in self._by_name.items():
            counts.add(result.case_id, result.confidences.get(name), right)

    def of(self, source: str) -> Pairs | None:
        """The source's pairs; None where there are too few cases to calibrate by. Held until the next case."""
        if source not in self._known:
            counts = self._by_name.get(source.removesuffix(CALIBRATED), SourceCounts())
            self._known[source] = counts.calibrated() if source.endswith(CALIBRATED) else counts.pairs()
        return self._known[source]


# ---- figures ---------------------------------------------------------------------------------------------


def brier(pairs: Pairs, _: float) -> Figure:
    from gemini_eval.stats.calibration import brier as score

    return Figure("", score(pairs.stated, pairs.right), n=pairs.n, reason=_silent(pairs))


def auroc(pairs: Pairs, _: float) -> Figure:
    from gemini_eval.stats.calibration import auroc as area

    value = area(pairs.stated, pairs.right)
    if value is None:
        every = "right" if pairs.right.all() else "wrong"
        return undecided(f"every answer with a confidence is {every}, so it tells none apart", pairs.n)
    return Figure("", value, n=pairs.n, reason=_silent(pairs))


def ece(pairs: Pairs, _: float) -> Figure:
    from gemini_eval.stats.calibration import FEWEST_PER_BIN, calibration_error

    found = calibration_error(pairs.stated, pairs.right)
    if found is None:
        return undecided(f"{_cases(pairs.n)} with a confidence; two bins take {2 * FEWEST_PER_BIN}", pairs.n)
    bins = f"{len(found.bins)} bin{'s' if len(found.bins) > 1 else ''}"
    return Figure("", found.value, found.interval, pairs.n, "; ".join(filter(None, [bins, _silent(pairs)])))


def accuracy_at_coverage(pairs: Pairs, share: float) -> Figure:
    from gemini_eval.stats.coverage import accuracy_at_coverage as accuracy

    if pairs.cases < FEWEST:
        return undecided(f"{_cases(pairs.cases)}; it takes {FEWEST}", pairs.cases)
    value = accuracy(*pairs.ranked(), share)
    covered = max(1, round(share * pairs.cases))
    return Figure("", value, wilson(value, covered), covered, _silent(pairs))


def coverage(pairs: Pairs, confidence: float) -> Figure:
    """The share of all cases that are at least so sure."""
    share = float((pairs.stated >= confidence - 0.5 / GRID).sum()) / pairs.cases
    return Figure("", share, wilson(share, pairs.cases), pairs.cases, _silent(pairs))


def undecided(reason: str, n: int) -> Figure:
    """Too few cases for the method: a gate on it is neither met nor missed."""
    return Figure("", None, n=n, reason=reason, undecided=True)


def _silent(pairs: Pairs) -> str:
    return f"{pairs.silent} of {_cases(pairs.cases)} without a confidence" if pairs.silent else ""


def _cases(n: int) -> str:
    return f"{n} case{'' if n == 1 else 's'}"
