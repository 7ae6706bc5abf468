from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING

CALLS = ({"name": "search", "args": {"q": "x"}}, {"name": "open", "args": {}})
SAID = 'called search(q="x") and open()'


@pytest.mark.parametrize(
    ("parameters", "calls", "verdict"),
    [
        ("search", CALLS, (True, 1.0, SAID)),
        ("close", CALLS, (False, 0.0, f"{SAID}; close expected")),
        ({"any": ["close", "open"]}, CALLS, (True, 1.0, SAID)),
        ({"all": ["close", "open"]}, CALLS, (False, 0.5, f"{SAID}; close and open expected")),
        ("search", (), (False, 0.0, "no function was called; search expected")),
        ({"none": True}, (), (True, 1.0, "no function was called")),
        ({"none": True}, CALLS, (False, 0.0, f"{SAID}; none expected")),
    ],
)
def test_call_name(judge, parameters, calls, verdict):
    assert judge("call_name", parameters, "", calls=calls) == verdict


def test_refused(refusal):
    assert refusal("call_name", MISSING)[0] == "call_name needs a function's name"
    assert refusal("call_name", {"value": "a", "none": True})[0] == "call_name has a name and `none`"
    assert refusal("call_name", {"any": []})[2] == ("any",)
