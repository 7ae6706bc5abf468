"""Gemma 3's forward pass (text, one sequence a row, padded on the right), with or without an adapter.

Gemma 3 technical report, arXiv:2503.19786: pre- and post-norms, normed queries and keys, five layers with a window to one that
sees everything, tied embeddings. `make proofs-tuning-forward` holds it against another implementation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt

import torch
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from gemini_eval.tuning.local.lora import Lora
from gemini_eval.tuning.local.weights import LOCAL_THETA, Config, Tensor, Weights

ROWS_AT_ONCE = 128
"""So many rows of 262,144 logits are in memory at once, in each of three forms."""
KEEP_TOKENS = 1024
"""A batch of more tokens keeps each layer's input only and computes the layer again on the way back: slower, but within 4 GB."""


@dataclass(slots=True)
class Gemma:
    weights: Weights
    lora: Lora | None = None
    rows_at_once: int = ROWS_AT_ONCE
    keep_tokens: int = KEEP_TOKENS
    _turns: dict[tuple[int, float], tuple[Tensor, Tensor]] = field(default_factory=dict)
    _masks: dict[tuple[int, int], Tensor] = field(default_factory=dict)

    def states(self, ids: Tensor, places: Tensor) -> Tensor:
        """(places, width): the final states at `places`, which count the positions of `ids` (rows × positions) row by row."""
        config = self.weights.config
        x = functional.embedding(ids, self.weights.embedding)
        x = x * torch.tensor(sqrt(config.width), dtype=x.dtype)
        sparing = torch.is_grad_enabled() and ids.numel() > self.keep_tokens
        for layer in range(config.layers):
            x = checkpoint(self._layer, layer, x, use_reentrant=False) if sparing else self._layer(layer, x)
        chosen = x.reshape(-1, config.width).index_select(0, places)
        return _norm(chosen, self.weights.output_norm, config)

    def logits(self, states: Tensor) -> Tensor:
        """(rows, vocabulary) in 32 bits at least."""
        return _precise(functional.linear(states, self.weights.embedding))

    def loss(self, states: Tensor, targets: Tensor) -> tuple[float, Tensor]:
        """The sum of −ln p(target) over the rows, and its derivative by `states`: computed at once, the logits need be neither
        kept nor computed twice."""
        nats, slopes = 0.0, []
        with torch.no_grad():
            for rows, wanted in zip(states.split(self.rows_at_once), targets.split(self.rows_at_once), strict=True):
                logs = self.logits(rows).log_softmax(dim=-1)
                own = torch.arange(len(wanted))
                nats -= float(logs[own, wanted].double().sum())
                slope = logs.exp_()
                slope[own, wanted] -= 1
                slopes.append(slope.to(rows.dtype) @ self.weights.embedding)
        return nats, torch.cat(slopes)

    def _layer(self, layer: int, x: Tensor) -> Tensor:
        tensors, config = self.weights.layers[layer], self.weights.config
        h = self._attention(layer, _norm(x, tensors["attn_norm"], config))
        x = x + _norm(h, tensors["post_attention_norm"], config)
        h = _norm(x, tensors["ffn_norm"], config)
        gate = functional.gelu(self._project(layer, "ffn_gate", h), approximate="tanh")
        h = self._project(layer, "ffn_down", gate * self._project(layer, "ffn_up", h))
        return x + _norm(h, tensors["post_ffw_norm"], config)

    def _attention(self, layer: int, h: Tensor) -> Tensor:
        config, tensors = self.weights.config, self.weights.layers[layer]
        rows, length, _ = h.shape

        def heads(name: str, count: int) -> Tensor:
            return self._project(layer, name, h).view(rows, length, count, config.head_width)

        sees_all = (layer + 1) % config.global_every == 0
        turn = self._turn(length, config.theta if sees_all else LOCAL_THETA)
        query = _turned(_norm(heads("attn_q", config.heads), tensors["attn_q_norm"], config).transpose(1, 2), turn)
        key = _turned(_norm(heads("attn_k", config.shared_heads), tensors["attn_k_norm"], config).transpose(1, 2), turn)
        value = heads("attn_v", config.shared_heads).transpose(1, 2)
        hidden = self._hidden(length, length if sees_all else min(length, config.window))
        mixed = _attend(query * config.head_width**-0.5, key, value, hidden)
        return self._project(layer, "attn_output", mixed.transpose(1, 2).reshape(rows, length, -1))

    def _project(self, layer: int, name: str, x: Tensor) -> Tensor:
        y = functional.linear(x, self.weights.layers[layer][name])
        return y + self.lora.change(layer, name, x) if self.lora else y

    def _hidden(self, length: int, window: int) -> Tensor:
        """(positions, positions): 0 where a row's sees a column's, itself and the `window` - 1 before it, else minus infinity."""
        key = (length, window)
        if key not in self._masks:
            back = torch.arange(length)[:, None] - torch.arange(length)[None, :]
            self._masks = {key: torch.zeros(length, length).masked_fill_((back < 0) | (back >= window), -torch.inf)}
        return self._masks[key]

    def _turn(self, length: int, theta: float) -> tuple[Tensor, Tensor]:
        """Cosines and sines (positions × head width) of the rotary embedding."""
        key = (length, theta)
        if key not in self._turns:
            width = self.weights.config.head_width
            speeds = theta ** -(torch.arange(0, width, 2).float() / width)
            angles = torch.outer(torch.arange(length).float(), speeds).repeat(1, 2)
            self._turns[key] = (angles.cos(), angles.sin())
        return self._turns[key]


def _precise(x: Tensor) -> Tensor:
    """16 bits are too few to sum and to exponentiate in."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def _norm(x: Tensor, weight: Tensor, config: Config) -> Tensor:
    return functional.rms_norm(_precise(x), (x.shape[-1],), weight, config.epsilon).to(x.dtype)


def _turned(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    cosine, sine = (part.to(x.dtype) for part in turn)
    first, second = x.chunk(2, dim=-1)
    return x * cosine + torch.cat([-second, first], dim=-1) * sine


def _attend(query: Tensor, key: Tensor, value: Tensor, hidden: Tensor) -> Tensor:
    """Heads that share keys and values are computed as more rows of one. For texts of a few hundred tokens this is faster, on a
    processor, than the library's own attention, whose way back is slow."""
    rows, heads, length, width = query.shape
    shared = key.shape[1]
    stacked = (rows, shared, heads // shared * length)
    scores = query.reshape(*stacked, width) @ key.transpose(2, 3)
    seen = (_precise(scores.view(rows, heads, length, length)) + hidden).softmax(dim=-1).to(query.dtype)
    return (seen.view(*stacked, length) @ value).view(rows, heads, length, width)
