"""How sure an answer is: the sources that `confidence:` names, each one number in 0..1 of an answer, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, isfinite
from typing import Literal, TypeAlias

from gemini_eval.answer import Found
from gemini_eval.assertions.evaluate import pointed_at
from gemini_eval.errors import Place
from gemini_eval.numbers import as_number
from gemini_eval.paths import Path
from gemini_eval.rubrics.likelihood import Likelihood, meaning_of
from gemini_eval.types import Json, Response

SourceKind: TypeAlias = Literal["self_consistency", "own", "logprobs", "judge"]

CALIBRATED = ".calibrated"
"""What a gate writes after a source's name for the confidence as calibrated on other cases."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `path` and `scale` (lowest and highest value) belong to `own`, whose value is one of `phrases` where there are
    any; `likelihood` belongs to `judge`.

    Only `own` and `logprobs` are read from an answer. `calibrate` asks for an isotonic calibration beside it, fitted to the cases
    with the tag `fit`; without one by halves.
    """

    kind: SourceKind
    path: Path = ()
    scale: tuple[float, float] = (0.0, 1.0)
    phrases: Mapping[str, float] = field(default_factory=dict)
    likelihood: Likelihood | None = None
    calibrate: bool = False
    fit: str = ""
    place: Place | None = field(default=None, compare=False)

    @property
    def said_by(self) -> str:
        """Who says how sure the answer is, as reports have it."""
        if self.likelihood is not None:
            juror = self.likelihood.juror
            return f"judge {juror.name}" + (f" ({juror.model})" if juror.model != juror.name else "")
        words = ", in words" if self.phrases else ""
        return {"self_consistency": "votes", "own": f"the model{words}", "logprobs": "log probabilities"}[self.kind]

    def of(self, response: Response, found: Found | None) -> float | None:
        """The confidence that comes with one answer; None where it has none that can be read."""
        if self.kind == "logprobs":
            return mean_probability(response)
        if self.kind == "own":
            value, problem = pointed_at(self.path, response, found)
            return None if problem else self.read(value)
        return None

    def read(self, value: Json) -> float | None:
        """What the model said of itself as a number in 0..1; None for a phrase that is not in the list, or beyond the scale."""
        if self.phrases:
            return meaning_of(value, self.phrases)
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
    """What each source that is read from an answer says of this one, by its name."""
    stated = ((name, source.of(response, found)) for name, source in sources.items())
    return {name: value for name, value in stated if value is not None}
