"""`compare A B`: two saved runs, paired case by case and decided. Nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gemini_eval.comparison.build import Pairing, compare_variant, decided_together
from gemini_eval.comparison.gating import relative_results, wishes_of
from gemini_eval.comparison.model import BarMove, Comparison, Kind, Moved, Side, State, VariantComparison
from gemini_eval.comparison.sides import SideMarks
from gemini_eval.comparison.testing import Wish
from gemini_eval.comparison.texts import flip_texts, wanted_cases
from gemini_eval.errors import GeminiEvalError, InputError, UsageError, did_you_mean
from gemini_eval.gates import FigureContext, GateError, GateResult, GateStatus
from gemini_eval.gates.grammar import parse_figure
from gemini_eval.gates.model import FigureRef
from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.find import find_run
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import CaseResult, Json
from gemini_eval.verbs.rejudge import Rejudge

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Named:
    """A run, and the one variant of it that is meant ('' for all)."""

    folder: RunFolder
    variant: str = ""


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """`metric` ('' for what the suite's gates name, else the pass rate) and its margin (None for the gate's, else 0.05); `strict`
    makes what is not decided a status of 4."""

    metric: str = ""
    margin: float | None = None
    strict: bool = False


@dataclass(slots=True)
class _Pair:
    """One variant of one suite on two sides, while it is read."""

    suite: str
    before: SideMarks
    after: SideMarks
    wishes: tuple[Wish, ...]
    labels: tuple[str, ...]
    gated: bool
    rejudge: Rejudge
    left: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        same = self.before.name == self.after.name
        return self.after.name if same else f"{self.before.name} → {self.after.name}"


def compare_runs(
    before: Named, after: Named, options: CompareOptions, kind: Kind = "compare"
) -> tuple[Comparison, list[GateResult], int]:
    """The comparison, what became of the gates that it decides, and the exit status: 1 where one regressed, 4 where one is not
    decided and that matters. Raises `UsageError` where the two share no variant."""
    suites = _suites_of(after.folder)
    pairs = [_pair(name, names, (before, after), options, suites.get(name)) for name, names in _pairs(before, after)]
    _read(pairs, after.folder, before.folder)
    compared = [_compared(pair, before.folder.cases, after.folder.cases) for pair in pairs]
    variants, together = decided_together(compared)
    comparison = Comparison(
        kind,
        _side(before),
        _side(after),
        (*variants, *_unpaired(before, after, pairs)),
        bar_moved=tuple(_judged_otherwise(pairs)),
        together=together,
    )
    gates = relative_results(variants)
    return comparison, gates, _status(gates, options)


def named_run(text: str, workspace: Workspace) -> Named:
    """`RUN` or `RUN:VARIANT`; a run's own name may have a colon. Raises `InputError` where there is no such run."""
    try:
        return Named(find_run(text, workspace.store_folder))
    except InputError:
        name, colon, variant = text.partition(":")
        if not colon or not name:
            raise
        return Named(find_run(name, workspace.store_folder), variant)


def _status(gates: Sequence[GateResult], options: CompareOptions) -> int:
    found = {gate.status for gate in gates}
    if GateStatus.FAILS in found:
        return 1
    return 4 if options.strict and GateStatus.INCONCLUSIVE in found else 0


# ---- which variants are paired ---------------------------------------------------------------------------

_Declared = Mapping[str, Mapping[str, Mapping[str, Json]]]
"""Suite -> variant -> what the run's header says of it."""


def _declared(named: Named) -> _Declared:
    suites = named.folder.header.get("suites") or []
    found = {suite["name"]: {variant["name"]: variant for variant in suite["variants"]} for suite in suites}
    if not named.variant:
        return found
    known = {name for variants in found.values() for name in variants}
    if named.variant not in known:
        hint = did_you_mean(named.variant, known) or f"it has {', '.join(sorted(known))}"
        raise UsageError(f"the run {named.folder.id} has no variant {named.variant}", hint)
    return {suite: {named.variant: variants[named.variant]} for suite, variants in found.items() if named.variant in variants}


def _pairs(before: Named, after: Named) -> list[tuple[str, tuple[str, str]]]:
    """(suite, (variant before, variant after)): of one name, or the one variant that each side has."""
    first, second = _declared(before), _declared(after)
    found: list[tuple[str, tuple[str, str]]] = []
    for suite in (suite for suite in second if suite in first):
        same = [(name, name) for name in second[suite] if name in first[suite]]
        single = [(*first[suite], *second[suite])] if len(first[suite]) == len(second[suite]) == 1 else []
        found += [(suite, (names[0], names[1])) for names in same or single]
    if not found:
        shown = [f"{run.folder.id} has {_listed(side)}" for run, side in ((before, first), (after, second))]
        raise UsageError(f"the two runs share no variant: {'; '.join(shown)}", "name one of each: RUN:VARIANT RUN:VARIANT")
    return found


def _listed(side: _Declared) -> str:
    names = [f"{suite}/{variant}" for suite, variants in side.items() for variant in variants]
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")


def _unpaired(before: Named, after: Named, pairs: Sequence[_Pair]) -> Iterator[VariantComparison]:
    olds, news = {(pair.suite, pair.before.name) for pair in pairs}, {(pair.suite, pair.after.name) for pair in pairs}
    for named, state, known in ((before, State.REMOVED, olds), (after, State.NEW, news)):
        for suite, variants in _declared(named).items():
            for name in variants:
                if (suite, name) not in known:
                    yield VariantComparison(suite, name, state)


# ---- what is tested --------------------------------------------------------------------------------------


def _suites_of(folder: RunFolder) -> dict[str, Suite]:
    """The run's suites, as far as their files are still what they were: they know the gates, and how to judge."""
    found: dict[str, Suite] = {}
    for header in folder.header.get("suites") or []:
        try:
            suite = load_suite(header["path"], LoadOptions(need_model=False))
        except GeminiEvalError:
            continue  # a suite that can't be read today only means that its gates are not known
        if suite.name == header["name"]:
            found[suite.name] = suite
    return found


def _pair(
    suite_name: str, names: tuple[str, str], runs: tuple[Named, Named], options: CompareOptions, suite: Suite | None
) -> _Pair:
    declared = next(item for item in runs[1].folder.header["suites"] if item["name"] == suite_name)
    told = [_declared(run)[suite_name][name] for run, name in zip(runs, names, strict=True)]
    gated, labels = bool(told[1].get("gated", True)), tuple(declared.get("labels") or ())
    wishes = _wishes(suite, names[1], labels, options)
    figures = [wish.figure for wish in wishes]
    sides = [SideMarks(name, figures, str(item.get("model") or "")) for name, item in zip(names, told, strict=True)]
    return _Pair(suite_name, sides[0], sides[1], wishes, labels, gated, Rejudge(suite, names[1]))


def _wishes(suite: Suite | None, variant: str, labels: tuple[str, ...], options: CompareOptions) -> tuple[Wish, ...]:
    gates = suite.gates if suite else ()
    if options.metric:
        figure = _figure(options.metric, labels)
        margin = 0.05 if options.margin is None else options.margin
        return (Wish(figure, margin, f"no_regression: {figure.name}, margin {margin:g}"),)
    found = wishes_of(gates, variant, gated=True, default=True)
    if options.margin is None:
        return found
    return tuple(Wish(wish.figure, options.margin, wish.gate, tag=wish.tag) for wish in found)


def _figure(written: str, labels: tuple[str, ...]) -> FigureRef:
    try:
        figure = parse_figure(written, FigureContext(labels=labels))
    except GateError as error:
        raise UsageError(f"--metric {written}: {error.reason}", error.hint) from error
    if not figure.kind.paired:
        raise UsageError(f"--metric {written}: it can't be tested between two runs", "see: gemini-eval list --figures")
    return figure


# ---- reading and deciding --------------------------------------------------------------------------------


def _read(pairs: Sequence[_Pair], after: RunFolder, before: RunFolder) -> None:
    """Both sides' cases into their marks; a case that was judged otherwise is judged again, or left out."""
    by_after = {(pair.suite, pair.after.name): pair for pair in pairs}
    for case in iter_cases(after.cases):
        if pair := by_after.get((case.suite, case.variant)):
            pair.after.add(case)
    by_before = {(pair.suite, pair.before.name): pair for pair in pairs}
    for case in iter_cases(before.cases):
        if pair := by_before.get((case.suite, case.variant)):
            _add_before(pair, case)


def _add_before(pair: _Pair, case: CaseResult) -> None:
    other = pair.after.cases.get(case.case_id)
    if other is None or not other.judged or case.judged == other.judged:
        pair.before.add(case)
        return
    again = pair.rejudge.judged_as(case, other.judged)
    if again is None:
        pair.left.append(case.case_id)
    else:
        pair.before.add(again)


def _compared(pair: _Pair, before: Path, after: Path) -> VariantComparison:
    def texts(ids: frozenset[str]) -> Mapping[str, tuple[str, str, str, str]]:
        first = wanted_cases(iter_cases(before), pair.suite, pair.before.name, ids)
        return flip_texts(first, wanted_cases(iter_cases(after), pair.suite, pair.after.name, ids))

    pairing = Pairing(pair.suite, pair.shown, pair.before, pair.after, pair.wishes, pair.labels, gated=pair.gated)
    return compare_variant(pairing, texts)


def _judged_otherwise(pairs: Sequence[_Pair]) -> Iterator[Moved]:
    for pair in pairs:
        if pair.left:
            yield Moved(
                BarMove.JUDGED_OTHERWISE,
                pair.suite,
                pair.after.name,
                "assertions or expected values",
                cases=tuple(pair.left[:MOST_LISTED]),
                count=len(pair.left),
            )


def _side(named: Named) -> Side:
    folder = named.folder
    return Side(str(folder.header.get("name") or folder.id), run=folder.id, created=str(folder.header.get("created") or ""))
