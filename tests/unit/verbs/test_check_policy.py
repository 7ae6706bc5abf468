"""The base's policy binds how much a check may send."""

from __future__ import annotations

from pathlib import Path

from gemini_eval.engine.jobs import Budget
from gemini_eval.suites.workspace import Workspace
from gemini_eval.verbs.check.policy import bound_budget

STRICT = Workspace(Path(), policy={"max_requests": 20, "max_cost": 1.5})


def test_the_lower_limit_counts() -> None:
    bound = bound_budget(STRICT, Budget(requests=500, cost_micros=100))
    assert bound is not None and (bound.requests, bound.cost_micros) == (20, 100)


def test_a_policy_alone_is_a_budget() -> None:
    bound = bound_budget(STRICT, None)
    assert bound is not None and (bound.requests, bound.cost_micros) == (20, 1_500_000)


def test_without_limits_nothing_changes() -> None:
    own = Budget(requests=500)
    assert bound_budget(Workspace(Path()), own) is own
    assert bound_budget(Workspace(Path()), None) is None
