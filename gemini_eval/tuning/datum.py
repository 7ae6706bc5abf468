"""An example or a case as the checks of tuning data see it."""

from __future__ import annotations

from dataclasses import dataclass

from gemini_eval.errors import Place
from gemini_eval.tuning.example import TuningExample


@dataclass(frozen=True, slots=True)
class Datum:
    """`text` is what tells it from others: the variables that its prompt uses, or what the user says; not the prompt around them.
    `label` is the canonical label that is expected, None where there are none. `example` is None for an evaluation case."""

    name: str
    text: str
    label: str | None
    place: Place | None
    example: TuningExample | None = None
