"""`gemini-eval.tuned.yaml` as it is committed: shapes only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gemini_eval.suites.wire_base import Wire


def _digest(text: str) -> str:
    head, _, digits = text.partition(":")
    if head != "sha256" or len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):
        raise ValueError("be sha256: and 64 hexadecimal digits")
    return text


Digest = Annotated[str, AfterValidator(_digest)]
Text = Annotated[str, Field(min_length=1, max_length=1024)]


class ParametersWire(Wire):
    """The hyper-parameters of a tuning, by the guide's names."""

    epochs: int = Field(ge=1, le=1000)
    learning_rate_multiplier: float = Field(gt=0, le=1000)
    adapter_size: int = Field(ge=1, le=1024)


class CheckpointWire(Wire):
    """`id` is Vertex AI's; `model` is missing where the checkpoint is not deployed."""

    epoch: int = Field(ge=0)
    id: Text | None = None
    model: Text | None = None


class TunedWire(Wire):
    """One tuned model. `source` is the model that its endpoint serves, `job` what made it."""

    model: Text
    base: Text
    backend: Literal["vertex", "local"]
    data: Digest | None = None
    prompt: Digest | None = None
    parameters: ParametersWire | None = None
    checkpoints: list[CheckpointWire] | None = Field(None, max_length=1000)
    source: Text | None = None
    job: Text | None = None
    previous: TunedWire | None = None


class RegistryWire(Wire):
    """Tuned models by alias."""

    version: Literal[1]
    tuned: dict[str, TunedWire] | None = Field(None, max_length=10_000)
