"""Marks round a text that no text can close: they are a hash of what stands between them."""

from __future__ import annotations

from hashlib import sha256

DIGITS = 32
"""Hex digits of SHA-256 in a mark: a text that holds its own would take 2 to the power of 128 tries."""


def fenced(text: str) -> str:
    """`<data-HASH>text</data-HASH>`. Equal texts have equal marks, so that equal requests stay equal."""
    mark = f"data-{sha256(text.encode(errors='replace')).hexdigest()[:DIGITS]}"
    return f"<{mark}>{text}</{mark}>"
