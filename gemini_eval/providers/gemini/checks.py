"""What is wrong with the parameters of a Gemini model, and what is worth knowing of it, told before anything is asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime

from gemini_eval.providers import ParameterFault
from gemini_eval.providers.gemini import table
from gemini_eval.providers.gemini.address import Api, read_access
from gemini_eval.providers.gemini.params import unsupported, unsupported_by
from gemini_eval.providers.gemini.place import THROUGH
from gemini_eval.providers.prices import Price
from gemini_eval.types import Json


def faults(model_id: str, through: str, params: Mapping[str, Json], target: Mapping[str, Json]) -> list[ParameterFault]:
    """What no Gemini model takes, what the API does not, and what this model does not."""
    api = next((api for api, name in THROUGH.items() if name == through), None)
    of_values = [*unsupported(params), *(unsupported_by(api, params) if api else ())]
    found = [ParameterFault(name.partition(".")[0].partition("[")[0], f"`{name}`: {why}") for name, why in of_values]
    return [*found, *(ParameterFault(*fault) for fault in table.thinking_faults(model_id, params, target))]


def warnings(model_id: str, target: Mapping[str, Json]) -> list[str]:
    """That the model is, or soon will be, retired where it is asked."""
    api: Api = read_access(target, os.environ).api
    warning = table.retirement_warning(model_id, datetime.now(UTC).date(), api, target)
    return [warning] if warning else []


def price_of(model_id: str, target: Mapping[str, Json]) -> Price | None:
    """By the target's own prices, else the model table's; None for an unknown price."""
    return table.price_of(model_id, target)


def most_output_tokens(model_id: str, target: Mapping[str, Json]) -> int | None:
    """By the model table."""
    known = table.entry(model_id, target)
    return known.output_tokens if known else None
