"""What a comparison shows beside its decision: flipped cases, slices, crowds, moved confusions. None of it gates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Literal

from gemini_eval.comparison.model import Crowd, Flip, MovedConfusion, Slice
from gemini_eval.comparison.sides import PASS_RATE, CaseMarks, SideMarks
from gemini_eval.comparison.testing import Paired, arrays
from gemini_eval.errors import UsageError
from gemini_eval.gates.model import FigureRef
from gemini_eval.stats.decision import paired_decision
from gemini_eval.stats.multiplicity import benjamini_hochberg
from gemini_eval.stats.rates import is_flaky
from gemini_eval.summary.ordered import steps_off

MOST_FLIPS = 100
MOST_SLICES = 50
FEWEST_IN_A_SLICE = 5
SLICE_LEVEL = 0.10
MOST_CONFUSIONS = 20

Kind = Literal["shared", "edited", "added"]


@dataclass(frozen=True, slots=True)
class Flips:
    """The first hundred of each kind, their texts still to be filled in, and how many there are."""

    failing: tuple[Flip, ...]
    passing: tuple[Flip, ...]
    failing_count: int
    passing_count: int


def flips_of(paired: Paired, edited: frozenset[str]) -> Flips:
    """Cases that pass on one side only, by more than half of their samples; those whose sides differ most come first."""
    failing: list[tuple[float, Flip]] = []
    passing: list[tuple[float, Flip]] = []
    for case_id in paired.ids:
        rates = [_rate(side) for side in paired.sides(case_id)]
        if not all(map(isfinite, rates)) or (rates[0] > 0.5) == (rates[1] > 0.5):
            continue
        into = failing if rates[0] > rates[1] else passing
        into.append((-abs(rates[0] - rates[1]), _flip(case_id, *paired.sides(case_id), case_id in edited)))
    chosen = [[flip for _, flip in sorted(found, key=_must_pass_first)[:MOST_FLIPS]] for found in (failing, passing)]
    return Flips(tuple(chosen[0]), tuple(chosen[1]), len(failing), len(passing))


def _must_pass_first(found: tuple[float, Flip]) -> tuple[bool, float]:
    return not found[1].must_pass, found[0]


def _flip(case_id: str, before: CaseMarks, after: CaseMarks, edited: bool) -> Flip:
    (before_failed, before_of), (after_failed, after_of) = _failed_of(before), _failed_of(after)
    flaky = any(is_flaky(*_passed_of(side)) for side in (before, after))
    counts = (before_failed, before_of, after_failed, after_of)
    return Flip(case_id, "", "", *counts, must_pass=after.must_pass, flaky=flaky, edited=edited)


def flaky_cases(paired: Paired) -> tuple[str, ...]:
    """The cases that pass now and fail then on the candidate's side (the first hundred)."""
    found = (case for case in paired.ids if is_flaky(*_passed_of(paired.after.cases[case])))
    return tuple(case for _, case in zip(range(MOST_FLIPS), found, strict=False))


# ---- slices ----------------------------------------------------------------------------------------------


def slices_of(paired: Paired, figure: FigureRef) -> list[Slice]:
    """Each tag and each expected label of at least five cases, the largest first; `p_adjusted` is still p."""
    members: dict[str, list[str]] = {}
    for case_id in paired.ids:
        for name in _slice_names(paired.after.cases[case_id]):
            members.setdefault(name, []).append(case_id)
    chosen = sorted((item for item in members.items() if FEWEST_IN_A_SLICE <= len(item[1]) < len(paired.ids)), key=_by_size)
    found = (_slice(paired, name, ids, figure) for name, ids in chosen[:MOST_SLICES])
    return [part for part in found if part is not None]


def adjusted(slices: Sequence[Slice]) -> list[Slice]:
    """All slices of the invocation, after Benjamini-Hochberg."""
    if not slices:
        return []
    levels = benjamini_hochberg([part.p for part in slices]).tolist()
    return [replace(part, p_adjusted=level, listed=level <= SLICE_LEVEL) for part, level in zip(slices, levels, strict=True)]


def _slice_names(case: CaseMarks) -> Iterator[str]:
    yield from dict.fromkeys(case.tags)
    if case.expected_label:
        yield f"label={case.expected_label}"


def _by_size(item: tuple[str, list[str]]) -> tuple[int, str]:
    return -len(item[1]), item[0]


def _slice(paired: Paired, name: str, ids: Sequence[str], figure: FigureRef) -> Slice | None:
    before, after = arrays(paired, ids, figure)
    try:
        found = paired_decision(before, after, clusters=[paired.after.cases[case].cluster for case in ids])
    except UsageError:
        return None
    rates = _rates(paired, ids, figure)
    return Slice(name, found.cases, rates[0] or 0.0, rates[1] or 0.0, found.p_regressed, found.p_regressed, False)


# ---- crowds, confusions ----------------------------------------------------------------------------------


def crowds_of(before: SideMarks, after: SideMarks, figure: FigureRef, kind_of: Callable[[str], Kind]) -> tuple[Crowd, ...]:
    """The cases by where they come from; nothing where all are shared and unedited."""
    members: dict[Kind, list[str]] = {"shared": [], "edited": [], "added": []}
    for case_id in after.cases:
        members[kind_of(case_id)].append(case_id)
    if not members["edited"] and not members["added"]:
        return ()
    found = []
    for kind, ids in members.items():
        sides = ([case for case in ids if case in side.cases] for side in (before, after))
        rates = [_mean_rate(side, own, figure) for side, own in zip((before, after), sides, strict=True)]
        found.append(Crowd(kind, len(ids), *rates))
    return tuple(found)


def confusions_of(paired: Paired, order: Sequence[str] = ()) -> tuple[MovedConfusion, ...]:
    """What wrong answers became more or less often, the largest moves first. `order`: ordered labels, lowest first."""
    cells: dict[tuple[str, str], list[float]] = {}
    for case_id in paired.delivered():
        for at, side in enumerate(paired.sides(case_id)):
            for column, share in _shares(side):
                cells.setdefault((side.expected_label, column), [0.0, 0.0])[at] += share
    moved = [
        MovedConfusion(
            expected, column, round(counts[0], 6), round(counts[1], 6), steps_off(order, expected, column) if order else None
        )
        for (expected, column), counts in cells.items()
        if expected != column and abs(counts[1] - counts[0]) > 1e-9
    ]
    moved.sort(key=lambda move: (-abs(move.after - move.before), move.expected, move.answer))
    return tuple(moved[:MOST_CONFUSIONS])


def _shares(side: CaseMarks) -> Iterator[tuple[str, float]]:
    if side.expected_label and side.labels.results:
        yield from ((column, share / side.labels.results) for column, share in side.columns.items())


# ---- rates -----------------------------------------------------------------------------------------------


def _rates(paired: Paired, ids: Sequence[str], figure: FigureRef) -> tuple[float | None, float | None]:
    return _mean_rate(paired.before, ids, figure), _mean_rate(paired.after, ids, figure)


def _mean_rate(side: SideMarks, ids: Sequence[str], figure: FigureRef) -> float | None:
    rates = [rate for case in ids if isfinite(rate := _rate(side.cases[case], figure.name))]
    return sum(rates) / len(rates) if rates else None


def _rate(case: CaseMarks, figure: str = PASS_RATE.name) -> float:
    known = [mark for mark in case.marks.get(figure, ()) if isfinite(mark)]
    return sum(known) / len(known) if known else nan


def _passed_of(case: CaseMarks) -> tuple[float, int]:
    known = [mark for mark in case.marks.get(PASS_RATE.name, ()) if isfinite(mark)]
    return sum(known), len(known)


def _failed_of(case: CaseMarks) -> tuple[int, int]:
    passed, n = _passed_of(case)
    return round(n - passed), n


def with_texts(flips: Sequence[Flip], texts: Mapping[str, tuple[str, str, str, str]]) -> tuple[Flip, ...]:
    """The flips with (expected, before, after, reason) of each case filled in."""
    filled = []
    for flip in flips:
        expected, before, after, reason = texts.get(flip.case_id, ("", "", "", ""))
        filled.append(replace(flip, expected=expected, before=before, after=after, reason=reason))
    return tuple(filled)
