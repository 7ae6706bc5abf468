"""The base's policy binds how much a check may send."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.engine.jobs import Budget
from gemini_eval.errors import InputError
from gemini_eval.suites.check import Census
from gemini_eval.suites.workspace import Workspace
from gemini_eval.verbs.check.policy import bound_budget, check_policy
from tests.support.suites import load

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


JUDGED = """\
version: 1
name: judged
models: gemini-4-hydrogen
judges: {sure: gemini-4-helium, unasked: gemini-4-neon}
prompts: {p: {text: "{{ t }}"}}
assert: [{rubric: It is polite., judge: sure}]
cases: [{id: a, vars: {t: one}}]
"""


def test_judges_are_models_too_where_they_are_asked(tmp_path: Path) -> None:
    suite = load(tmp_path, JUDGED)
    census = Census(cases=1, judges=frozenset({"sure"}))
    check_policy(Workspace(Path(), allow_models=("gemini-4-hydrogen", "gemini-4-helium")), [suite], [census])
    with pytest.raises(InputError) as caught:
        check_policy(Workspace(Path(), allow_models=("gemini-4-hydrogen",)), [suite], [census])
    assert [fault.reason for fault in caught.value.faults] == ["the base's policy does not allow the model gemini-4-helium"]
