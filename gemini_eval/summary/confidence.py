"""Confidences held against the truth: how many cases said what and were right, and the figures that follow.

The unit is the case. Its confidence belongs to the answer that stands for it: the vote's winner, else the first delivered
sample's. A case without a confidence (a tie, an answer without one, a word outside the list) is in no calibration figure; for
coverage it comes after all others, so that the accuracy at full coverage is that of all cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING

from gemini_eval.assertions.confidence import CALIBRATED
from gemini_eval.summary.interval import wilson
from gemini_eval.types import CaseResult, Figure

if TYPE_CHECKING:
    from gemini_eval.stats.pairs import Floats

GRID = 10_000
"""Confidences are counted on a grid of 1 / GRID, so that memory does not grow with the number of cases."""
FEWEST = 20
"""Cases without which a half to calibrate by says nothing: those of a bin of the calibration error."""
FEWEST_JUDGED = 2 * FEWEST
"""Two bins: with fewer cases neither the error, nor the order, nor the coverage of confidences can be judged. Brier's score can:
it is a mean over cases, as accuracy is."""


class SourceCounts:
    """One source of one variant: cases by part, confidence and whether they are right.

    With `fit`, a tag, the cases that have it are part 0, to calibrate by, and the others part 1; without it the parts are halves,
    each calibrated by the other.
    """

    __slots__ = ("_broken", "_cells", "_silent", "_taught", "fit")

    def __init__(self, fit: str = "") -> None:
        self.fit = fit
        self._cells: Counter[tuple[int, int, bool]] = Counter()
        self._taught: Counter[tuple[int, int, bool]] = Counter()
        self._silent: Counter[tuple[int, bool]] = Counter()
        self._broken: Counter[int] = Counter()

    def add(self, case: CaseResult, stated: float | None, right: bool, *, broken: bool = False) -> None:
        part = int(self.fit not in case.tags) if self.fit else half_of(case.case_id)
        if stated is None:
            self._silent[part, right] += 1
            self._broken[part] += broken
        else:
            self._cells[part, round(stated * GRID), right] += 1

    def teach(self, case: CaseResult, stated: float | None, right: bool) -> None:
        """A case to calibrate by, whether it is counted here or not."""
        if stated is not None and self.fit and self.fit in case.tags:
            self._taught[0, round(stated * GRID), right] += 1

    def pairs(self) -> Pairs:
        return self._with_silent(*_arrays(self._cells, (0, 1)), parts=(0, 1))

    def calibrated(self) -> Pairs | None:
        """Confidences by the rising function that fits other cases best: those with the tag, or the other half; None where these
        are too few."""
        import numpy as np

        from gemini_eval.stats.isotonic import isotonic

        if self.fit:
            taught = _arrays(self._taught, (0,))
            if len(taught[0]) < FEWEST:
                return None
            stated, right = _arrays(self._cells, (1,))
            return self._with_silent(np.clip(isotonic(*taught)(stated), 0, 1), right, parts=(1,))
        halves = [_arrays(self._cells, (half,)) for half in (0, 1)]
        if min(len(stated) for stated, _ in halves) < FEWEST:
            return None
        fitted = [isotonic(*half) for half in halves]
        stated = np.concatenate([fitted[1](halves[0][0]), fitted[0](halves[1][0])])
        return self._with_silent(np.clip(stated, 0, 1), np.concatenate([right for _, right in halves]), parts=(0, 1))

    def _with_silent(self, stated: Floats, right: Floats, parts: tuple[int, ...]) -> Pairs:
        yes, no = (sum(self._silent[part, outcome] for part in parts) for outcome in (True, False))
        return Pairs(stated, right, yes, no, sum(self._broken[part] for part in parts))


def _arrays(counted: Counter[tuple[int, int, bool]], parts: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Confidences and outcomes of the cases of these parts; in an order that no run changes."""
    import numpy as np

    cells = sorted((stated, right, n) for (part, stated, right), n in counted.items() if part in parts)
    times = [n for _, _, n in cells]
    values = np.array([stated for stated, _, _ in cells], dtype=np.float64) / GRID
    return np.repeat(values, times), np.repeat(np.array([right for _, right, _ in cells], dtype=np.float64), times)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Confidences with their outcomes (1 right, 0 wrong), and how many cases have no confidence, right and wrong ones; of
    `broken` of these a judge's reply was broken."""

    stated: Floats
    right: Floats
    silent_right: int = 0
    silent_wrong: int = 0
    broken: int = 0

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
    """All sources of one variant, or of one tag of it. `sources` are the names that gates may write, `fits` the tags of the cases
    to calibrate by, by source."""

    def __init__(self, sources: tuple[str, ...], fits: Mapping[str, str] = MappingProxyType({})) -> None:
        self.sources = sources
        self._by_name = {name: SourceCounts(fits.get(name, "")) for name in sources if not name.endswith(CALIBRATED)}
        self._known: dict[str, Pairs | None] = {}

    def add(self, result: CaseResult, right: bool | None) -> None:
        """One case; one of which nothing tells whether it is right has no part in it."""
        if right is None or not self._by_name:
            return
        self._known = {}
        for name, counts in self._by_name.items():
            counts.add(result, result.confidences.get(name), right, broken=name in result.unstated)

    def teach(self, result: CaseResult, right: bool | None) -> None:
        """One case of the whole variant, to calibrate by where its source says so."""
        if right is None:
            return
        self._known = {}
        for name, counts in self._by_name.items():
            counts.teach(result, result.confidences.get(name), right)

    def of(self, source: str) -> Pairs | None:
        """The source's pairs; None where there are too few cases to calibrate by. Held until the next case."""
        if source not in self._known:
            counts = self._by_name.get(source.removesuffix(CALIBRATED), SourceCounts())
            self._known[source] = counts.calibrated() if source.endswith(CALIBRATED) else counts.pairs()
        return self._known[source]

    def wanting(self, source: str) -> str:
        """What it takes to calibrate a source."""
        fit = self._by_name[source.removesuffix(CALIBRATED)].fit
        cases = f"calibrating takes {FEWEST} cases tagged {fit}" if fit else f"each half of the cases needs {FEWEST}"
        return f"{cases} with a confidence" + ("" if fit else " to calibrate by")


# ---- figures ---------------------------------------------------------------------------------------------


def brier(pairs: Pairs, _: float) -> Figure:
    from gemini_eval.stats.calibration import brier as score

    return Figure("", score(pairs.stated, pairs.right), n=pairs.n, reason=_silent(pairs))


def auroc(pairs: Pairs, _: float) -> Figure:
    from gemini_eval.stats.calibration import auroc as area

    if pairs.n < FEWEST_JUDGED:
        return _too_few(pairs.n, " with a confidence")
    value = area(pairs.stated, pairs.right)
    if value is None:
        every = "right" if pairs.right.all() else "wrong"
        return undecided(f"every answer with a confidence is {every}, so it tells none apart", pairs.n)
    return Figure("", value, n=pairs.n, reason=_silent(pairs))


def ece(pairs: Pairs, _: float) -> Figure:
    from gemini_eval.stats.calibration import calibration_error

    found = calibration_error(pairs.stated, pairs.right)
    if found is None:
        return _too_few(pairs.n, " with a confidence")
    bins = f"{len(found.bins)} bin{'s' if len(found.bins) > 1 else ''}"
    return Figure("", found.value, found.interval, pairs.n, "; ".join(filter(None, [bins, _silent(pairs)])))


def accuracy_at_coverage(pairs: Pairs, share: float) -> Figure:
    from gemini_eval.stats.coverage import accuracy_at_coverage as accuracy

    if pairs.cases < FEWEST_JUDGED:
        return _too_few(pairs.cases)
    value = accuracy(*pairs.ranked(), share)
    covered = ceil(round(share * pairs.cases, 9))
    return Figure("", value, wilson(value, covered), covered, _silent(pairs))


def coverage(pairs: Pairs, confidence: float) -> Figure:
    """The share of all cases that are at least so sure."""
    if pairs.cases < FEWEST_JUDGED:
        return _too_few(pairs.cases)
    share = float((pairs.stated >= confidence - 0.5 / GRID).sum()) / pairs.cases
    return Figure("", share, wilson(share, pairs.cases), pairs.cases, _silent(pairs))


def _too_few(n: int, which: str = "") -> Figure:
    return undecided(f"{_cases(n)}{which}; two bins take {FEWEST_JUDGED}", n)


def undecided(reason: str, n: int) -> Figure:
    """Too few cases for the method: a gate on it is neither met nor missed."""
    return Figure("", None, n=n, reason=reason, undecided=True)


def _silent(pairs: Pairs) -> str:
    broken = f" ({pairs.broken} by broken replies)" if pairs.broken else ""
    return f"{pairs.silent} of {_cases(pairs.cases)} without a confidence{broken}" if pairs.silent else ""


def _cases(n: int) -> str:
    return f"{n} case{'' if n == 1 else 's'}"
