from __future__ import annotations

from math import log

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("threshold", "probability", "verdict"),
    [
        (MISSING, 0.5, (True, 0.333, "perplexity score 0.333, at least 0 expected")),
        (0.4, 0.5, (False, 0.333, "perplexity score 0.333, at least 0.4 expected")),
        (0.5, 1.0, (True, 0.5, "perplexity score 0.500, at least 0.5 expected")),
    ],
)
def test_perplexity_score(judge, threshold, probability, verdict):
    assert judge("perplexity_score", threshold, "", logprobs=(("a", log(probability)),)) == verdict


def test_without_log_probabilities(judge, refusal):
    assert judge("perplexity_score", MISSING, "")[0] is None
    assert refusal("perplexity_score", 2.0) == ("threshold is 2; it is from 0 to 1", "", ())
