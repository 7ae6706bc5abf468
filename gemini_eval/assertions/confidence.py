"""How sure an answer is: the sources that `confidence:` names, each one number in 0..1 of an answer, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, isfinite
from typing import Literal, TypeAlias

from gemini_eval.answer import Found
from gemini_eval.assertions.evaluate import pointed_at
from gemini_eval.numbers import as_number
from gemini_eval.paths import Path
from gemini_eval.text import fold, normalise
from gemini_eval.types import Json, Response

SourceKind: TypeAlias = Literal["self_consistency", "own", "logprobs"]

VERBAL: Mapping[str, float] = {
    "almost certain": 0.95,
    "highly likely": 0.90,
    "likely": 0.75,
    "about even": 0.50,
    "unlikely": 0.20,
    "almost no chance": 0.02,
}
"""The words of verbal confidence and what they stand for. A word outside is unmapped: no confidence, never one half."""

CALIBRATED = ".calibrated"
"""What a gate writes after a source's name for the confidence as calibrated on the other half of the cases."""

_FOLDS = frozenset({"case", "end_punctuation", "space"})


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `path` and `scale` (lowest and highest value) belong to `own`; with `verbal` its value is a word of `VERBAL`.

    `self_consistency` is the vote's and not read from an answer. `calibrate` asks for an isotonic calibration beside it.
    """

    kind: SourceKind
    path: Path = ()
    scale: tuple[float, float] = (0.0, 1.0)
    verbal: bool = False
    calibrate: bool = False

    def of(self, response: Response, found: Found | None) -> float | None:
        """The confidence that comes with one answer; None where it has none that can be read."""
        if self.kind == "logprobs":
            return mean_probability(response)
        if self.kind == "own":
            value, problem = pointed_at(self.path, response, found)
            return None if problem else self.read(value)
        return None

    def read(self, value: Json) -> float | None:
        """What the model said of itself as a number in 0..1; None for a word that is none of the list, or beyond the scale."""
        if self.verbal:
            return VERBAL.get(fold(normalise(value), _FOLDS)) if isinstance(value, str) else None
        number = as_number(value)
        if number is None or not number.is_finite():
            return None
        low, high = self.scale
        share = (float(number) - low) / (high - low)
        return share if 0 <= share <= 1 else None


def mean_probability(response: Response) -> float | None:
    """exp of the mean log probability of the answer's tokens: their probabilities' geometric mean; None without any."""
    mean = response.avg_logprob
    if mean is None and response.logprobs:
        mean = sum(logprob for _, logprob in response.logprobs) / len(response.logprobs)
    return None if mean is None or not isfinite(mean) else min(1.0, exp(min(0.0, mean)))


def own_confidences(sources: Mapping[str, Source], response: Response, found: Found | None) -> dict[str, float]:
    """What each source but the vote says of one answer, by its name."""
    stated = ((name, source.of(response, found)) for name, source in sources.items())
    return {name: value for name, value in stated if value is not None}
