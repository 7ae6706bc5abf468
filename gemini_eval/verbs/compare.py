"""`compare A B`: two saved runs, paired case by case and decided. Nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from gemini_eval.comparison.build import Pairing, compare_variant, decided_together
from gemini_eval.comparison.gating import DEFAULT_MARGIN, relative_results, wishes_of
from gemini_eval.comparison.model import BarMove, Comparison, Moved, State, VariantComparison
from gemini_eval.comparison.sides import PASS_RATE, SideMarks
from gemini_eval.comparison.testing import Wish
from gemini_eval.comparison.texts import flip_texts
from gemini_eval.errors import GeminiEvalError, UsageError
from gemini_eval.gates import FigureContext, GateError, GateResult, GateStatus
from gemini_eval.gates.grammar import parse_figure
from gemini_eval.gates.model import FigureRef
from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.model import Suite
from gemini_eval.verbs.rejudge import Rejudge, SavedReplies
from gemini_eval.verbs.saved import Before, Declared, Saved, SavedRun

MOST_LISTED = 100
ALL_LEFT = "every case was judged by other assertions or expected values before, and its answer or a judge's reply is not at hand"


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """`metric` ('' for what the suite's gates name, else the pass rate) and its margin (None for the gate's, else 0.05); `strict`
    makes what is not decided a status of 4. `default`: a suite without `no_regression` is held on its pass rate; else that is
    only shown."""

    metric: str = ""
    margin: float | None = None
    strict: bool = False
    default: bool = True


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
    order: tuple[str, ...] = ()
    left: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        same = self.before.name == self.after.name
        return self.after.name if same else f"{self.before.name} → {self.after.name}"


def compare_runs(before: Saved, after: SavedRun, options: CompareOptions) -> tuple[Comparison, list[GateResult], int]:
    """The comparison, what became of the gates that it decides, and the exit status: 1 where one regressed, 4 where one is not
    decided and that matters. Raises `UsageError` where the two share no variant."""
    held = hold(before, after, options, _suites_of(after.folder))
    if not held.variants:
        shown = [f"{saved.name} has {_listed(saved.declared())}" for saved in (before, after)]
        raise UsageError(f"the two share no variant: {'; '.join(shown)}", "name one of each: RUN:VARIANT RUN:VARIANT")
    variants, together = decided_together(held.variants)
    rest = held.unpaired
    comparison = Comparison("compare", before.side(), after.side(), (*variants, *rest), held.moved, together)
    gates = relative_results(variants)
    return comparison, gates, _status(gates, options)


@dataclass(frozen=True, slots=True)
class Held:
    """Two saved sides, each variant compared but not yet all together; what only one side has; how the bar moved."""

    variants: tuple[VariantComparison, ...]
    unpaired: tuple[VariantComparison, ...]
    moved: tuple[Moved, ...]


def hold(before: Saved, after: SavedRun, options: CompareOptions, suites: Mapping[str, Suite]) -> Held:
    """Pair two saved sides case by case. `suites` know the gates, and how to judge again."""
    with ExitStack() as stack:
        replies = SavedReplies(before.folder.answers if isinstance(before, SavedRun) else None, stack)
        runs = before, after
        pairs = [_pair(name, names, runs, options, suites.get(name), replies=replies) for name, names in _pairs(*runs)]
        wanted = {(pair.suite, pair.after.name): pair for pair in pairs}
        for case in iter_cases(after.folder.cases):
            if pair := wanted.get((case.suite, case.variant)):
                pair.after.add(case)
        before.read([Before(pair.suite, pair.before, pair.after, pair.rejudge, pair.left) for pair in pairs])
    variants = tuple(_compared(pair, before, after) for pair in pairs)
    return Held(variants, tuple(_unpaired(before, after, pairs)), tuple(_judged_otherwise(pairs)))


def _status(gates: Sequence[GateResult], options: CompareOptions) -> int:
    found = {gate.status for gate in gates}
    if GateStatus.FAILS in found:
        return 1
    return 4 if options.strict and GateStatus.INCONCLUSIVE in found else 0


# ---- which variants are paired ---------------------------------------------------------------------------


def _pairs(before: Saved, after: SavedRun) -> list[tuple[str, tuple[str, str]]]:
    """(suite, (variant before, variant after)): of one name, or the one variant that each side has."""
    first, second = before.declared(), after.declared()
    found: list[tuple[str, tuple[str, str]]] = []
    for suite in (suite for suite in second if suite in first):
        same = [(name, name) for name in second[suite] if name in first[suite]]
        single = [(*first[suite], *second[suite])] if len(first[suite]) == len(second[suite]) == 1 else []
        found += [(suite, (names[0], names[1])) for names in same or single]
    return found


def _listed(side: Declared) -> str:
    names = [f"{suite}/{variant}" for suite, variants in side.items() for variant in variants]
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")


def _unpaired(before: Saved, after: SavedRun, pairs: Sequence[_Pair]) -> Iterator[VariantComparison]:
    olds, news = {(pair.suite, pair.before.name) for pair in pairs}, {(pair.suite, pair.after.name) for pair in pairs}
    for saved, state, known in ((before, State.REMOVED, olds), (after, State.NEW, news)):
        for suite, variants in saved.declared().items():
            for name in variants:
                if (suite, name) not in known:
                    yield VariantComparison(suite, name, state)


# ---- what is tested --------------------------------------------------------------------------------------


def _suites_of(folder: RunFolder) -> dict[str, Suite]:
    """The run's suites, as far as their files are still what they were: they know the gates, and how to judge."""
    found: dict[str, Suite] = {}
    for header in folder.header.get("suites") or []:
        try:
            suite = load_suite(header["path"], LoadOptions(need_model=False, code="leave"))
        except GeminiEvalError:
            continue  # a suite that can't be read today only means that its gates are not known
        if suite.name == header["name"]:
            found[suite.name] = suite
    return found


def _pair(
    suite_name: str,
    names: tuple[str, str],
    runs: tuple[Saved, SavedRun],
    options: CompareOptions,
    suite: Suite | None,
    *,
    replies: SavedReplies,
) -> _Pair:
    declared = next(item for item in runs[1].folder.header["suites"] if item["name"] == suite_name)
    told = [run.declared()[suite_name][name] for run, name in zip(runs, names, strict=True)]
    gated = bool(runs[1].variant) or bool(told[1].get("gated", True))  # who names a variant wants it decided
    labels = tuple(declared.get("labels") or ())
    known = FigureContext(labels=labels, fields=tuple(declared.get("fields") or ()))
    wishes = _wishes(suite, names[1], known, options, gated=gated)
    figures = [wish.figure for wish in wishes]
    sides = [SideMarks(name, figures, str(item.get("model") or "")) for name, item in zip(names, told, strict=True)]
    order = tuple(declared.get("order") or ())
    return _Pair(suite_name, sides[0], sides[1], wishes, labels, gated, Rejudge(suite, names[1], replies), order)


def _wishes(suite: Suite | None, variant: str, known: FigureContext, options: CompareOptions, *, gated: bool) -> tuple[Wish, ...]:
    gates = suite.gates if suite else ()
    margin = DEFAULT_MARGIN if options.margin is None else options.margin
    if options.metric:
        figure = _figure(options.metric, known)
        return (Wish(figure, margin, f"no_regression: {figure.name}, margin {margin:g}" if gated else "", gating=gated),)
    found = wishes_of(gates, variant, gated=gated, default=options.default)
    if not found:
        return (Wish(PASS_RATE, margin, gating=False),)
    if options.margin is None:
        return found
    return tuple(Wish(wish.figure, options.margin, wish.gate, tag=wish.tag) for wish in found)


def _figure(written: str, known: FigureContext) -> FigureRef:
    try:
        figure = parse_figure(written, known)
    except GateError as error:
        raise UsageError(f"--metric {written}: {error.reason}", error.hint) from error
    if not figure.kind.paired:
        raise UsageError(f"--metric {written}: it can't be tested between two runs", "see: gemini-eval list --figures")
    return figure


# ---- reading and deciding --------------------------------------------------------------------------------


def _compared(pair: _Pair, before: Saved, after: SavedRun) -> VariantComparison:
    def texts(ids: frozenset[str]) -> Mapping[str, tuple[str, str, str, str]]:
        first = before.cases(pair.suite, pair.before.name, ids)
        return flip_texts(first, after.cases(pair.suite, pair.after.name, ids))

    pairing = Pairing(
        pair.suite, pair.shown, pair.before, pair.after, pair.wishes, pair.labels, gated=pair.gated, order=pair.order
    )
    return _told_why(compare_variant(pairing, texts), pair)


def _told_why(variant: VariantComparison, pair: _Pair) -> VariantComparison:
    """Where every case had to be left out, that is why nothing is decided."""
    if variant.paired or not pair.left:
        return variant
    tested = tuple(replace(test, why=ALL_LEFT) if test.decision is None else test for test in variant.tested)
    return replace(variant, why=ALL_LEFT, tested=tested)


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
