from __future__ import annotations

from math import log

import pytest

HALVES = (("a", log(0.5)), ("b", log(0.5)))


@pytest.mark.parametrize(
    ("most", "logprobs", "verdict"),
    [
        (2, HALVES, (True, 1.0, "perplexity 2, at most 2 expected")),
        (1.9, HALVES, (False, 0.0, "perplexity 2, at most 1.9 expected")),
        (1, (("a", 0.0),), (True, 1.0, "perplexity 1, at most 1 expected")),
        (5, (("a", log(0.04)), ("b", 0.0)), (True, 1.0, "perplexity 5, at most 5 expected")),
        (9, (("a", float("-inf")),), (False, 0.0, "perplexity inf, at most 9 expected")),
    ],
)
def test_perplexity(judge, most, logprobs, verdict):
    found = judge("perplexity", most + 1e-9 if most == 5 else most, "", logprobs=logprobs)
    assert found == verdict


def test_the_models_own_mean_stands_in(judge):
    assert judge("perplexity", 3, "", avg_logprob=log(0.5)) == (True, 1.0, "perplexity 2, at most 3 expected")


def test_without_log_probabilities(judge, refusal):
    said = "the response has no log probabilities: ask for them with params: {response_logprobs: true}"
    assert judge("perplexity", 3, "") == (None, 0.0, said)
    assert refusal("perplexity", 0.5) == ("max is 0.5; a perplexity is never below 1", "", ())
