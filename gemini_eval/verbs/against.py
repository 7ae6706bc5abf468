"""Today's run held against an older one (`--against`, a baseline), and its variants against one another (`no_worse`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gemini_eval.comparison.build import decided_together
from gemini_eval.comparison.gating import relative_results, within_of
from gemini_eval.comparison.model import Comparison, VariantComparison
from gemini_eval.comparison.sides import SideMarks
from gemini_eval.comparison.within import tested_within, with_tests_within
from gemini_eval.gates import GateResult
from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.model import Suite
from gemini_eval.verbs.baseline import SavedBaseline, baseline_file
from gemini_eval.verbs.compare import CompareOptions, Held, hold
from gemini_eval.verbs.saved import Saved, SavedRun


@dataclass(frozen=True, slots=True)
class Relative:
    """What the relative gates came to; `comparison` where the run was held against another."""

    gates: tuple[GateResult, ...] = ()
    comparison: Comparison | None = None


def relative_of(folder: RunFolder, suites: Sequence[Suite], before: Saved | None) -> Relative:
    """The `no_regression` gates against `before`, and the `no_worse` gates within the run, decided together."""
    after = SavedRun(folder)
    held = hold(before, after, CompareOptions(default=False), _by_name(suites)) if before else Held((), (), ())
    variants: Sequence[VariantComparison] = held.variants
    for suite in suites:
        if within_of(suite.gates):
            sides = _sides(folder, suite)
            tests = tested_within(suite.gates, suite.labels.names if suite.labels else (), sides)
            variants = with_tests_within(variants, suite.name, tests)
    decided, together = decided_together(variants)
    gates = tuple(relative_results(decided))
    if before is None:
        return Relative(gates)
    side = replace(after.side(), name="this run")
    comparison = Comparison("against", before.side(), side, (*decided, *held.unpaired), held.moved, together)
    return Relative(gates, comparison)


def held_against(suites: Sequence[Suite], named: Saved | None) -> Saved | None:
    """What a run is held against: what is named, else the committed baselines where a gate asks for one and it is there. They are
    read through, so that a damaged one, or a variant that is not there, is told before anything is asked. Raises `InputError`."""
    found = named or _baseline_for(suites)
    if found is not None:
        found.declared()
    if isinstance(found, SavedBaseline):
        found.check()
    return found


def _baseline_for(suites: Sequence[Suite]) -> SavedBaseline | None:
    asking = [suite for suite in suites if any(gate.kind == "no_regression" for gate in suite.gates)]
    there = any(baseline_file(suite.workspace, suite.name).exists() for suite in asking)
    return SavedBaseline(asking[0].workspace) if there else None


def _by_name(suites: Sequence[Suite]) -> Mapping[str, Suite]:
    return {suite.name: suite for suite in suites}


def _sides(folder: RunFolder, suite: Suite) -> dict[str, SideMarks]:
    """The variants of the run that `no_worse` gates name."""
    wanted = within_of(suite.gates)
    names = {name for gate, _ in wanted for name in (gate.variant, gate.than)}
    sides = {name: SideMarks(name, [wish.figure for _, wish in wanted]) for name in names}
    for case in iter_cases(folder.cases):
        if case.suite == suite.name and case.variant in sides:
            sides[case.variant].add(case)
    return {name: side for name, side in sides.items() if side.cases}
