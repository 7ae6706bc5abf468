"""What an answer cost, in whole micro-units of a dollar (1e-6 USD)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gemini_eval.types import Json, Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Tier:
    """Micro-USD for a million tokens; `cached` is None where input from a cache has no price of its own that is known."""

    input: int
    output: int
    cached: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """`long` is the tier of prompts with more than `long_over` tokens, for the whole request; None where there is one tier."""

    base: Tier
    long: Tier | None = None
    long_over: int = 0

    def tier(self, prompt_tokens: int) -> Tier:
        return self.long if self.long is not None and prompt_tokens > self.long_over else self.base


FREE = Price(Tier(0, 0, 0))


def cost_micros(usage: Usage, price: Price | None) -> int | None:
    """What one answer cost, rounded to a whole micro-unit; None for an unknown price or where the model counted no tokens.

    Thoughts are paid as output. Tokens from a cache count in `prompt` and are paid at their own price where there is one.
    """
    if price is None or usage.prompt is None:
        return None
    tier = price.tier(usage.prompt)
    cached = min(usage.cached or 0, usage.prompt)
    written = (usage.output or 0) + (usage.thoughts or 0)
    dear = (usage.prompt - cached) * tier.input + written * tier.output
    total = dear + cached * (tier.input if tier.cached is None else tier.cached)
    return (total + MILLION // 2) // MILLION


def tuning_price(target: Mapping[str, Json], model_id: str) -> float | None:
    """US dollars for a million tokens that a model is tuned on, as the workspace states it for a target."""
    stated: float | None = ((target.get("models") or {}).get(model_id) or {}).get("tuning_price")
    return stated
