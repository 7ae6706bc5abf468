"""Low-rank adapters: every projection W of the frozen model becomes W + (alpha / rank) · B · A (Hu et al. 2021)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

import torch

from gemini_eval.providers.local_adapter import LORA_A, LORA_B
from gemini_eval.tuning.local.weights import PROJECTIONS, Tensor, Weights

ALPHA_PER_RANK = 2.0


@dataclass(frozen=True, slots=True)
class Lora:
    """`pairs[layer, projection]` is (A: rank × inputs, B: outputs × rank), in 32 bits, the only tensors that learn."""

    rank: int
    pairs: Mapping[tuple[int, str], tuple[Tensor, Tensor]]

    @property
    def alpha(self) -> float:
        return ALPHA_PER_RANK * self.rank

    def named(self) -> Iterator[tuple[str, Tensor]]:
        """Every tensor by its name in an adapter file, in a fixed order."""
        for (layer, name), (a, b) in self.pairs.items():
            yield f"blk.{layer}.{name}.weight{LORA_A}", a
            yield f"blk.{layer}.{name}.weight{LORA_B}", b

    def change(self, layer: int, name: str, x: Tensor) -> Tensor:
        """What the adapter adds to a projection of `x`."""
        a, b = self.pairs[layer, name]
        return torch.nn.functional.linear(torch.nn.functional.linear(x, a.to(x.dtype)), b.to(x.dtype)) * ALPHA_PER_RANK


def new_lora(weights: Weights, rank: int, seed: int) -> Lora:
    """One that changes nothing yet: A is drawn uniformly with variance 1 / inputs, B is zero."""
    draw = torch.Generator().manual_seed(seed)
    pairs = {}
    for layer, tensors in enumerate(weights.layers):
        for name in PROJECTIONS:
            outputs, inputs = tensors[name].shape
            a = torch.empty(rank, inputs).uniform_(-1, 1, generator=draw) * sqrt(3 / inputs)
            pairs[layer, name] = (a.requires_grad_(), torch.zeros(outputs, rank, requires_grad=True))
    return Lora(rank, pairs)


def lora_of(tensors: Mapping[str, Tensor], weights: Weights) -> Lora:
    """The one whose tensors these are, by their names in an adapter file."""
    pairs = {}
    for layer in range(weights.config.layers):
        for name in PROJECTIONS:
            a, b = (tensors[f"blk.{layer}.{name}.weight{end}"].clone() for end in (LORA_A, LORA_B))
            pairs[layer, name] = (a.requires_grad_(), b.requires_grad_())
    return Lora(len(pairs[0, PROJECTIONS[0]][0]), pairs)
