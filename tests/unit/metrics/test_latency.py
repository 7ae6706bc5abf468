from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "took", "verdict"),
    [
        (2000, 2000.0, (True, 1.0, "took 2000 ms, at most 2000 ms expected")),
        ({"max_ms": 2000}, 2500.4, (False, 0.0, "took 2500 ms, at most 2000 ms expected")),
        (0.5, 0.2, (True, 1.0, "took 0 ms, at most 0.5 ms expected")),
    ],
)
def test_latency(judge, parameters, took, verdict):
    assert judge("latency", parameters, "", latency_ms=took) == verdict


def test_refused(refusal):
    assert refusal("latency", "2s") == ('latency: `max_ms` is "2s"; it must be a number', "", ())
    assert refusal("latency", 0) == ("max_ms is 0; no answer is that fast", "give milliseconds: 2000", ())
    assert refusal("latency", MISSING) == ("latency needs `max_ms`", "add `max_ms: …`", ())
    assert refusal("latency", {"max": 2}) == ('latency has no parameter "max"', 'did you mean "max_ms"?', ("max",))
