"""`no_worse`: two variants of one run, paired case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gemini_eval.comparison.gating import within_of
from gemini_eval.comparison.model import State, Tested, VariantComparison
from gemini_eval.comparison.sides import SideMarks
from gemini_eval.comparison.testing import Paired, figure_tested
from gemini_eval.gates.model import Gate


def tested_within(gates: Sequence[Gate], labels: Sequence[str], sides: Mapping[str, SideMarks]) -> dict[str, tuple[Tested, ...]]:
    """For each variant the tests that its `no_worse` gates ask for, of those whose two variants are both at hand."""
    found: dict[str, list[Tested]] = {}
    for gate, wish in within_of(gates):
        if gate.variant in sides and gate.than in sides:
            paired = Paired.of(sides[gate.than], sides[gate.variant], labels)
            found.setdefault(gate.variant, []).append(figure_tested(paired, wish))
    return {variant: tuple(tests) for variant, tests in found.items()}


def with_tests_within(
    variants: Sequence[VariantComparison], suite: str, tests: Mapping[str, tuple[Tested, ...]]
) -> list[VariantComparison]:
    """The comparisons with the tests of `tested_within` beside their own; a variant that had none gets one."""
    left = dict(tests)
    found = [
        replace(variant, tested=(*variant.tested, *left.pop(variant.variant, ()))) if variant.suite == suite else variant
        for variant in variants
    ]
    return found + [VariantComparison(suite, name, State.COMPARED, tested=own) for name, own in left.items()]
