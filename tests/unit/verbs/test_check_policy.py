"""The base's policy binds the candidate's budget too."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.engine.jobs import Budget
from gemini_eval.suites.workspace import Workspace
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.policy import within_policy
from gemini_eval.verbs.options import RunOptions


@pytest.mark.parametrize(
    ("own", "requests", "cost_micros"),
    [
        (None, 100, 5_000_000),
        (Budget(), 100, 5_000_000),
        (Budget(requests=1000, cost_micros=50_000_000), 100, 5_000_000),
        (Budget(requests=10, cost_micros=1_000_000), 10, 1_000_000),
    ],
)
def test_no_budget_is_above_the_bases(own: Budget | None, requests: int, cost_micros: int) -> None:
    base = Workspace(folder=Path(), policy={"max_requests": 100, "max_cost": 5})
    found = within_policy(CheckOptions(RunOptions(budget=own)), base).run.budget
    assert found is not None
    assert (found.requests, found.cost_micros) == (requests, cost_micros)
