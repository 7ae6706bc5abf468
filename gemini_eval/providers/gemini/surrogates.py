"""Half surrogate pairs in JSON that others wrote: a model's answer may be cut inside one, and no UTF-8 can hold it."""

from __future__ import annotations

_REPLACEMENT = b"\\ufffd"


def without_lone_surrogates(data: bytes) -> bytes:
    """JSON text whose escapes (`\\ud83d`) without their other half are U+FFFD; any other byte stays."""
    out = bytearray()
    copied = at = 0
    while (at := data.find(b"\\", at)) >= 0:
        unit = _unit(data, at)
        if unit is None or not 0xD800 <= unit < 0xE000:
            at += 2
            continue
        low = _unit(data, at + 6)
        if unit < 0xDC00 and low is not None and 0xDC00 <= low < 0xE000:
            at += 12
            continue
        out += data[copied:at] + _REPLACEMENT
        at = copied = at + 6
    return bytes(out + data[copied:])


def _unit(data: bytes, at: int) -> int | None:
    """The UTF-16 unit of the escape at `at`, None where there is none."""
    digits = data[at + 2 : at + 6]
    if data[at : at + 2] != b"\\u" or len(digits) < 4 or not all(digit in b"0123456789abcdefABCDEF" for digit in digits):
        return None
    return int(digits, 16)
