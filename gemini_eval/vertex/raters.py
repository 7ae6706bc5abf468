"""The metrics for which the service asks a model: one answer by a template, two of them, a rubric of Google's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.errors import did_you_mean
from gemini_eval.metrics.overlap import check_threshold
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.safe.regex import compile_pattern
from gemini_eval.types import Json, Subject, Verdict
from gemini_eval.vertex.metric import Instance, ServiceMetric, as_text, no_verdict
from gemini_eval.vertex.reply import Result

PROMPT, RESPONSE, REFERENCE, BASELINE = "prompt", "response", "reference", "baseline_model_response"
OWN_NAMES = (PROMPT, RESPONSE, REFERENCE, BASELINE)
"""Placeholders of a template that are no variable of a case; named as in Google's own templates."""

MOST_SAMPLES = 32
RUBRICS: Mapping[str, tuple[int, ...]] = {
    "general_quality": (1, 2),
    "text_quality": (1, 2),
    "instruction_following": (1, 2),
    "grounding": (1, 2),
    "safety": (1, 3),
    "final_response_match": (2, 3),
    "final_response_reference_free": (1, 2),
}
"""Google's rubrics that judge one text, with their versions as of google-cloud-aiplatform 2.7 (October 2026)."""

_COMPARED_WITH_REFERENCE = ("final_response_match",)
_PLACEHOLDER = compile_pattern(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def placeholders(template: str) -> tuple[str, ...]:
    """The names in a template: `{response}`."""
    return tuple(dict.fromkeys(str(found.group(1)) for found in _PLACEHOLDER.find_all(template)))


@dataclass(frozen=True, slots=True)
class _Rater(ServiceMetric):
    """By a template of the suite's own. `model` pins the model that judges, `samples` is how often it is asked."""

    template: str
    model: str = ""
    samples: int | None = None

    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False
    SHOWN: ClassVar[tuple[str, ...]] = (RESPONSE,)

    def __post_init__(self) -> None:
        names = placeholders(self.template)
        for name in self.SHOWN:
            if name not in names:
                raise ParameterError(f"the template shows no {{{name}}}", f"write {{{name}}} where it belongs", ("template",))
        if self.samples is not None and not 1 <= self.samples <= MOST_SAMPLES:
            raise ParameterError(f"`samples` is {self.samples}; it is from 1 to {MOST_SAMPLES}", path=("samples",))

    @property
    def names(self) -> tuple[str, ...]:
        return placeholders(self.template)

    def spec_of(self, **more: Json) -> dict[str, Json]:
        spec: dict[str, Json] = {"metric_prompt_template": self.template, **more}
        return {**spec, **({"model": self.model} if self.model else {}), **({"samples": self.samples} if self.samples else {})}

    def shown(self, subject: Subject, own: Mapping[str, Json]) -> dict[str, str] | Verdict:
        """What the template's placeholders stand for, but for the prompt."""
        expected = subject.expected.value if subject.expected else None
        known = {**subject.vars, **({} if expected is None else {REFERENCE: expected}), RESPONSE: subject.value, **own}
        lacking = [name for name in self.names if name != PROMPT and name not in known]
        if lacking:
            return Verdict(None, 0.0, f"the case has no {lacking[0]}, which the template shows")
        return {name: as_text(known[name]) for name in self.names if name != PROMPT}


@dataclass(frozen=True, slots=True)
class Pointwise(_Rater):
    """A model of the service scores the answer by a template; it passes from `threshold` on, which is on the `scale`."""

    scale: tuple[int, ...] = ()
    threshold: float | None = None

    NAME: ClassVar[str] = "pointwise"

    def __post_init__(self) -> None:
        _Rater.__post_init__(self)
        if len(self.scale) != 2 or self.scale[0] >= self.scale[1]:
            hint = "the worst and the best score that the template asks for, for example scale: [1, 5]"
            raise ParameterError("pointwise needs a `scale` of two whole numbers, the lower first", hint, ("scale",))
        if self.threshold is None:
            hint = f"for example threshold: {self.scale[1] - (self.scale[1] - self.scale[0] > 1)}"
            raise ParameterError("pointwise needs `threshold`: from which score on an answer passes", hint)
        if not self.scale[0] <= self.threshold <= self.scale[1]:
            reason = f"`threshold` is {self.threshold:g}, which is not on the scale {list(self.scale)}"
            raise ParameterError(reason, path=("threshold",))

    def asked(self, subject: Subject) -> tuple[Instance, ...] | Verdict:
        values = self.shown(subject, {})
        if isinstance(values, Verdict):
            return values
        return (self.instance(self.spec_of(), values, needs_prompt=PROMPT in self.names),)

    def verdict(self, subject: Subject, results: Sequence[Result]) -> Verdict:
        (result,) = results
        if result.broken:
            return no_verdict(results)
        (low, high), least = self.scale, self.threshold
        assert least is not None
        if not low <= result.score <= high:
            said = f"its score is {result.score:g}, which is not on the scale {list(self.scale)}"
            return no_verdict([Result(broken=said)])
        passed = result.score >= least
        reason = f"the service gives {result.score:g} ({'>=' if passed else '<'} {least:g}): {result.explanation}"
        return Verdict(passed, (result.score - low) / (high - low), reason)


@dataclass(frozen=True, slots=True)
class Pairwise(_Rater):
    """A model of the service compares the answer with `baseline` by a template: 1 where it is better, 0.5 for a tie, 0 where it
    is worse; it passes from `threshold` on, by default with a tie. Half of the samples see the two in the other order."""

    baseline: str | int | float | bool = ""
    threshold: float = 0.5

    NAME: ClassVar[str] = "pairwise"
    SHOWN: ClassVar[tuple[str, ...]] = (RESPONSE, BASELINE)

    def __post_init__(self) -> None:
        _Rater.__post_init__(self)
        check_threshold(self.threshold)
        if self.baseline == "":
            hint = "for example baseline: {from: vars.old_answer}, or {from: expected}"
            raise ParameterError("pairwise needs `baseline`: the text to compare with", hint)

    def asked(self, subject: Subject) -> tuple[Instance, ...] | Verdict:
        values = self.shown(subject, {BASELINE: self.baseline})
        if isinstance(values, Verdict):
            return values
        spec = self.spec_of(candidate_response_field_name=RESPONSE, baseline_response_field_name=BASELINE)
        return (self.instance(spec, values, needs_prompt=PROMPT in self.names),)

    def verdict(self, subject: Subject, results: Sequence[Result]) -> Verdict:
        (result,) = results
        if result.broken:
            return no_verdict(results)
        said = {1.0: "finds the answer better", 0.5: "sees a tie", 0.0: "finds the baseline better"}.get(result.score)
        if said is None:
            return no_verdict([Result(broken=f"it made no choice, but gave {result.score:g}")])
        return Verdict(result.score >= self.threshold, result.score, f"the service {said}: {result.explanation}")


@dataclass(frozen=True, slots=True)
class VersionedRubric(ServiceMetric):
    """The answer meets a rubric of Google's in a fixed version, `text_quality@v1`, with a score (0 to 1) of at least
    `threshold`."""

    name: str
    threshold: float | None = None

    NAME: ClassVar[str] = "rubric"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "name"
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        stem, at, version = self.name.partition("@")
        if stem not in RUBRICS:
            hint = did_you_mean(stem, RUBRICS) or f"known are {', '.join(RUBRICS)}"
            raise ParameterError(f'the evaluation service has no rubric "{stem}" for one text', hint, ("name",))
        versions = [f"{stem}@v{number}" for number in RUBRICS[stem]]
        if not at or not version.startswith("v") or not version[1:].isdecimal():
            reason = f'"{self.name}" names no version, and what an unversioned rubric asks changes with time'
            raise ParameterError(reason, f"write {' or '.join(versions)}", ("name",))
        if self.threshold is None:
            raise ParameterError("a rubric of the service needs `threshold`, from 0 to 1", "for example threshold: 0.8")
        check_threshold(self.threshold)

    @property
    def needs_reference(self) -> bool:
        return self.name.partition("@")[0] in _COMPARED_WITH_REFERENCE

    def asked(self, subject: Subject) -> tuple[Instance, ...] | Verdict:
        values = {RESPONSE: as_text(subject.value)}
        if self.needs_reference:
            if subject.expected is None:
                return Verdict(None, 0.0, f"the case has no expected, which {self.name} compares with")
            values[REFERENCE] = as_text(subject.expected.value)
        return (self.instance({"metric_spec_name": self.name.replace("@", "_")}, values, needs_prompt=True),)

    def verdict(self, subject: Subject, results: Sequence[Result]) -> Verdict:
        (result,) = results
        if result.broken:
            return no_verdict(results)
        if not 0 <= result.score <= 1:
            return no_verdict([Result(broken=f"its score is {result.score:g}, not from 0 to 1")])
        assert self.threshold is not None
        passed = result.score >= self.threshold
        reason = f"the service gives {result.score:g} ({'>=' if passed else '<'} {self.threshold:g})"
        return Verdict(passed, result.score, f"{reason}: {result.explanation}" if result.explanation else reason)
