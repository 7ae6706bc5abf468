"""How many tokens an example is likely to be: an estimate, since no tokeniser is at hand."""

from __future__ import annotations

from gemini_eval.tuning.example import TuningExample

BYTES_A_TOKEN = 4
"""Of UTF-8: 4 letters of English, and somewhat more than one syllable of Korean, which is on the safe side of what it takes."""


def estimated_tokens(example: TuningExample) -> int:
    """Of all turns and the system text."""
    size = len(example.system.encode()) + sum(len(turn.text.encode()) for turn in example.contents)
    return -(-size // BYTES_A_TOKEN)
