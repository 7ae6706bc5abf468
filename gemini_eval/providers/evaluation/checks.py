"""What is known of the evaluation service beforehand: it takes no generation parameters, and its price is not known."""

from __future__ import annotations

from collections.abc import Mapping

from gemini_eval.providers import ParameterFault
from gemini_eval.providers.prices import Price
from gemini_eval.types import Json


def faults(_model_id: str, _through: str, params: Mapping[str, Json], _target: Mapping[str, Json]) -> list[ParameterFault]:
    return [ParameterFault(name, f"the evaluation service takes no `{name}`") for name in params]


def warnings(_model_id: str, _target: Mapping[str, Json]) -> list[str]:
    return []


def price_of(_model_id: str, _target: Mapping[str, Json]) -> Price | None:
    """It bills characters, and the tokens of the model that it asks, and says neither in its replies."""
    return None


def most_output_tokens(_model_id: str, _target: Mapping[str, Json]) -> int | None:
    return None
