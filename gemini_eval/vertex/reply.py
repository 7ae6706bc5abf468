"""A reply of the evaluation service -> what it says, or why it says nothing."""

from __future__ import annotations

from dataclasses import dataclass

from gemini_eval.errors import ValueRefusedError
from gemini_eval.safe.json_text import read_json
from gemini_eval.types import Answer, Failure

MOST_SHOWN = 500
CHOICES = {"CANDIDATE": 1.0, "TIE": 0.5, "BASELINE": 0.0}
"""What a comparison says of the answer, as a score."""


@dataclass(frozen=True, slots=True)
class Result:
    """A score as the service gave it, and its explanation; `broken` says why there is none."""

    score: float = 0.0
    explanation: str = ""
    broken: str = ""


def read_result(reply: Answer | None) -> Result:
    """Of one instance: a number under `score`, or a known word under `choice`. Anything else is no result."""
    if reply is None:
        return Result(broken="it was not asked")
    if isinstance(reply, Failure):
        return Result(broken=f"{reply.outcome.value.replace('_', ' ')}: {reply.reason}")
    try:
        value = read_json(reply.text)
    except ValueRefusedError as error:
        return Result(broken=f"its reply is no JSON: {error.reason}")
    said = value if isinstance(value, dict) else {}
    score, choice = said.get("score"), said.get("choice")
    explanation = " ".join(str(said.get("explanation") or "").split())[:MOST_SHOWN]
    if isinstance(score, (int, float)) and not isinstance(score, bool):
        return Result(float(score), explanation)
    if choice in CHOICES:
        return Result(CHOICES[choice], explanation)
    return Result(broken=f"it gave no score ({explanation})" if explanation else "it gave no score")
