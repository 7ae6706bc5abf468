"""The few signs that reports use, and what stands for them where they cannot be written."""

from __future__ import annotations

from dataclasses import dataclass

from gemini_eval.gates import GateStatus
from gemini_eval.reports.spans import Style


@dataclass(frozen=True, slots=True)
class Signs:
    holds: str = "✓"
    fails: str = "✗"
    warns: str = "!"
    open: str = "?"

    def of(self, status: GateStatus) -> tuple[str, Style]:
        signs: dict[GateStatus, tuple[str, Style]] = {
            GateStatus.HOLDS: (self.holds, "good"),
            GateStatus.FAILS: (self.fails, "bad"),
            GateStatus.WARNING: (self.warns, "warn"),
            GateStatus.INCONCLUSIVE: (self.open, "warn"),
            GateStatus.NOT_EVALUATED: (self.open, "dim"),
        }
        return signs[status]


UNICODE = Signs()
ASCII = Signs(holds="+", fails="x")


_OWN = "✓✗–…·×⏎"
_IN_ASCII = str.maketrans({"–": "-", "…": "...", "·": "-", "×": "x", "⏎": "/", "→": "->", "✓": "+", "✗": "x"})


def signs_for(encoding: str) -> Signs:
    """Those that `encoding` has."""
    return UNICODE if can_write(_OWN, encoding) else ASCII


def can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def encode(text: str, encoding: str) -> bytes:
    """`text` in `encoding`; of what it lacks our own signs are written in ASCII, text from outside as an escape."""
    if not can_write(_OWN, encoding):
        text = text.translate(_IN_ASCII)
    return text.encode(encoding if can_write("", encoding) else "ascii", "backslashreplace")
