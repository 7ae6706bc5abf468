"""Which samples of a judged case count, as what, and with what weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import NamedTuple, TypeAlias

from gemini_eval.judgements import Heard
from gemini_eval.summary.confusion import Column, Miss
from gemini_eval.types import AssertionResult, CaseResult, Family, Json, Outcome, SampleResult, Verdict


def delivered(result: CaseResult) -> list[SampleResult]:
    return [sample for sample in result.samples if sample.outcome.family is not Family.NOT_DELIVERED]


def outcomes(result: CaseResult) -> list[Outcome]:
    """Of each delivered sample; the case's own where its samples are not at hand."""
    return [sample.outcome for sample in delivered(result)] or [result.outcome]


Prediction: TypeAlias = tuple[str, Column]
"""The expected label, and the column of the confusion matrix."""


def predictions(result: CaseResult) -> list[Prediction]:
    """One for each sample that counts: a voted case has one answer, the winner's. None without an expected label or a delivery,
    nor where no answer is what was expected.

    With `expected: {any_of: …}` a right answer is a hit of the label that it is.
    """
    expected = result.expected_label
    family = result.outcome.family
    if expected is None or family is Family.NOT_DELIVERED or (family is Family.NO_ANSWER and result.passed is True):
        return []
    any_of = result.expected.any_of if result.expected else ()
    samples = delivered(result)
    if result.vote is not None or not samples:
        verdicts = tuple(found for sample in samples for found in sample.assertions if sample.label == result.label)
        return [_prediction(expected, any_of, result.label, result.outcome, verdicts)]
    return [_prediction(expected, any_of, sample.label, sample.outcome, sample.assertions) for sample in samples]


def _prediction(
    expected: str, any_of: tuple[Json, ...], label: str | None, outcome: Outcome, verdicts: tuple[AssertionResult, ...]
) -> Prediction:
    if outcome.family is Family.NO_ANSWER:
        return expected, Miss.NO_ANSWER
    if label is None:
        return expected, Miss.NO_LABEL
    if any_of and (label in any_of or any(item.name == "label" and item.verdict.passed for item in verdicts)):
        return label, label
    return expected, label


LabelSet: TypeAlias = frozenset[str]
SetPrediction: TypeAlias = tuple[LabelSet, LabelSet | Miss]
"""Of a case with several labels: those expected, and those answered."""


def set_predictions(result: CaseResult) -> list[SetPrediction]:
    """As `predictions`, for cases with several labels; [] for others."""
    family = result.outcome.family
    if result.expected_labels is None or family is Family.NOT_DELIVERED:
        return []
    if family is Family.NO_ANSWER and result.passed is True:
        return []
    expected = frozenset(result.expected_labels)
    samples = delivered(result)
    if result.vote is not None or not samples:
        return [(expected, _answered(result.labels, result.outcome))]
    return [(expected, _answered(sample.labels, sample.outcome)) for sample in samples]


def _answered(labels: tuple[str, ...] | None, outcome: Outcome) -> LabelSet | Miss:
    if outcome.family is Family.NO_ANSWER:
        return Miss.NO_ANSWER
    return Miss.NO_LABEL if labels is None else frozenset(labels)


class Labelled(NamedTuple):
    """What was answered where labels are expected, an item for each sample that counts: of a case with one, or with several."""

    one: list[Prediction]
    several: list[SetPrediction]

    @property
    def samples(self) -> int:
        return len(self.one) + len(self.several)

    @property
    def right(self) -> int:
        """How many of them are right."""
        return sum(expected == answered for expected, answered in (*self.one, *self.several))


def labelled(result: CaseResult) -> Labelled:
    if result.expected_label is None and result.expected_labels is None:
        return UNLABELLED
    return Labelled(predictions(result), set_predictions(result))


UNLABELLED = Labelled([], [])


def is_right(result: CaseResult) -> bool | None:
    """Whether the answer that stands for the case is right: the vote's, else the first delivered sample's. By its label where the
    case expects one, else by whether it passed; None where nothing tells."""
    if result.outcome.family is Family.NOT_DELIVERED:
        return None
    found = [expected == answered for expected, answered in (*predictions(result), *set_predictions(result))]
    if found:
        return found[0]
    samples = delivered(result)
    return result.passed if result.vote is not None or not samples else samples[0].passed


def abstentions(result: CaseResult, seen: Sequence[Outcome]) -> tuple[int, int]:
    """How many of how many answers of a case are abstentions: of a vote its one answer, which a tie is too. `seen` are its
    `outcomes`."""
    if result.vote is not None:
        tie = result.outcome is Outcome.JUDGED and result.answer is None
        return int(tie or result.outcome is Outcome.ABSTAINED), 1
    return seen.count(Outcome.ABSTAINED), len(seen)


@dataclass(slots=True)
class CaseVerdicts:
    """One assertion's verdicts on the samples of one case."""

    measured: bool = False
    passes: int = 0
    unknown: int = 0
    scores: list[float] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """A verdict that could not judge, or whose score is no finite number, has no value."""
        if verdict.passed is None or not isfinite(verdict.score):
            self.unknown += 1
        else:
            self.passes += verdict.passed
            self.scores.append(verdict.score)


def verdicts(result: CaseResult, common: tuple[str, ...]) -> dict[str, CaseVerdicts]:
    """Assertion name -> its verdicts on this case; a group's child is `group/child`.

    A delivered sample without an answer, and a vote that is a tie, count 0 for the assertions that the case's other samples have,
    else for `common`, those of every case.
    """
    found: dict[str, CaseVerdicts] = {}
    zeros = 0
    for sample in result.samples:
        if sample.outcome is Outcome.JUDGED or sample.outcome is Outcome.JUDGE_BROKEN:
            _collect(sample, found)
        elif sample.outcome.family is Family.NO_ANSWER and sample.passed is not True:
            zeros += 1
    if result.vote is not None:
        without = result.answer is None or result.outcome.family is Family.NO_ANSWER
        zeros = int(without and not found and result.passed is not True)
    for name in (tuple(found) or common) if zeros else ():
        into = found.setdefault(name, CaseVerdicts())
        into.scores.extend([0.0] * zeros)
    return found


def heard(result: CaseResult) -> Iterator[tuple[str, SampleResult, Heard]]:
    """(assertion, sample, what each judge said) of every rubric on every answer."""
    for sample in result.samples:
        for name, assertion in _walk(sample.assertions):
            if assertion.verdict.heard is not None:
                yield name, sample, assertion.verdict.heard


def _collect(sample: SampleResult, found: dict[str, CaseVerdicts]) -> None:
    """A sample whose judge broke is not delivered: it shows only which assertion could not judge."""
    judged = sample.outcome is Outcome.JUDGED
    for name, assertion in _walk(sample.assertions):
        if judged or assertion.verdict.passed is None:
            verdicts_of = found.get(name)
            if verdicts_of is None:
                verdicts_of = found[name] = CaseVerdicts(assertion.measured)
            verdicts_of.add(assertion.verdict)


def _walk(assertions: tuple[AssertionResult, ...], prefix: str = "") -> Iterator[tuple[str, AssertionResult]]:
    """Each with its name, a group's child as `group/child`."""
    for assertion in assertions:
        name = prefix + assertion.name if prefix else assertion.name
        yield name, assertion
        if assertion.children:
            yield from _walk(assertion.children, name + "/")
