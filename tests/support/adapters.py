"""LoRA adapters of a few numbers, in the format that llama.cpp loads."""

from __future__ import annotations

from pathlib import Path

import numpy
from gguf import GGUFWriter


def write_adapter(
    path: Path, architecture: str = "gemma3", kind: str = "adapter", shapes: tuple[tuple[int, int], ...] = ((2, 8), (4, 2))
) -> Path:
    writer = GGUFWriter(path, architecture)
    writer.add_type(kind)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 4.0)
    writer.add_array("a.list.of.texts", ["one", "two"])
    writer.add_array("a.list.of.numbers", [1, 2, 3])
    for half, shape in zip("ab", shapes, strict=False):
        writer.add_tensor(f"blk.0.attn_q.weight.lora_{half}", numpy.ones(shape, dtype=numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
