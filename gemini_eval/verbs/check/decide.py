"""What was asked -> a comparison, the gates, the exit status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gemini_eval.comparison.build import Pairing, Texts, compare_variant, decided_together
from gemini_eval.comparison.gating import relative_results, untested_results
from gemini_eval.comparison.model import State, Together, VariantComparison, VariantSide
from gemini_eval.comparison.texts import flip_texts, wanted_cases
from gemini_eval.comparison.within import tested_within, with_tests_within
from gemini_eval.gates import Gate, GateResult, GateStatus, compared_by_gates, evaluate_gates, gates_asked
from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.model import Suite
from gemini_eval.summary.model import SuiteSummary, Summary
from gemini_eval.verbs.baseline import baseline_cases
from gemini_eval.verbs.check.rounds import Asking
from gemini_eval.verbs.check.survey import Surveyed

BOTH_FAIL = "it fails on both sides, so this change is not what broke it: a warning"


def compared(askings: Sequence[Asking], folder: RunFolder) -> tuple[tuple[VariantComparison, ...], Together | None]:
    """Every variant that was asked, decided together."""
    variants = [_compared(asking, folder) for asking in askings]
    for suite in {asking.surveyed.suite.head.name: asking.surveyed.suite.head for asking in askings}.values():
        sides = {asking.surveyed.pair.head.name: asking.after for asking in askings if asking.surveyed.name[0] == suite.name}
        tests = tested_within(suite.gates, suite.labels.names if suite.labels else (), sides)
        variants = with_tests_within(variants, suite.name, tests)
    return decided_together(variants)


def _compared(asking: Asking, folder: RunFolder) -> VariantComparison:
    found = asking.surveyed
    if found.state is not State.COMPARED:
        return _not_tested(asking, folder)
    suite, variant = found.name
    pairing = Pairing(
        suite,
        variant,
        asking.before,
        asking.after,
        asking.wishes,
        asking.paired().labels,
        both=found.sets.both,
        edited=found.sets.edited,
        rounds=asking.rounds,
        gated=found.pair.head.gated,
        order=found.suite.head.order,
    )
    compared = replace(compare_variant(pairing, _texts(asking, folder)), changed_requests=len(found.changed))
    return _placed(_if_model_changed(compared, found), found)


def _not_tested(asking: Asking, folder: RunFolder) -> VariantComparison:
    """A new variant, or one whose requests are unchanged: its cases beside the base's judgement of them, no test."""
    found = asking.surveyed
    suite, variant = found.name
    compared = VariantComparison(suite, variant, found.state, found.why, gated=found.pair.head.gated)
    if found.state is State.REJUDGED and asking.before.cases:
        both, edited = found.sets.both, found.sets.edited
        order = found.suite.head.order
        pairing = Pairing(suite, variant, asking.before, asking.after, (), asking.paired().labels, both, edited, order=order)
        compared = replace(compare_variant(pairing, _texts(asking, folder)), state=State.REJUDGED, why=found.why)
    after = asking.after.described()
    return _placed(replace(compared, after=after, gated=found.pair.head.gated, unheard=asking.unheard), found)


def _texts(asking: Asking, folder: RunFolder) -> Texts:
    suite, variant = asking.surveyed.name

    def texts(ids: frozenset[str]) -> Mapping[str, tuple[str, str, str, str]]:
        before = wanted_cases(iter_cases(folder.base_cases), suite, variant, ids)
        if asking.baseline is not None:
            before = baseline_cases(asking.baseline, suite, asking.before.name, ids)
        return flip_texts(before, wanted_cases(iter_cases(folder.cases), suite, variant, ids))

    return texts


def _placed(variant: VariantComparison, found: Surveyed) -> VariantComparison:
    place = found.pair.head.place
    return replace(variant, path=place.path if place else "", line=place.line if place else 0)


def _if_model_changed(variant: VariantComparison, found: Surveyed) -> VariantComparison:
    """One requested model that answered as two versions: the prompt is not what was compared."""
    before, after, pair = variant.before, variant.after, found.pair
    if before is None or after is None or pair.base is None or pair.base.model.seat != pair.head.model.seat:
        return variant
    if not before.versions or not after.versions or before.versions == after.versions:
        return variant
    why = f"the model changed under us: before it answered as {_named(before)}, now as {_named(after)}; check again"
    tested = tuple(replace(test, gating=False) for test in variant.tested)
    return replace(variant, state=State.NOT_DECIDED, why=why, model_changed=True, tested=tested)


def _named(side: VariantSide) -> str:
    return " and ".join(side.versions)


# ---- gates -----------------------------------------------------------------------------------------------


def gates_of(
    suites: Iterable[Suite],
    asked: Mapping[str, Sequence[str]],
    summaries: tuple[Summary, Summary],
    variants: Sequence[VariantComparison],
    *,
    partial: bool,
    absolute: bool,
) -> list[GateResult]:
    """Every gate of the variants that were asked; one that fails on both sides is a warning, unless `absolute`."""
    results: list[GateResult] = []
    before, after = summaries
    for suite in suites:
        names = asked[suite.name]
        gated = [variant.name for variant in suite.variants if variant.gated and variant.name in names]
        own = gates_asked(suite.gates, names)
        ours = [variant for variant in variants if variant.suite == suite.name]
        relative = [*relative_results(ours), *untested_results(suite.gates, ours)]
        found = evaluate_gates(own, after.suites[suite.name], gated, partial=partial, relative=relative)
        failing = set() if absolute else _failing(own, before.suites[suite.name], relative)
        results += [_softened(result, failing) for result in found]
        results += _without_rival(suite, names)
    return results


def _without_rival(suite: Suite, asked: Sequence[str]) -> list[GateResult]:
    """The gates on comparisons of two variants of which only one is asked."""
    found = []
    for gate in (gate for gate in suite.gates if gate.over):
        missing = [name for name in (gate.variant, *gate.over) if name not in asked]
        if 0 < len(missing) < 1 + len(gate.over):
            reason = f"{', '.join(missing)} is not asked here, so nothing is compared"
            found.append(GateResult(suite.name, gate.name or gate.text, gate.variant, GateStatus.NOT_EVALUATED, reason))
    return found


def _failing(gates: Sequence[Gate], summary: SuiteSummary, relative: Iterable[GateResult]) -> set[tuple[str, str]]:
    """The absolute gates that fail, by name and variant; none of a variant that was not there."""
    answered = {name for name, variant in summary.variants.items() if variant.cases}
    gates = [gate for gate in gates if not gate.over or _is_compared(gate, summary)]
    apart = {(result.gate, result.variant) for result in relative}
    failing = [result for result in evaluate_gates(gates, summary, answered) if result.status is GateStatus.FAILS]
    return {(result.gate, result.variant) for result in failing if result.variant in answered} - apart


def _is_compared(gate: Gate, summary: SuiteSummary) -> bool:
    """Whether judges compared this side's answers; where they did not, nothing failed there."""
    variant = summary.variants.get(gate.variant)
    pairs = variant.pairs if variant is not None else {}
    return all(name in pairs and pairs[name].judged for name in compared_by_gates([gate]))


def _softened(result: GateResult, failing_before: set[tuple[str, str]]) -> GateResult:
    if result.status is not GateStatus.FAILS or (result.gate, result.variant) not in failing_before:
        return result
    return replace(result, status=GateStatus.WARNING, reason=f"{result.reason} ({BOTH_FAIL})")
