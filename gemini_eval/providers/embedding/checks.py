"""What is known of embedding models beforehand: prices, and how many texts one call takes.

Prices: https://ai.google.dev/gemini-api/docs/pricing, as quoted on embeddingcost.com and tokencost.app in April 2026. The older
models are paid by character on Vertex AI, which no price by token can say.
"""

from __future__ import annotations

from collections.abc import Mapping

from gemini_eval.providers import ParameterFault
from gemini_eval.providers.gemini.address import Api
from gemini_eval.providers.gemini.place import THROUGH
from gemini_eval.providers.gemini.table import price_of as stated_price
from gemini_eval.providers.prices import Price, Tier
from gemini_eval.types import Json

_PRICES = {"gemini-embedding-001": 150_000, "gemini-embedding-2": 200_000, "gemini-embedding-2-preview": 200_000}
"""Micro-USD for a million tokens of text; embeddings themselves cost nothing."""


def faults(_model_id: str, _through: str, params: Mapping[str, Json], _target: Mapping[str, Json]) -> list[ParameterFault]:
    return [ParameterFault(name, f"an embedding model takes no `{name}`") for name in params]


def warnings(_model_id: str, _target: Mapping[str, Json]) -> list[str]:
    return []


def price_of(model_id: str, target: Mapping[str, Json]) -> Price | None:
    """By the target's own prices, else the list's; None for an unknown price."""
    known = _PRICES.get(model_id)
    return stated_price(model_id, target) or (Price(Tier(known, 0)) if known is not None else None)


def most_output_tokens(_model_id: str, _target: Mapping[str, Json]) -> int | None:
    return 0


def goes_alone(model_id: str, through: str) -> bool:
    """Whether a call takes one text: the newer models on Vertex AI, and the newest everywhere."""
    return model_id.startswith("gemini-embedding-" if through != THROUGH[Api.DEVELOPER] else "gemini-embedding-2")
