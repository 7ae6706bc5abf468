"""How sure a model was of its tokens, from the log probabilities that `response_logprobs: true` asks for."""

from __future__ import annotations

from math import exp, fsum, isnan

from gemini_eval.types import Response, Verdict

NO_LOGPROBS = Verdict(None, 0.0, "the response has no log probabilities: ask for them with params: {response_logprobs: true}")


def perplexity_of(response: Response) -> float | None:
    """exp of the mean negative log probability of the output's tokens, at least 1; None where the model gave none."""
    logs = [log for _, log in response.logprobs]
    mean = fsum(logs) / len(logs) if logs else response.avg_logprob
    if mean is None or isnan(mean):
        return None
    return exp(-min(mean, 0.0)) if mean > -700 else float("inf")
