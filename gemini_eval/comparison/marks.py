"""A judged case -> its marks: for each figure one number a sample, oriented so that more is better; NaN for not delivered.

Figures that are no mean over cases (F1 and its kin) are computed from counts per name instead: of labels, or of fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import isfinite, nan
from typing import TypeAlias

from gemini_eval.gates.model import FigureRef
from gemini_eval.stats.counts import CountFigure
from gemini_eval.summary.confusion import Miss
from gemini_eval.summary.field_counts import field_samples
from gemini_eval.summary.samples import predictions, set_predictions
from gemini_eval.types import AssertionResult, CaseResult, Family, Outcome, SampleResult

Marks: TypeAlias = list[float]
Parts: TypeAlias = tuple[float, ...]
NameCounts: TypeAlias = dict[str, Parts]
"""Label -> true positives, false positives, false negatives; or field -> right, wrong, missing, hallucinated."""
Positives: TypeAlias = tuple[float, float, float]
"""True positives, false positives, false negatives."""

LOWER_IS_BETTER = frozenset(
    {"no_label_rate", "no_answer_rate", "blocked_rate", "cut_off_rate", "hallucinated_rate", "missing_rate", "wrong_rate"}
)


def marks_of(result: CaseResult, figure: FigureRef) -> Marks:
    """A mark for each sample, in order; of a voted case one, the vote's. Empty where the figure does not count the case."""
    if result.draft or result.xfail:
        return []
    return _MARKS[figure.kind.name](result, figure.argument)


def is_mean(figure: FigureRef) -> bool:
    """Whether the figure is a mean over cases, which `marks_of` gives; else `count_figure` computes it."""
    return figure.kind.name in _MARKS


def is_of_fields(figure: FigureRef) -> bool:
    """Whether it is computed from counts of fields, not of labels."""
    return figure.kind.name in _FIELD_FIGURES


def count_figure(figure: FigureRef, names: tuple[str, ...]) -> CountFigure:
    """The figure over counts (…, names, 3), as `positives` gives them, in the order of `names`; more is better."""
    from gemini_eval.stats import label_figures

    name = _FIELD_FIGURES[figure.kind.name][0] if is_of_fields(figure) else figure.kind.name
    made = getattr(label_figures, name)
    found: CountFigure = partial(made, label=names.index(figure.argument)) if figure.argument else made
    return found


def positives(figure: FigureRef, parts: Sequence[float]) -> Positives:
    """What of a name's counts the figure counts. A rate of faults is a precision or recall in which only they are errors."""
    if is_of_fields(figure):
        right, wrong, missing, hallucinated = parts
        return _FIELD_FIGURES[figure.kind.name][1](right, wrong, missing, hallucinated)
    true, false, missed = parts
    return true, false, missed


def field_counts(result: CaseResult) -> NameCounts | None:
    """The case's fields, its samples sharing a weight of 1; None where it was not judged by fields, nor delivered."""
    if result.draft or result.xfail:
        return None
    samples = field_samples(result)
    counts: dict[str, list[float]] = {}
    for sample in samples:
        for name, parts in sample.items():
            held = counts.setdefault(name, [0.0] * len(parts))
            for at, part in enumerate(parts):
                held[at] += part / len(samples)
    return {name: tuple(parts) for name, parts in counts.items()} if samples else None


def label_counts(result: CaseResult) -> NameCounts | None:
    """The case's counts, its samples sharing a weight of 1; None where it has no expected label, nor was delivered."""
    if result.draft or result.xfail:
        return None
    if result.expected_labels is not None:
        return _set_counts(result)
    found = predictions(result)
    if not found:
        return None
    weight = 1 / len(found)
    counts: dict[str, list[float]] = {}
    for expected, column in found:
        if column == expected:
            counts.setdefault(expected, [0.0, 0.0, 0.0])[0] += weight
            continue
        counts.setdefault(expected, [0.0, 0.0, 0.0])[2] += weight
        if isinstance(column, str):
            counts.setdefault(column, [0.0, 0.0, 0.0])[1] += weight
    return {label: tuple(parts) for label, parts in counts.items()}


def _set_counts(result: CaseResult) -> NameCounts | None:
    """Of a case with several labels: each label expected or answered."""
    found = set_predictions(result)
    counts: dict[str, list[float]] = {}
    for expected, answered in found:
        said = frozenset[str]() if isinstance(answered, Miss) else answered
        for label in expected | said:
            at = 0 if label in expected and label in said else 2 if label in expected else 1
            counts.setdefault(label, [0.0, 0.0, 0.0])[at] += 1 / len(found)
    return {label: tuple(parts) for label, parts in sorted(counts.items())} if found else None


def answer_columns(result: CaseResult) -> dict[str, float]:
    """What was answered, as columns of the confusion matrix, with the share of samples that answered it."""
    found = predictions(result)
    shares: dict[str, float] = {}
    for _, column in found:
        name = column.value if isinstance(column, Miss) else column
        shares[name] = shares.get(name, 0.0) + 1 / len(found)
    return shares


# ---- one figure each -------------------------------------------------------------------------------------


def _by_sample(result: CaseResult, judged: Callable[[SampleResult], float | None]) -> Marks:
    """`judged` of each delivered sample; None of one leaves the whole case out."""
    marks: Marks = []
    for sample in result.samples:
        mark = nan if sample.outcome.family is Family.NOT_DELIVERED else judged(sample)
        if mark is None:
            return []
        marks.append(mark)
    return marks


def _is_whole(result: CaseResult) -> bool:
    """Whether the case has one mark, whatever its samples: a vote, and what was not delivered at all."""
    return result.vote is not None or result.outcome.family is Family.NOT_DELIVERED


def _pass_rate(result: CaseResult, _: str) -> Marks:
    if result.outcome.family is Family.NOT_DELIVERED:
        return [nan]
    if result.vote is not None:
        return [float(result.passed is True)]
    return _by_sample(result, lambda sample: None if sample.passed is None else float(sample.passed))


def _accuracy(result: CaseResult, _: str) -> Marks:
    if result.expected_label is None and result.expected_labels is None:
        return []
    right = [float(expected == answer) for expected, answer in (*predictions(result), *set_predictions(result))]
    if _is_whole(result):
        return right[:1] or [nan]
    hits = iter(right)
    return _by_sample(result, lambda _sample: next(hits, None))


def _recall(result: CaseResult, label: str) -> Marks:
    if result.expected_labels is not None:
        return _set_recall(result, label)
    return _accuracy(result, "") if result.expected_label == label else []


def _set_recall(result: CaseResult, label: str) -> Marks:
    if label not in (result.expected_labels or ()):
        return []
    found = [float(not isinstance(answer, Miss) and label in answer) for _, answer in set_predictions(result)]
    if _is_whole(result):
        return found[:1] or [nan]
    hits = iter(found)
    return _by_sample(result, lambda _sample: next(hits, None))


def _no_label(result: CaseResult, _: str) -> Marks:
    if result.expected_label is None:
        return []
    if _is_whole(result):
        found = predictions(result)
        return [float(found[0][1] is not Miss.NO_LABEL)] if found else [nan]
    columns = iter([float(column is not Miss.NO_LABEL) for _, column in predictions(result)])
    return _by_sample(result, lambda _sample: next(columns, None))


def _outcome(result: CaseResult, _: str, *, bad: Callable[[Outcome], bool]) -> Marks:
    if _is_whole(result):
        return [nan if result.outcome.family is Family.NOT_DELIVERED else float(not bad(result.outcome))]
    return _by_sample(result, lambda sample: float(not bad(sample.outcome)))


def _assertion(result: CaseResult, name: str, *, value: Callable[[AssertionResult], float]) -> Marks:
    """Of one assertion; a sample without an answer counts 0 where the case has it or every case has."""
    if result.outcome.family is Family.NOT_DELIVERED:
        return [nan]
    if result.vote is not None:
        found = next((found for sample in result.samples if (found := _named(sample, name)) is not None), None)
        return [value(found) if found is not None else 0.0]

    def judged(sample: SampleResult) -> float | None:
        found = _named(sample, name)
        if found is None:
            return 0.0 if sample.outcome.family is Family.NO_ANSWER else None
        return value(found) if found.verdict.passed is not None else nan

    return _by_sample(result, judged)


def _named(sample: SampleResult, name: str) -> AssertionResult | None:
    return next((found for path, found in _walk(sample.assertions, "") if path == name), None)


def _walk(assertions: tuple[AssertionResult, ...], prefix: str) -> Iterator[tuple[str, AssertionResult]]:
    for assertion in assertions:
        yield prefix + assertion.name, assertion
        yield from _walk(assertion.children, f"{prefix}{assertion.name}/")


def _passed(found: AssertionResult) -> float:
    return float(found.verdict.passed is True)


def _score(found: AssertionResult) -> float:
    return found.verdict.score if isfinite(found.verdict.score) else nan


def _rate_or_assertion(result: CaseResult, name: str) -> Marks:
    return _assertion(result, name, value=_passed) if name else _pass_rate(result, "")


_MARKS: Mapping[str, Callable[[CaseResult, str], Marks]] = {
    "pass_rate": _rate_or_assertion,
    "score": partial(_assertion, value=_score),
    "accuracy": _accuracy,
    "recall": _recall,
    "no_label_rate": _no_label,
    "no_answer_rate": partial(_outcome, bad=lambda outcome: outcome.family is Family.NO_ANSWER),
    "blocked_rate": partial(_outcome, bad=lambda outcome: outcome is Outcome.BLOCKED),
    "cut_off_rate": partial(_outcome, bad=lambda outcome: outcome is Outcome.CUT_OFF),
}

_COUNTED = frozenset(
    (
        *("precision", "f1", "macro_f1", "micro_f1", "weighted_f1", "macro_precision", "macro_recall"),
        *("balanced_accuracy", "kappa", "mcc"),
    )
)
"""Figures of labels that `stats.label_figures` has, by these names."""


def _slots(right: float, wrong: float, missing: float, hallucinated: float) -> Positives:
    """A wrong value is a false positive and a false negative."""
    return right, wrong + hallucinated, wrong + missing


def _grounded(right: float, wrong: float, missing: float, hallucinated: float) -> Positives:
    return right + wrong, hallucinated, 0.0


def _present(right: float, wrong: float, missing: float, hallucinated: float) -> Positives:
    return right + wrong, 0.0, missing


def _not_wrong(right: float, wrong: float, missing: float, hallucinated: float) -> Positives:
    return right + missing, 0.0, wrong


_FIELD_FIGURES: Mapping[str, tuple[str, Callable[[float, float, float, float], Positives]]] = {
    **{f"field_{name}": (name, _slots) for name in ("precision", "recall", "f1")},
    **{f"field_{name}.micro": (f"micro_{name}", _slots) for name in ("precision", "recall", "f1")},
    **{f"field_{name}.macro": (f"present_{name}", _slots) for name in ("precision", "recall", "f1")},
    "hallucinated_rate": ("micro_precision", _grounded),
    "missing_rate": ("micro_recall", _present),
    "wrong_rate": ("micro_recall", _not_wrong),
}
"""Figures of fields: what `stats.label_figures` calls them, and of which counts."""

TESTABLE = frozenset((*_MARKS, *_COUNTED, *_FIELD_FIGURES))
"""Figures that two sides can be tested by: a test holds the table of figures against it."""
