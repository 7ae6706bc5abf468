"""`confidence:` as users write it: shapes only."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from gemini_eval.suites.wire_base import Wire


def _flag_or_map(value: object) -> str:
    return "<map>" if isinstance(value, dict) else "<flag>"


def _map_or_text(value: object) -> str:
    return "<text>" if isinstance(value, str) else "<map>"


class ConfidenceWire(Wire):
    """How sure an answer is: the vote's share, the answer's log probabilities, or what the model says of itself."""

    self_consistency: Literal[True] | None = Field(None, description="the winner's share of all votes")
    logprobs: Literal[True] | None = Field(None, description="exp of the mean log probability of the answer's tokens")
    from_: str | None = Field(None, alias="from", description="where the model says it: output.confidence")
    scale: list[float] | None = Field(None, description="the lowest and the highest value: [1, 10]; default [0, 1]")
    verbal: (
        Annotated[Annotated[bool, Tag("<flag>")] | Annotated[dict[str, Any], Tag("<map>")], Discriminator(_flag_or_map)] | None
    ) = Field(None, description="true: it is said in words, as highly likely")
    judge: str | None = None
    calibrate: bool | None = Field(None, description="beside it, fitted to the other half of the cases: NAME.calibrated")


Confidence = Annotated[Annotated[ConfidenceWire, Tag("<map>")] | Annotated[str, Tag("<text>")], Discriminator(_map_or_text)]
