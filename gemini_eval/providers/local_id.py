"""How a tuned embedded model is named: `local:gemma-3-270m+PATH.gguf`, the base with a LoRA adapter over it.

What it answers depends on the adapter's bytes and not on where they lie, so everything that is kept of it (request keys,
records, run headers) names it by their hash: `local:gemma-3-270m+sha256:HEX`. `local:gemma-3-270m+PATH.gguf@sha256:HEX` says
both: the name is then known without the file, and the file is held against it.
"""

from __future__ import annotations

EMBEDDED = "local:gemma-3-270m"
PREFIX = f"{EMBEDDED}+"
PIN = "sha256:"

_HEX = frozenset("0123456789abcdef")


def parts_of(model_id: str) -> tuple[str, str]:
    """(path, hash) of an adapter as an id says them; '' for what it does not say."""
    rest = model_id.removeprefix(PREFIX) if model_id.startswith(PREFIX) else ""
    if rest.startswith(PIN):
        return "", _hash(rest.removeprefix(PIN))
    path, at, pin = rest.rpartition(f"@{PIN}")
    if at and _hash(pin):
        rest = path
    return (rest, _hash(pin)) if rest.endswith(".gguf") else ("", "")


def _hash(text: str) -> str:
    return text if len(text) == 64 and _HEX.issuperset(text) else ""
