"""`confidence:` as users write it: shapes only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from gemini_eval.suites.wire_base import Wire


def _flag_or_map(value: object) -> str:
    return "<map>" if isinstance(value, dict) else "<flag>"


def _map_or_text(value: object) -> str:
    return "<text>" if isinstance(value, str) else "<map>"


class CalibrateWire(Wire):
    """Fitted to the cases with a tag, and tested on all others."""

    fit: str = Field(description="a tag: split=validation")


class VerbalWire(Wire):
    """Phrases of a closed list: a judge's, who sees input and answer, or with `from` the answering model's own."""

    judge: str | None = Field(None, description="one of `judges`; not needed where there is one")
    prompt: str | None = Field(None, description="a template file for the judge; it sees input, answer, labels, vars")
    words: dict[str, float] | None = Field(None, description="phrase -> number in 0..1, in place of the usual list")


class ConfidenceWire(Wire):
    """How sure an answer is: the vote's share, the answer's log probabilities, what the model says of itself, or a judge."""

    self_consistency: Literal[True] | None = Field(None, description="the winner's share of all votes")
    logprobs: Literal[True] | None = Field(None, description="exp of the mean log probability of the answer's tokens")
    from_: str | None = Field(None, alias="from", description="where the model says it: output.confidence")
    scale: list[float] | None = Field(None, description="the lowest and the highest value: [1, 10]; default [0, 1]")
    verbal: (
        Annotated[Annotated[bool, Tag("<flag>")] | Annotated[VerbalWire, Tag("<map>")], Discriminator(_flag_or_map)] | None
    ) = Field(None, description="in words, as highly likely; without `from` a judge says it")
    calibrate: (
        Annotated[Annotated[bool, Tag("<flag>")] | Annotated[CalibrateWire, Tag("<map>")], Discriminator(_flag_or_map)] | None
    ) = Field(None, description="beside it NAME.calibrated, fitted to other cases: the other half, or those with a tag")


Confidence = Annotated[Annotated[ConfidenceWire, Tag("<map>")] | Annotated[str, Tag("<text>")], Discriminator(_map_or_text)]
