"""Secrets that this process holds: taken out of everything that is written, kept or printed."""

from __future__ import annotations

import re

HIDDEN = b"[secret]"
_SHORTEST = 8
"""A shorter value is no credential, and taking it out would mangle ordinary text."""

_PATTERN = re.compile(
    rb"AIza[0-9A-Za-z_-]{35}|AQ\.[0-9A-Za-z_-]{40,}|ya29\.[0-9A-Za-z._-]{20,}"
    rb"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:[^-]|-(?!----)){0,8192}(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?"
)
_known: tuple[bytes, ...] = ()


def remember(secret: str) -> None:
    """From now on `secret` (a key, a token) is taken out wherever it shows. A value under 8 characters is not."""
    global _known  # noqa: PLW0603 - replaced whole, so that other threads may read it meanwhile
    if len(secret) >= _SHORTEST and secret.encode() not in _known:
        _known = (*_known, secret.encode())


def redact_bytes(data: bytes) -> bytes:
    """`data` with `[secret]` in place of each remembered value and of what looks like a Google key, a token or a private key.

    Meant for JSON lines and text in UTF-8: credentials are plain ASCII, which JSON does not escape.
    """
    for secret in _known:
        if secret in data:
            data = data.replace(secret, HIDDEN)
    if b"AIza" in data or b"ya29." in data or b"AQ." in data or b"-----BEGIN" in data:
        data = _PATTERN.sub(HIDDEN, data)
    return data


def redact(text: str) -> str:
    """The same for text."""
    return redact_bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
