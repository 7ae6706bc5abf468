"""A judge's reply -> what it says, or why it says nothing."""

from __future__ import annotations

from dataclasses import dataclass

from gemini_eval.errors import ValueRefusedError
from gemini_eval.rubrics.wording import Scale
from gemini_eval.safe.json_text import read_json
from gemini_eval.types import Answer, Failure, Json

MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Ballot:
    """`value` is the verdict (True for yes) or the score; `broken` says why there is none."""

    value: bool | int = False
    reason: str = ""
    broken: str = ""


def read_reply(reply: Answer | None, scale: Scale | None) -> Ballot:
    """Strictly by the schema: anything else is no verdict, never a guess at one."""
    value, broken = value_of(reply)
    return Ballot(broken=broken) if broken else _read(value, scale)


def value_of(reply: Answer | None) -> tuple[Json, str]:
    """The JSON value that a reply is; else why it is none."""
    if reply is None:
        return None, "it was not asked"
    if isinstance(reply, Failure):
        return None, f"{reply.outcome.value.replace('_', ' ')}: {reply.reason}"
    if reply.finish_reason != "stop":
        return None, f"its reply ended with the finish reason {reply.finish_reason}"
    try:
        return read_json(reply.text), ""
    except ValueRefusedError as error:
        return None, f"its reply is no JSON: {error.reason}"


def _read(value: Json, scale: Scale | None) -> Ballot:
    name = "score" if scale else "verdict"
    if not isinstance(value, dict) or value.keys() != {"reason", name} or not isinstance(value["reason"], str):
        return Ballot(broken=f"its reply is not an object of reason and {name}")
    said, reason = value[name], " ".join(value["reason"].split())[:MOST_SHOWN]
    if scale is None:
        return Ballot(said == "yes", reason) if said in ("yes", "no") else Ballot(broken=f"its verdict is {_shown(said)}")
    if not isinstance(said, int) or isinstance(said, bool) or not scale[0] <= said <= scale[1]:
        return Ballot(broken=f"its score is {_shown(said)}, not a whole number from {scale[0]} to {scale[1]}")
    return Ballot(said, reason)


def _shown(value: Json) -> str:
    return repr(value)[:60]
