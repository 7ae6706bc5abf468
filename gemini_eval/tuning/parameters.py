"""The three hyper-parameters of a tuning, as the guide names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """`epochs` passes over the data; `learning_rate_multiplier` times the backend's own rate; `adapter_size` is the adapter's rank."""

    epochs: int
    learning_rate_multiplier: float
    adapter_size: int
