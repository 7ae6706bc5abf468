from __future__ import annotations

import pytest

CALLS = ({"name": "search", "args": {"q": "x", "n": 5}}, {"name": "open", "args": {}})
SAID = 'called search(n=5, q="x")'


@pytest.mark.parametrize(
    ("parameters", "verdict"),
    [
        ({"name": "search", "keys": ["q"]}, (True, 1.0, SAID)),
        ({"name": "search", "keys": ["q"], "values": {"n": 5.0}, "only": True}, (True, 1.0, SAID)),
        ({"name": "search", "keys": ["q", "lang"]}, (False, 0.5, f"{SAID}: lang is missing")),
        ({"name": "search", "values": {"n": "5"}}, (False, 0.0, f'{SAID}: n is 5, "5" expected')),
        ({"name": "search", "keys": ["q"], "only": True}, (False, 0.5, f"{SAID}: n not expected")),
        ({"name": "close", "keys": ["q"]}, (False, 0.0, f"{SAID} and open(); a call of close expected")),
        ({"keys": ["q"]}, (True, 1.0, f"{SAID} and open()")),
    ],
)
def test_call_args(judge, parameters, verdict):
    assert judge("call_args", parameters, "", calls=CALLS) == verdict


def test_no_call(judge, refusal):
    assert judge("call_args", {"keys": ["q"]}, "") == (False, 0.0, "no function was called; a call of a function expected")
    assert refusal("call_args", {"name": "search"})[0] == "call_args asks for nothing"
