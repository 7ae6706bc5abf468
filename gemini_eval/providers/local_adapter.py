"""The adapter of a tuned embedded model: found, checked, and named by its content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gemini_eval.errors import FileRefusedError, UsageError
from gemini_eval.providers.local_gguf import GgufHeader, TensorInfo, read_header
from gemini_eval.providers.local_id import PIN, PREFIX, parts_of
from gemini_eval.safe.files import read_bytes

ARCHITECTURE = "gemma3"
MAX_BYTES = 2**30
LORA_A, LORA_B = ".lora_a", ".lora_b"

_MEND = "write one with: gemini-eval tune start"


@dataclass(frozen=True, slots=True)
class AdapterFile:
    """A whole adapter and the SHA-256 of its bytes, in hex."""

    path: Path
    sha256: str


def identity(model_id: str, file: Path | None) -> str:
    """The name under which a model's answers are kept: of a tuned one by its adapter's hash, of others their id.

    `file` is the adapter, wherever its path was written; None where nobody may name it there. Raises `UsageError` where it has to
    be read and can't be.
    """
    path, pin = parts_of(model_id)
    if path and not pin and file:
        pin = read_adapter(file).sha256
    return f"{PREFIX}{PIN}{pin}" if pin else model_id


def open_adapter(model_id: str, file: Path | None) -> Callable[[], AdapterFile] | None:
    """What reads the adapter of `model_id` at the first request; None where it names none. It is looked at here already.

    Raises `UsageError` for one that is not there, is no adapter of this model, or is not the one that the id pins.
    """
    if not model_id.startswith(PREFIX):
        return None
    path, pin = parts_of(model_id)
    if not path and not pin:
        raise UsageError(f"there is no local model {model_id!r}", f"name an adapter: {PREFIX}PATH.gguf")
    found = file or (Path(path).expanduser() if path else None)
    if found is None:
        raise UsageError(f"the adapter of {model_id} is known by its hash alone", f"name its file: --model {PREFIX}PATH.gguf")
    _check(read_adapter(found), pin)
    return lambda: _check(read_adapter(found), pin)


def read_adapter(path: Path) -> AdapterFile:
    """A file that is a LoRA adapter of a Gemma 3, with its hash. Raises `UsageError`."""
    check_adapter(read_header(path))
    try:
        return AdapterFile(path, hashlib.sha256(read_bytes(path, max_bytes=MAX_BYTES)).hexdigest())
    except FileRefusedError as error:
        raise UsageError(error.reason, error.hint or _MEND) from error


def check_adapter(header: GgufHeader) -> None:
    """Raise `UsageError` where the file is no LoRA adapter, or one of another kind of model."""
    kind = (header.text("general.type"), header.text("adapter.type"))
    if kind != ("adapter", "lora"):
        raise UsageError(f"{header.path} is no adapter: its type is {kind[0] or 'unknown'}", _MEND)
    if header.text("general.architecture") != ARCHITECTURE:
        found = header.text("general.architecture") or "an unknown model"
        raise UsageError(f"{header.path} is an adapter of {found}, not of {ARCHITECTURE}", _MEND)
    for name, tensor in header.tensors.items():
        if not _is_half(name, tensor, header):
            raise UsageError(f"{header.path} is a damaged adapter: {name} has no other half that fits", _MEND)


def _is_half(name: str, tensor: TensorInfo, header: GgufHeader) -> bool:
    """Each tensor is A (rank × inputs) or B (outputs × rank), and its other half is there."""
    for end, other, axis in ((LORA_A, LORA_B, 0), (LORA_B, LORA_A, 1)):
        if name.endswith(end):
            twin = header.tensors.get(name.removesuffix(end) + other)
            return twin is not None and len(tensor.shape) == len(twin.shape) == 2 and tensor.shape[axis] == twin.shape[1 - axis]
    return False


def _check(adapter: AdapterFile, pin: str) -> AdapterFile:
    if pin and adapter.sha256 != pin:
        reason = f"{adapter.path} is not the adapter that is meant: SHA-256 {adapter.sha256[:12]}…, expected {pin[:12]}…"
        raise UsageError(reason, "get that file back, or name this one without @sha256")
    return adapter
