"""An adapter as a GGUF file, as llama.cpp loads it, and the state of a training in the same format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from gguf import GGUFWriter

from gemini_eval.errors import RunError
from gemini_eval.providers.local_adapter import ARCHITECTURE, MAX_BYTES
from gemini_eval.safe.files import read_bytes, write_whole
from gemini_eval.tuning.local.lora import Lora
from gemini_eval.tuning.local.weights import Tensor


def write_adapter(path: Path, lora: Lora, name: str) -> str:
    """Write the adapter; its SHA-256 in hex. The file appears whole or not at all. Raises `RunError`."""
    texts = {"general.type": "adapter", "general.name": name, "adapter.type": "lora"}
    return _write(path, texts, {"adapter.lora.alpha": lora.alpha}, lora.named())


def write_tensors(path: Path, tensors: Iterable[tuple[str, Tensor]]) -> str:
    """The same for any tensors of 32 bits, which is no adapter."""
    return _write(path, {"general.type": "training"}, {}, tensors)


def _write(path: Path, texts: Mapping[str, str], numbers: Mapping[str, float], tensors: Iterable[tuple[str, Tensor]]) -> str:
    draft = path.with_name(f".{path.name}.tmp")
    try:
        _draft(draft, texts, numbers, tensors)
        whole = read_bytes(draft, max_bytes=MAX_BYTES)
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error}", "free some space, and start again: it goes on") from error
    finally:
        draft.unlink(missing_ok=True)
    write_whole(path, whole)
    return hashlib.sha256(whole).hexdigest()


def _draft(path: Path, texts: Mapping[str, str], numbers: Mapping[str, float], tensors: Iterable[tuple[str, Tensor]]) -> None:
    writer = GGUFWriter(path, ARCHITECTURE)
    for key, text in texts.items():
        writer.add_string(key, text)
    for key, number in numbers.items():
        writer.add_float32(key, number)
    for key, tensor in tensors:
        writer.add_tensor(key, tensor.detach().numpy())
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()
