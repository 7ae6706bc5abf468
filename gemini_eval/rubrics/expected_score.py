"""A judge's score as the mean of the scores that it might have given, by their probabilities (G-Eval, arXiv 2303.16634)."""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from math import exp, fsum

from gemini_eval.rubrics.wording import Scale
from gemini_eval.types import Response

DIGITS = 6
"""Beyond these exp() may differ between machines."""
_KEY = '"score"'


def expected_score(response: Response, said: int, scale: Scale) -> float | None:
    """None where that is not known: without candidates for the tokens, where the tokens are not the text, and where a score has
    more than one digit, of which one token need not be the whole."""
    tokens = [token for token, _ in response.logprobs]
    if len(response.top_logprobs) != len(tokens) or not tokens or "".join(tokens) != response.text:
        return None
    if scale[0] < 0 or scale[1] > 9:
        return None
    place = _place_of(response.text, str(said), tokens)
    if place is None:
        return None
    weights: dict[int, float] = defaultdict(float)
    for token, log in response.top_logprobs[place]:
        text = token.strip()
        if len(text) == 1 and text in "0123456789" and scale[0] <= int(text) <= scale[1]:
            weights[int(text)] += exp(log)
    total = fsum(weights.values())
    if not total or said not in weights:
        return None
    return round(fsum(score * weight for score, weight in weights.items()) / total, DIGITS)


def _place_of(text: str, digit: str, tokens: list[str]) -> int | None:
    """The token that is the score's digit. In a JSON text the key's name in quotes stands in no string."""
    key = text.rfind(_KEY)
    at = text.find(digit, key + len(_KEY)) if key >= 0 else -1
    ends = accumulate(map(len, tokens))
    place = next((number for number, end in enumerate(ends) if end > at), None) if at >= 0 else None
    return place if place is not None and tokens[place].strip() == digit else None
