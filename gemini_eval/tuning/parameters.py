"""The three hyper-parameters of a tuning, as the guide names them, and its starting configurations.

Source: Google's guide to tuning Gemini text models, for data sets of 500 to 1,000 examples.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """`epochs` passes over the data; `learning_rate_multiplier` times the backend's own rate; `adapter_size` is the rank."""

    epochs: int
    learning_rate_multiplier: float
    adapter_size: int

    @property
    def name(self) -> str:
        """`e4-a1`; `e12-m4-a4` where the multiplier is not 1."""
        multiplier = "" if self.learning_rate_multiplier == 1 else f"-m{self.learning_rate_multiplier:g}"
        return f"e{self.epochs}{multiplier}-a{self.adapter_size}"

    @property
    def facts(self) -> dict[str, float]:
        """By their names, as the registry has them."""
        return {
            "epochs": self.epochs,
            "learning_rate_multiplier": float(self.learning_rate_multiplier),
            "adapter_size": self.adapter_size,
        }


DEFAULT = Parameters(4, 1.0, 1)
GUIDE_GRID = (Parameters(2, 1.0, 1), DEFAULT, Parameters(6, 1.0, 4), Parameters(12, 4.0, 4), Parameters(12, 4.0, 1))
