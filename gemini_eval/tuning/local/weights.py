"""A Gemma 3 text model's weights, read from a GGUF file as torch tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy
import torch
from gguf import GGMLQuantizationType
from gguf.quants import dequantize

from gemini_eval.errors import UsageError
from gemini_eval.providers.local_gguf import GgufHeader, TensorInfo
from gemini_eval.safe.files import open_read

Tensor: TypeAlias = Any
"""A `torch.Tensor`: the package is optional, so that types are checked without it."""

PROJECTIONS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
NORMS = ("attn_norm", "attn_q_norm", "attn_k_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
GLOBAL_EVERY = 6
"""Every sixth layer sees the whole text, the others a window. No field of the file says so: it is part of the architecture."""
LOCAL_THETA = 10_000.0

_CHUNK_VALUES = 2**22
_MEND = "tune the embedded model, or a Gemma 3 text model in GGUF"


@dataclass(frozen=True, slots=True)
class Config:
    """The sizes of a model. `theta` is the base of the rotary embedding in the layers that see everything: one in
    `global_every`."""

    layers: int
    width: int
    heads: int
    shared_heads: int
    head_width: int
    window: int
    epsilon: float
    theta: float
    global_every: int = GLOBAL_EVERY


@dataclass(frozen=True, slots=True)
class Weights:
    """`layers[i][name]`: projections (outputs × inputs) and norms by their names in the file; the latter have Gemma's "+ 1" in
    them and stay in 32 bits. `embedding` (vocabulary × width) is also the output's projection."""

    config: Config
    embedding: Tensor
    layers: tuple[Mapping[str, Tensor], ...]
    output_norm: Tensor


def config_of(header: GgufHeader) -> Config:
    """Raises `UsageError` where the file is of another kind of model."""
    architecture = header.text("general.architecture")
    if architecture != "gemma3":
        raise UsageError(f"{header.path} is of the kind {architecture or 'unknown'}, which can't be tuned here", _MEND)

    def number(name: str, default: float | None = None) -> float:
        value = header.fields.get(f"gemma3.{name}", default)
        if not isinstance(value, int | float) or value <= 0:
            raise UsageError(f"{header.path}: gemma3.{name} is {value!r}", _MEND)
        return value

    return Config(
        layers=int(number("block_count")),
        width=int(number("embedding_length")),
        heads=int(number("attention.head_count")),
        shared_heads=int(number("attention.head_count_kv")),
        head_width=int(number("attention.key_length")),
        window=int(number("attention.sliding_window")),
        epsilon=number("attention.layer_norm_rms_epsilon"),
        theta=number("rope.freq_base", 1_000_000.0),
    )


def read_weights(header: GgufHeader, dtype: Any = torch.bfloat16) -> Weights:
    """All of the model; norms in 32 bits, the rest in `dtype`. Raises `UsageError` where a tensor is missing."""
    config = config_of(header)
    layers = tuple(
        {
            **{name: _read(header, f"blk.{layer}.{name}.weight", dtype) for name in PROJECTIONS},
            **{name: _read(header, f"blk.{layer}.{name}.weight", torch.float32) for name in NORMS},
        }
        for layer in range(config.layers)
    )
    embedding = _read(header, "token_embd.weight", dtype)
    return Weights(config, embedding, layers, _read(header, "output_norm.weight", torch.float32))


def read_tensors(header: GgufHeader) -> dict[str, Tensor]:
    """Every tensor of the file, in 32 bits."""
    return {name: _read(header, name, torch.float32) for name in header.tensors}


def _read(header: GgufHeader, name: str, dtype: Any) -> Tensor:
    info = header.tensors.get(name)
    if info is None:
        raise UsageError(f"{header.path} has no tensor {name}", _MEND)
    whole = torch.empty(info.shape, dtype=dtype)
    rows = whole.view(-1, info.shape[-1])
    start = 0
    for part in _parts(header, info):
        rows[start : start + len(part)] = torch.from_numpy(part)
        start += len(part)
    return whole


def _parts(header: GgufHeader, info: TensorInfo) -> Iterator[numpy.ndarray]:
    """The tensor's rows as 32-bit numbers, some millions of values at a time: the embedding alone would take 670 MB."""
    width = info.shape[-1]
    count = prod(info.shape[:-1])
    row_bytes = info.size // count
    step = max(1, _CHUNK_VALUES // width)
    with open_read(header.path) as file:
        file.seek(info.start)
        for start in range(0, count, step):
            rows = min(step, count - start)
            raw = numpy.frombuffer(file.read(rows * row_bytes), dtype=numpy.uint8).reshape(rows, row_bytes)
            yield numpy.array(dequantize(raw, GGMLQuantizationType(info.kind)), dtype=numpy.float32)
