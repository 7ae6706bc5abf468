"""Spans of time as people write them: 90s, 20m, 12h, 30d."""

from __future__ import annotations

from gemini_eval.errors import ValueRefusedError

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_HINT = "write a number and a unit: 90s, 20m, 12h, 30d"


def read_duration(text: str) -> float:
    """Seconds; a number without a unit is seconds. Raises `ValueRefusedError`."""
    written = text.strip().lower()
    number = written.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = written[len(number) :] or "s"
    plain = number.replace(".", "", 1)
    if unit not in UNITS or not plain.isascii() or not plain.isdecimal():
        raise ValueRefusedError(f"{text!r} is no span of time", _HINT)
    return float(number) * UNITS[unit]
