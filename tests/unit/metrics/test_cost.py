from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "micros", "verdict"),
    [
        (0.01, 10_000, (True, 1.0, "cost $0.01, at most $0.01 expected")),
        ({"max_usd": 0.01}, 10_001, (False, 0.0, "cost $0.010001, at most $0.01 expected")),
        (1, 3, (True, 1.0, "cost $0.000003, at most $1 expected")),
        (0.01, None, (None, 0.0, "cost unknown: the model has no price in the table")),
    ],
)
def test_cost(judge, parameters, micros, verdict):
    assert judge("cost", parameters, "", cost_micros=micros) == verdict


def test_refused(refusal):
    assert refusal("cost", -1) == ("max_usd is -1; no answer costs less than nothing", "", ())
    assert refusal("cost", MISSING) == ("cost needs `max_usd`", "add `max_usd: …`", ())
