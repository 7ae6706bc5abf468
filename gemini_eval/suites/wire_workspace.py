"""`gemini-eval.yaml` as users write it: shapes only."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from gemini_eval.suites.wire_base import Wire


class LimitsWire(Wire):
    """What a target's quota allows for each model."""

    requests_per_minute: float | None = Field(None, gt=0)
    input_tokens_per_minute: float | None = Field(None, gt=0)
    timeout: float | None = Field(None, gt=0, description="seconds that one attempt may take; default 180")


class PriceWire(Wire):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached_input: float | None = Field(None, ge=0)


class ThinkingWire(Wire):
    """How a model thinks, and which setting it takes."""

    kind: Literal["none", "optional", "always"] | None = None
    by_default: bool | None = None
    budget: list[int] | None = Field(None, description="least and most tokens of thinking_budget; [] where it is refused")
    levels: list[str] | None = Field(None, description="the words of thinking_level; [] where it is refused")


class TableEntryWire(Wire):
    """What is known of a model, over the program's own table."""

    input_tokens: int | None = Field(None, ge=1, description="the most that a prompt may have")
    output_tokens: int | None = Field(None, ge=1, description="the most that an answer may have")
    price: PriceWire | None = None
    thinking: ThinkingWire | None = None
    retires: Annotated[date, Field(strict=False)] | None = None
    tuning_price: float | None = Field(None, ge=0, description="US dollars for a million tokens that it is tuned on")


class TargetWire(Wire):
    """A place to ask: the API, the project, the location, and what they allow and cost."""

    api: Literal["vertex", "express", "developer"] | None = None
    project: str | None = None
    location: str | None = None
    impersonate: str | None = Field(None, description="a service account on whose behalf to ask")
    limits: LimitsWire | None = None
    share: float | None = Field(None, gt=0, le=1, description="the part of `limits` that one run may use")
    prices: dict[str, PriceWire] | None = None
    labels: dict[str, str] | None = Field(None, description="billing labels of each request; suite and commit are added")
    model: str | None = None
    description: str | None = None


class PolicyWire(Wire):
    allow_models: list[str] | None = None
    allow_data: list[str] | None = None
    max_cost: float | None = Field(None, ge=0)
    max_requests: int | None = Field(None, ge=1)
    max_margin: float | None = None
    min_cases: int | None = None
    required_gates: list[str] | None = None
    bar_moved: Literal["fail", "warn"] | None = None
    on_inconclusive: Literal["pass", "warn", "fail"] | None = None


class StoreWire(Wire):
    folder: str | None = None
    prompts: Literal["inline", "hash"] | None = None
    answers: Literal["inline", "none"] | None = None
    retention_days: int | None = Field(None, ge=1)


class WorkspaceWire(Wire):
    """`gemini-eval.yaml`. It never holds a secret."""

    version: Literal[1]
    default_model: str | None = None
    default_judge: str | None = Field(None, description="the model that judges rubrics where a suite names none")
    default_target: str | None = None
    targets: dict[str, TargetWire] | None = None
    models: dict[str, TableEntryWire] | None = Field(None, description="what is known of models, over the program's own table")
    allow_models: list[str] | None = None
    allow_data: list[str] | None = None
    policy: PolicyWire | None = None
    on_inconclusive: Literal["pass", "warn", "fail"] | None = None
    store: StoreWire | None = None
    suites: list[str] | None = Field(None, description="folders that hold the suites, where a command names none")
    baselines: str | None = None
    recordings: str | None = None
    description: str | None = None
