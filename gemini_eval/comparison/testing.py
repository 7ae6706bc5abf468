"""Two sides of one variant -> one tested figure: the arrays that the statistics take, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import TypeAlias

import numpy as np

from gemini_eval.comparison.marks import LOWER_IS_BETTER, count_figure, is_mean, is_of_fields, positives
from gemini_eval.comparison.model import Tested
from gemini_eval.comparison.sides import CaseMarks, SideMarks
from gemini_eval.errors import UsageError
from gemini_eval.gates.model import FigureRef
from gemini_eval.stats.counts import figure_decision
from gemini_eval.stats.decision import PairedDecision, paired_decision
from gemini_eval.stats.looks import Plan, Stop, decision_after, early_stop
from gemini_eval.stats.pairs import Floats
from gemini_eval.types import Family

ALPHA = 0.05
NOTHING_PAIRED = "no case was delivered on both sides"
NOTHING_SHARED = "the two sides have no case in common"


@dataclass(frozen=True, slots=True)
class Wish:
    """A test that is asked for: of one figure, for one gate ('' the default one), over the cases of `tag` ('' all). `over` is the
    other variant of a `no_worse` gate."""

    figure: FigureRef
    margin: float
    gate: str = ""
    gating: bool = True
    tag: str = ""
    over: str = ""


@dataclass(frozen=True, slots=True)
class Paired:
    """The cases that two sides share, in the order of the candidate's suite, whichever answer came first. `labels` are the
    suite's."""

    before: SideMarks
    after: SideMarks
    ids: tuple[str, ...]
    labels: tuple[str, ...] = ()

    @classmethod
    def of(cls, before: SideMarks, after: SideMarks, labels: Sequence[str] = (), only: frozenset[str] | None = None) -> Paired:
        """`only` names the cases that are present on both sides, where one side answered more than that."""
        shared = [case for case in after.cases if case in before.cases and (only is None or case in only)]
        shared.sort(key=lambda case: after.cases[case].ordinal)
        return cls(before, after, tuple(shared), tuple(labels))

    def sides(self, case_id: str) -> tuple[CaseMarks, CaseMarks]:
        return self.before.cases[case_id], self.after.cases[case_id]

    def delivered(self) -> tuple[str, ...]:
        """The cases that both sides delivered."""
        lost = Family.NOT_DELIVERED
        return tuple(case for case in self.ids if all(side.family is not lost for side in self.sides(case)))

    @property
    def why_none(self) -> str:
        """Why no case was delivered on both sides: both were asked, and of other cases, or what was asked did not come."""
        return NOTHING_SHARED if self.before.cases and self.after.cases and not self.ids else NOTHING_PAIRED

    def tagged(self, tag: str) -> tuple[str, ...]:
        return tuple(case for case in self.ids if tag in self.after.cases[case].tags) if tag else self.ids


@dataclass(frozen=True, slots=True)
class Ended:
    """How the rounds of a test ended: how many were asked, and what stopped them there, None where nothing did."""

    rounds: int = 1
    stop: Stop | None = None


ONE_ROUND = Ended()


def figure_tested(paired: Paired, wish: Wish, plan: Plan | None = None, ended: Ended = ONE_ROUND) -> Tested:
    """The figure tested, by the wish's margin. `plan` and `ended` tell how its rounds were planned and ended, where they were:
    what was asked after its stop, for another test's sake, does not count."""
    ids = paired.tagged(wish.tag)
    found: _Found = None, None, None
    why = ""
    try:
        found = _mean(paired, ids, wish, plan, ended) if is_mean(wish.figure) else _counted(paired, ids, wish)
    except UsageError as error:
        why = error.faults[0].reason if paired.delivered() else paired.why_none
    decision, before, after = found
    return Tested(
        wish.figure.name,
        wish.margin,
        decision,
        before,
        after,
        lower_is_better=wish.figure.kind.name in LOWER_IS_BETTER,
        why=why,
        gate=wish.gate,
        gating=wish.gating,
        tag=wish.tag,
        over=wish.over,
        rounds=ended.rounds,
        stopped=ended.stop.value if ended.stop else "",
    )


def stop_of(paired: Paired, wish: Wish, plan: Plan, rounds: int) -> Stop | None:
    """Whether the figure may stop after so many rounds. Raises `UsageError` where nothing was delivered."""
    ids = paired.tagged(wish.tag)
    before, after = arrays(paired, ids, wish.figure)
    return early_stop(before[:, :rounds], after[:, :rounds], replace(plan, margin=wish.margin), _clusters(paired, ids))


def arrays(paired: Paired, ids: Sequence[str], figure: FigureRef) -> tuple[Floats, Floats]:
    """Both sides' marks, cases x samples, filled up with NaN. A case that the figure does not count on one side is all NaN."""
    rows = [tuple(side.marks.get(figure.name, ()) for side in paired.sides(case)) for case in ids]
    return _filled([row[0] if row[1] else () for row in rows]), _filled([row[1] if row[0] else () for row in rows])


_Found: TypeAlias = tuple[PairedDecision | None, float | None, float | None]
"""The decision, and the figure on both sides."""


def _mean(paired: Paired, ids: Sequence[str], wish: Wish, plan: Plan | None, ended: Ended) -> _Found:
    before, after = arrays(paired, ids, wish.figure)
    if ended.stop is not None:
        before, after = before[:, : ended.rounds], after[:, : ended.rounds]
    clusters = _clusters(paired, ids)
    if plan is None:
        decision = paired_decision(before, after, margin=wish.margin, alpha=ALPHA, clusters=clusters)
    else:
        decision = decision_after(ended.stop, before, after, replace(plan, margin=wish.margin), clusters)
    kept = np.isfinite(before).any(axis=1) & np.isfinite(after).any(axis=1)
    values = [float(np.nanmean(side[kept], axis=1).mean()) for side in (before, after)]
    if wish.figure.kind.name in LOWER_IS_BETTER:
        values = [1 - value for value in values]
    return decision, values[0], values[1]


def _counted(paired: Paired, ids: Sequence[str], wish: Wish) -> _Found:
    names = _names(paired, ids, wish.figure)
    before, after = (_array(paired, ids, side, wish.figure, names) for side in (0, 1))
    figure = count_figure(wish.figure, names)
    decision = figure_decision(before, after, figure, margin=wish.margin, alpha=ALPHA, clusters=_clusters(paired, ids))
    kept = np.isfinite(before).all(axis=(1, 2)) & np.isfinite(after).all(axis=(1, 2))
    values = [float(figure(side[kept].sum(axis=0))) for side in (before, after)]
    if wish.figure.kind.name in LOWER_IS_BETTER:
        values = [1 - value for value in values]
    return decision, values[0], values[1]


def _names(paired: Paired, ids: Sequence[str], figure: FigureRef) -> tuple[str, ...]:
    """What is counted by name: the suite's labels, or all fields that either side has and the one that is asked about."""
    if not is_of_fields(figure):
        return paired.labels
    counted = {name for case in ids for side in paired.sides(case) for name in side.fields.parts}
    return tuple(sorted(counted | {figure.argument}))


def _array(paired: Paired, ids: Sequence[str], side: int, figure: FigureRef, names: tuple[str, ...]) -> Floats:
    """(cases, names, 3); NaN where the case was not delivered or has nothing to count."""
    found = np.full((len(ids), max(1, len(names)), 3), nan)
    for row, case in enumerate(ids):
        marks = paired.sides(case)[side]
        counted = marks.fields if is_of_fields(figure) else marks.labels
        none = (0.0,) * (4 if is_of_fields(figure) else 3)
        if counted.results:
            parts = (positives(figure, counted.parts.get(name, none)) for name in names)
            found[row] = [[part / counted.results for part in of_name] for of_name in parts]
    return found


def _clusters(paired: Paired, ids: Sequence[str]) -> list[str]:
    return [paired.after.cases[case].cluster for case in ids]


def _filled(rows: Sequence[Sequence[float]]) -> Floats:
    width = max((len(row) for row in rows), default=0)
    found = np.full((len(rows), max(1, width)), nan)
    for at, row in enumerate(rows):
        found[at, : len(row)] = row
    return found
