"""A decided comparison -> what becomes of the gates that it decides."""

from __future__ import annotations

from collections.abc import Sequence

from gemini_eval.comparison.model import State, Tested, VariantComparison
from gemini_eval.comparison.sides import PASS_RATE
from gemini_eval.comparison.testing import Wish
from gemini_eval.gates.model import Gate, GateResult, GateStatus
from gemini_eval.stats.decision import Decision, PairedDecision
from gemini_eval.summary.figures import kind_of

DEFAULT_MARGIN = 0.05
DEFAULT_GATE = "no_regression: pass_rate, margin 0.05"
"""What a suite without `no_regression` is held on in `check`."""

_STATUS = {
    Decision.REGRESSED: GateStatus.FAILS,
    Decision.REGRESSED_WITHIN_MARGIN: GateStatus.WARNING,
    Decision.IMPROVED: GateStatus.HOLDS,
    Decision.NO_REGRESSION_BEYOND_MARGIN: GateStatus.HOLDS,
    Decision.INCONCLUSIVE: GateStatus.INCONCLUSIVE,
}
_UNTESTED = {
    State.NEW: "the base does not have it",
    State.UNREADABLE: "the base's version can't be loaded",
    State.REJUDGED: "its requests are unchanged, so there is nothing to test",
    State.UNCHANGED: "it is unchanged, so there is nothing to test",
}
_WORDS = {
    Decision.REGRESSED: "regressed",
    Decision.REGRESSED_WITHIN_MARGIN: "regressed within the margin",
    Decision.IMPROVED: "improved",
    Decision.NO_REGRESSION_BEYOND_MARGIN: "no regression beyond the margin",
    Decision.INCONCLUSIVE: "inconclusive",
}


def wishes_of(gates: Sequence[Gate], variant: str, *, gated: bool, default: bool) -> tuple[Wish, ...]:
    """The tests that a suite's gates ask for, of one variant against another run. `default`: a gated variant of a suite without
    `no_regression` is held on its pass rate."""
    own = [gate for gate in gates if gate.kind == "no_regression"]
    asked = [gate for gate in own if gate.variant == variant or (gated and not gate.variant)]
    wishes = tuple(Wish(gate.metric, gate.margin, gate.name or gate.text, tag=gate.tag) for gate in asked if gate.metric)
    return (Wish(PASS_RATE, DEFAULT_MARGIN, DEFAULT_GATE),) if default and gated and not own else wishes


def within_of(gates: Sequence[Gate]) -> tuple[tuple[Gate, Wish], ...]:
    """The tests between two variants of one run."""
    found = (gate for gate in gates if gate.kind == "no_worse" and gate.metric)
    return tuple((gate, Wish(gate.metric, gate.margin, gate.name or gate.text, over=gate.than)) for gate in found if gate.metric)


def relative_results(variants: Sequence[VariantComparison]) -> list[GateResult]:
    """One result for each test that decides a gate."""
    return [
        GateResult(variant.suite, test.gate, variant.variant, *_judged(variant, test))
        for variant in variants
        for test in variant.tested
        if test.gate
    ]


def untested_results(gates: Sequence[Gate], variants: Sequence[VariantComparison]) -> list[GateResult]:
    """What becomes of the `no_regression` gates of variants in which there is nothing to test."""
    return [
        GateResult(variant.suite, gate.name or gate.text, variant.variant, GateStatus.NOT_EVALUATED, _UNTESTED[variant.state])
        for variant in variants
        for gate in gates
        if gate.kind == "no_regression" and variant.state in _UNTESTED and gate.variant in ("", variant.variant)
        if gate.variant or variant.gated
    ]


def _judged(variant: VariantComparison, test: Tested) -> tuple[GateStatus, str]:
    if test.decision is None:
        return GateStatus.INCONCLUSIVE, f"not decided: {test.why}"
    reason = decision_reason(test)
    if variant.state is State.NOT_DECIDED:
        return GateStatus.INCONCLUSIVE, f"not decided: {variant.why}; {reason}"
    return _STATUS[test.decision.decision], reason


def decision_reason(test: Tested) -> str:
    """`accuracy = 0.91, before 0.92: -1.0 points (-4.1 to +2.1), p = 0.31, 0.62 after Holm: inconclusive`."""
    found = test.decision
    assert found is not None and test.before is not None and test.after is not None
    share = (kind := kind_of(test.figure)) is None or kind.unit == "share"
    delta, low, high = (f"{value * 100 + 0.0:+.1f}" if share else f"{value + 0.0:+.3f}" for value in test.turned(found))
    needed = found.cases_needed_more
    more = f"; about {needed:,} more case{'s' if needed > 1 else ''} would settle it" if needed else ""
    against = f"{test.over} " if test.over else "before "
    return (
        f"{test.figure} = {test.after:.3f}, {against}{test.before:.3f}: {delta}{' points' if share else ''} ({low} to {high}), "
        f"p = {_probabilities(found)}: {_WORDS[found.decision]}{more}"
    )


def _probabilities(found: PairedDecision) -> str:
    """That of what was decided; of "worse" after Holm too, where there were several comparisons."""
    if found.decision is Decision.IMPROVED:
        return _p(found.p_improved)
    adjusted = found.p_holm is not None and found.p_holm != found.p_regressed
    return f"{_p(found.p_regressed)}, {_p(found.p_holm or 0.0)} after Holm" if adjusted else _p(found.p_regressed)


def _p(value: float) -> str:
    return f"{value:.3g}" if value >= 0.001 else f"{value:.1g}"
