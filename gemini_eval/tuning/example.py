"""What a model is tuned on: turns that end with the answer it is to give."""

from __future__ import annotations

from dataclasses import dataclass

from gemini_eval.errors import Place
from gemini_eval.types import Message


@dataclass(frozen=True, slots=True)
class TuningExample:
    """One example: turns of user and model that end with the model's, the answer to learn; `place` is the row it was made of."""

    contents: tuple[Message, ...]
    system: str = ""
    place: Place | None = None

    @property
    def answer(self) -> str:
        """What the model is to say."""
        return self.contents[-1].text
