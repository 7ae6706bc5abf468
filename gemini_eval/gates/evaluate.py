"""Gates held against a summary; and the exit status that follows."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import eq, ge, gt, le, lt, ne
from typing import Literal

from gemini_eval.gates.model import MUST_PASS_ALL, Condition, Gate, GateResult, GateStatus
from gemini_eval.gates.wording import condition_reason
from gemini_eval.summary.model import CaseList, SuiteSummary, Summary, VariantSummary
from gemini_eval.summary.tally import Counts
from gemini_eval.types import Figure, Outcome

_COMPARE = {">=": ge, ">": gt, "<=": le, "<": lt, "==": eq, "!=": ne}
_NEAR = 1e-12
"""Two numbers no farther apart than this are equal: 0.1 + 0.2 meets a gate of 0.3."""

Judged = tuple[GateStatus, str]


def gates_asked(gates: Sequence[Gate], variants: Container[str]) -> tuple[Gate, ...]:
    """A suite's gates, but for those of variants, or in comparison with variants, that are not among these; without any gate
    every case must pass."""
    if not gates:
        return (MUST_PASS_ALL,)
    return tuple(gate for gate in gates if all(name in variants for name in (gate.variant, *gate.over) if name))


def evaluate_gates(
    gates: Sequence[Gate],
    summary: SuiteSummary,
    gated_variants: Iterable[str],
    *,
    partial: bool = False,
    relative: Iterable[GateResult] = (),
) -> list[GateResult]:
    """Every gate for every variant that it is asked of, then the must-pass cases of gated variants.

    `gates` are what `gates_asked` gives. An invalid run evaluates nothing; in a partial run what fails is a warning. `relative`
    holds what a comparison found of `no_regression` and `no_worse`; those of the gates that are not in it are not evaluated.
    """
    gated = tuple(gated_variants)
    found = {} if summary.invalid else {(result.gate, result.variant): result for result in relative}
    asked = [(gate, variant) for gate in gates for variant in ((gate.variant,) if gate.variant else gated)]
    open_ones = [(gate, variant) for gate, variant in asked if (gate.name or gate.text, variant) not in found]
    results = [_result(summary, gate, variant, _judge(gate, summary, variant, partial)) for gate, variant in open_ones]
    results += found.values()
    results += [result for variant in gated for result in _must_pass(summary, variant)]
    return [_warned(result) for result in results] if partial else results


def decide_exit(
    results: Iterable[GateResult],
    summary: Summary,
    strict: bool,
    *,
    on_inconclusive: Literal["pass", "warn", "fail"] = "warn",
    recordings_only: bool = False,
) -> int:
    """3 for an invalid run, 1 where a gate fails, 4 where it is not decided and policy or `strict` asks for that, else 0.

    `strict` also fails on cases marked xfail that pass. With `recordings_only`, what no recording answers is not decided.
    """
    results = list(results)
    if summary.invalid:
        return 3
    asked = {(result.suite, result.variant) for result in results}
    variants = [(suite, variant) for suite in summary.suites.values() for variant in suite.variants.values()]
    unexpected = any(v.unexpected_passes.count for suite, v in variants if (suite.suite, v.variant) in asked)
    if any(result.status is GateStatus.FAILS for result in results) or (strict and unexpected):
        return 1
    if recordings_only and any(_lacks_recordings(variant) for _, variant in variants):
        return 4
    undecided = any(result.status is GateStatus.INCONCLUSIVE for result in results)
    return 4 if undecided and (strict or on_inconclusive == "fail") else 0


def _lacks_recordings(variant: VariantSummary) -> bool:
    return bool(variant.outcomes.get(Outcome.NOT_RECORDED)) or any(pair.lost for pair in variant.pairs.values())


# ---- one gate --------------------------------------------------------------------------------------------


def _judge(gate: Gate, summary: SuiteSummary, variant: str, partial: bool) -> Judged:
    found = summary.variants.get(variant)
    if summary.invalid:
        return GateStatus.NOT_EVALUATED, f"the run is invalid: {_why_invalid(summary)}"
    if partial and (found is None or not found.cases):
        return GateStatus.NOT_EVALUATED, "this part of the suite has no case of it"
    if gate.kind == "no_regression":
        return GateStatus.NOT_EVALUATED, "no baseline"
    if gate.kind == "no_worse":
        return GateStatus.NOT_EVALUATED, f"this run has not both {gate.variant} and {gate.than}"
    if found is None:
        return GateStatus.FAILS, f"the run has no result of {variant}"
    if found.cases and found.outcomes.get(Outcome.NOT_RECORDED) == found.cases:
        return GateStatus.INCONCLUSIVE, f"not decided: no recording answers any of its {found.cases} cases"
    return _every_case(found) if gate.kind == "must_pass_all" else _conditions(gate, found, partial)


def _conditions(gate: Gate, variant: VariantSummary, partial: bool) -> Judged:
    figures = variant.figures
    if gate.tag:
        tag = variant.tags.get(gate.tag)
        if tag is None or not tag.cases:
            return (GateStatus.NOT_EVALUATED if partial else GateStatus.FAILS), f"no case has the tag {gate.tag}"
        figures = tag.figures
        if "cases" not in figures:
            raise ValueError(f"the summary keeps no figures of the tag {gate.tag}: name it in SuiteTally(tags=…)")
    judged = [_condition(condition, figures) for condition in gate.conditions]
    statuses = [status for status, _ in judged]
    worst = next((status for status in (GateStatus.FAILS, GateStatus.INCONCLUSIVE) if status in statuses), GateStatus.HOLDS)
    return worst, "; ".join(reason for _, reason in judged)


def _condition(condition: Condition, figures: Mapping[str, Figure]) -> Judged:
    """Whether it holds. A figure that is undefined on the run's data does not, and says why; one with too few cases for its
    method is inconclusive."""
    ref = condition.figure
    figure = figures.get(ref.name) or ref.kind.of(Counts(), ref.argument)
    reason = condition_reason(condition, figure)
    if figure.undecided:
        return GateStatus.INCONCLUSIVE, reason
    met = figure.value is not None and compare(figure.value, condition)
    return GateStatus.HOLDS if met else GateStatus.FAILS, reason


def compare(value: float, condition: Condition) -> bool:
    near = abs(value - condition.number) <= _NEAR * max(1.0, abs(condition.number))
    return bool(_COMPARE[condition.operator](condition.number if near else value, condition.number))


def _every_case(variant: VariantSummary) -> Judged:
    judged = variant.passed + variant.failed
    if variant.failed:
        return GateStatus.FAILS, f"{variant.failed} of {judged} cases did not pass"
    if variant.not_delivered:
        return GateStatus.INCONCLUSIVE, f"{variant.passed} of {judged} cases pass, {variant.not_delivered} more not delivered"
    if not judged:
        nothing = "nothing judged: no case has an assertion" if variant.unjudged else "nothing judged: there is no case"
        return GateStatus.NOT_EVALUATED, nothing
    return GateStatus.HOLDS, f"{variant.passed} of {judged} cases pass"


# ---- must-pass cases -------------------------------------------------------------------------------------


def _must_pass(summary: SuiteSummary, name: str) -> list[GateResult]:
    """One result for all that hold, or one for each that does not."""
    variant = summary.variants.get(name)
    if variant is None or not variant.must_pass:
        return []
    gate = Gate("must_pass")
    if summary.invalid:
        return [_result(summary, gate, name, (GateStatus.NOT_EVALUATED, f"the run is invalid: {_why_invalid(summary)}"))]
    failed = _listed(summary, name, variant.must_pass_failed, GateStatus.FAILS)
    opened = _listed(summary, name, variant.must_pass_not_recorded, GateStatus.INCONCLUSIVE)
    holds = (GateStatus.HOLDS, f"all {variant.must_pass} must-pass cases pass")
    return [*failed, *opened] or [_result(summary, gate, name, holds)]


def _listed(summary: SuiteSummary, variant: str, cases: CaseList, status: GateStatus) -> list[GateResult]:
    listed = [_result(summary, Gate(f"must_pass: {case}"), variant, (status, reason)) for case, reason in cases.first]
    more = cases.count - len(cases.first)
    return [*listed, _result(summary, Gate("must_pass"), variant, (status, f"and {more} more cases"))] if more else listed


def _why_invalid(summary: SuiteSummary) -> str:
    return next(f"{variant.variant}: {variant.invalid_reason}" for variant in summary.variants.values() if variant.invalid)


def _result(summary: SuiteSummary, gate: Gate, variant: str, judged: Judged) -> GateResult:
    return GateResult(summary.suite, gate.name or gate.text, variant, *judged)


def _warned(result: GateResult) -> GateResult:
    if result.status is not GateStatus.FAILS:
        return result
    return replace(result, status=GateStatus.WARNING, reason=f"{result.reason} (a partial run: a warning)")
