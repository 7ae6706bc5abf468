"""A judge's reply -> what it says, or why it says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gemini_eval.errors import ValueRefusedError
from gemini_eval.rubrics.expected_score import expected_score
from gemini_eval.rubrics.wording import Scale, reply_names
from gemini_eval.safe.json_text import read_json
from gemini_eval.types import Answer, Failure, Json, Response

MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Ballot:
    """`value` is the verdict (True for yes) or the score; `broken` says why there is none. `said` is the score that was given,
    where `value` is the mean of those that might have been."""

    value: bool | float = False
    reason: str = ""
    broken: str = ""
    said: int | None = None


def read_reply(reply: Answer | None, scale: Scale | None, steps: int = 0) -> Ballot:
    """Strictly by the schema: anything else is no verdict, never a guess at one. Where a judge went by `steps`, the score is that
    of its probabilities, where they are known."""
    names = reply_names(scale, steps)
    value, broken = read_object(reply, names)
    if broken:
        return Ballot(broken=broken)
    said, reason = value[names[-1]], " ".join(value["reason"].split())[:MOST_SHOWN]
    if scale is None:
        return Ballot(said == "yes", reason) if said in ("yes", "no") else Ballot(broken=f"its verdict is {shown_value(said)}")
    if not isinstance(said, int) or isinstance(said, bool) or not scale[0] <= said <= scale[1]:
        return Ballot(broken=f"its score is {shown_value(said)}, not a whole number from {scale[0]} to {scale[1]}")
    mean = expected_score(reply, said, scale) if steps and isinstance(reply, Response) else None
    return Ballot(said, reason) if mean is None else Ballot(mean, reason, said=said)


def read_object(reply: Answer | None, names: Sequence[str]) -> tuple[Mapping[str, Json], str]:
    """The object that a reply is, all of whose values but the last are texts; or why it is none."""
    if reply is None:
        return {}, "it was not asked"
    if isinstance(reply, Failure):
        return {}, f"{reply.outcome.value.replace('_', ' ')}: {reply.reason}"
    if reply.finish_reason != "stop":
        return {}, f"its reply ended with the finish reason {reply.finish_reason}"
    try:
        value = read_json(reply.text)
    except ValueRefusedError as error:
        return {}, f"its reply is no JSON: {error.reason}"
    *texts, last = names
    if not isinstance(value, dict) or value.keys() != {*names} or not all(isinstance(value[name], str) for name in texts):
        return {}, f"its reply is not an object of {' and '.join(filter(None, (', '.join(texts), last)))}"
    return value, ""


def shown_value(value: Json) -> str:
    return repr(value)[:60]
