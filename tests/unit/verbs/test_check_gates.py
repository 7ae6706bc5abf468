"""What a check makes of absolute gates: new and old failures told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.gates import GateStatus
from gemini_eval.suites.load import figure_context
from gemini_eval.suites.model import Suite
from gemini_eval.summary.build import SuiteTally
from gemini_eval.summary.model import Summary
from gemini_eval.types import CaseResult, Outcome
from gemini_eval.verbs.check.decide import gates_of
from tests.support.suites import load

TWO = """
version: 1
name: wine
models: {m: {answers: answer}}
variants: {few: {model: m}}
assert: [equals: red]
gate: [pass_rate >= 0.9]
cases: [{id: a, vars: {answer: red}}]
"""


def summary(suite: Suite, *passed: bool) -> Summary:
    tally = SuiteTally(suite.name, figure_context(suite))
    for n, holds in enumerate(passed):
        tally.add(CaseResult(suite.name, "few", f"c{n}", n, Outcome.JUDGED, holds, float(holds), ()))
    return Summary({suite.name: tally.summary()})


@pytest.mark.parametrize(
    ("before", "absolute", "status"),
    [
        ((True,), False, GateStatus.FAILS),
        ((False,), False, GateStatus.WARNING),
        ((False,), True, GateStatus.FAILS),
        ((), False, GateStatus.FAILS),
    ],
    ids=["newly", "on both sides", "on both sides, absolute", "of a variant that the base does not have"],
)
def test_a_gate_that_fails(before: tuple[bool, ...], absolute: bool, status: GateStatus, tmp_path: Path) -> None:
    suite = load(tmp_path, TWO)
    sides = summary(suite, *before), summary(suite, False)
    found = gates_of([suite], {"wine": ["few"]}, sides, (), partial=False, absolute=absolute)
    assert [gate.status for gate in found] == [status]
