"""People's verdicts on answers, which a judge's are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from unicodedata import normalize

from gemini_eval.errors import Place
from gemini_eval.judgements import Heard
from gemini_eval.types import Json

Key: TypeAlias = tuple[str, str, str, str]
"""Case, assertion, variant and answer; '' for what the labels don't tell."""

TELLS = ("assertion", "variant", "answer")
_WORDS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class PeopleLabels:
    """`verdicts` as they are written: yes or no, or a number on the rubric's scale. `tells` are those of assertion, variant and
    answer that each label says, `places` where each label stands."""

    verdicts: Mapping[Key, str]
    tells: frozenset[str]
    places: dict[Key, Place] = field(default_factory=dict, compare=False)

    def verdict_on(self, case_id: str, assertion: str, variant: str, texts: Iterable[Json]) -> str | None:
        """What people say of one answer, known by one of its `texts`; None where they say nothing of it."""
        name = assertion if "assertion" in self.tells else ""
        asked = variant if "variant" in self.tells else ""
        answers = {plain(text) for text in texts if isinstance(text, str)} if "answer" in self.tells else {""}
        return next((found for text in answers if (found := self.verdicts.get((case_id, name, asked, text))) is not None), None)


def plain(text: str) -> str:
    """As answers are compared: NFC, without space around."""
    return normalize("NFC", text).strip()


def meets(verdict: str, scale: tuple[int, int] | None, threshold: float | None) -> bool | None:
    """Whether people say that the rubric is met; None for a verdict that is neither a word nor, on a scale, a number of it."""
    word = _WORDS.get(verdict.strip().lower())
    if word is not None:
        return word
    try:
        number = float(verdict)
    except ValueError:
        return None
    if scale is None:
        return {1.0: True, 0.0: False}.get(number)
    return number >= (threshold or 0.0) if scale[0] <= number <= scale[1] else None


def said_yes(heard: Heard, judge: str) -> bool | None:
    """What the judge decided; None where it gave no verdict."""
    value = heard.values.get(judge)
    if value is None:
        return None
    return value >= heard.threshold if heard.scale and heard.threshold is not None else value >= 1
