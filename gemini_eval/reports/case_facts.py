"""What a report shows of one failing case: input, expected, answer, how they differ, and every reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gemini_eval.reports.diff import Part, as_text, is_readable, is_short, line_diff, structured, word_diff
from gemini_eval.reports.field_changes import FieldChange, changed_lines, field_changes, leaf_changes
from gemini_eval.summary.field_counts import report_of
from gemini_eval.types import AssertionResult, CaseResult, Expected, Family, FieldReport, Json, Outcome, SampleResult

MOST_COMMON = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One assertion's, or a comparison's; `depth` is its place in a group, `passed` None where it could not judge."""

    name: str
    text: str
    passed: bool | None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """`output` is empty where the answer is all of it; `problem` says why there is no answer; `words` or `lines` is the
    difference, empty where none would be readable. `fields` is the same by field, where the answer has some."""

    inputs: tuple[tuple[str, str], ...]
    expected: str | None
    answer: str | None
    output: str
    samples: str
    confidence: str
    problem: str
    words: tuple[Part, ...]
    lines: tuple[Part, ...]
    fields: tuple[FieldChange, ...]
    reasons: tuple[Reason, ...]


def facts_of(case: CaseResult) -> CaseFacts:
    """The facts of a case; of several samples the answer judged wrong that came first."""
    sample = _telling_sample(case)
    answered = sample is not None and sample.outcome.family is not Family.NOT_DELIVERED
    answer = sample.answer if sample and answered else None
    report = report_of(sample) if sample and answered else None
    fields = _fields(case, answer, report)
    words, lines = _difference(case, answer) if fields is None else ((), tuple(changed_lines(fields)))
    return CaseFacts(
        inputs=tuple((name, as_text(value)) for name, value in case.vars.items()),
        expected=_expected(case.expected) if case.expected else None,
        answer=_answer(case, sample) if sample and answered else None,
        output=_output(sample) if sample and answered else "",
        samples=_samples(case),
        confidence=_confidence(case),
        problem=_problem(case, sample),
        words=words,
        lines=lines,
        fields=fields or (),
        reasons=(*(_reasons(sample.assertions) if sample else ()), *_pairs(case)),
    )


def _telling_sample(case: CaseResult) -> SampleResult | None:
    ranked = sorted(case.samples, key=lambda sample: (sample.passed is not False, sample.outcome.family is Family.NOT_DELIVERED))
    return ranked[0] if ranked else None


def _expected(expected: Expected) -> str:
    return " | ".join(as_text(value) for value in expected.alternatives)


def _answer(case: CaseResult, sample: SampleResult) -> str | None:
    """The answer, and its label where that is another text."""
    if sample.answer is None:
        return None
    text = as_text(sample.answer)
    if case.expected_label is None or sample.outcome is Outcome.ABSTAINED:
        return text
    if sample.label is None:
        return f"{text} (no label)"
    return text if sample.label == text else f"{text} ({sample.label})"


def _output(sample: SampleResult) -> str:
    """The output, where the answer is only a part of it."""
    same = isinstance(sample.answer, str) and sample.answer.strip() == sample.output.strip()
    return "" if same else sample.output


def _samples(case: CaseResult) -> str:
    """`1 of 3 pass: 2 x Red wine, 1 x White wine`; empty for a single sample."""
    if len(case.samples) < 2:
        return ""
    said = Counter(_said(sample) for sample in case.samples)
    listed = ", ".join(f"{n} × {text}" for text, n in said.most_common(MOST_COMMON))
    more = f", {len(said) - MOST_COMMON} more" if len(said) > MOST_COMMON else ""
    if case.vote is not None:
        return f"vote of {len(case.samples)}: {listed}{more}"
    return f"{sum(sample.passed is True for sample in case.samples)} of {len(case.samples)} pass: {listed}{more}"


def _confidence(case: CaseResult) -> str:
    """`votes 0.60, said 0.95`; of a source whose judge's reply was broken, why it says nothing."""
    stated = [f"{name} {value:.2f}" for name, value in case.confidences.items()]
    return ", ".join([*stated, *(f"{name} none ({why})" for name, why in case.unstated.items())])


def _said(sample: SampleResult) -> str:
    if sample.outcome is not Outcome.JUDGED:
        return sample.outcome.value.replace("_", " ")
    if sample.answer is None:
        return "no answer found"
    return sample.label if sample.label is not None else as_text(sample.answer)[:60]


def _problem(case: CaseResult, sample: SampleResult | None) -> str:
    """`blocked: no answer: finish reason safety`; for a judged case without a failed assertion, its own reason."""
    if case.outcome is not Outcome.JUDGED:
        kind = case.outcome.value.replace("_", " ")
        reason = case.reason or (sample.reason if sample else "")
        return f"{kind}: {reason}" if reason else kind
    told = sample is not None and any(_reasons(sample.assertions))
    return "" if told else case.reason


def _reasons(results: Iterable[AssertionResult], depth: int = 0) -> Iterator[Reason]:
    """Every assertion that did not pass, with what in its group did not."""
    for result in results:
        if result.measured or result.verdict.passed is True:
            continue
        yield Reason(result.name, result.verdict.reason, result.verdict.passed, depth)
        yield from _reasons(result.children, depth + 1)


def _pairs(case: CaseResult) -> Iterator[Reason]:
    """How the answer fared against other variants'."""
    for name, pair in case.pairs.items():
        word = "not compared" if pair.share is None else {1.0: "better than", 0.5: "as good as", 0.0: "worse than"}[pair.share]
        yield Reason(name, f"{word} {pair.over}: {pair.reason}" if pair.share is not None else f"{word}: {pair.reason}", True)


def _difference(case: CaseResult, answer: Json) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Of texts by words, or by lines; nothing for labels, alternatives, and texts that have little in common."""
    if case.expected is None or not _is_compared(case, answer):
        return (), ()
    old, new = as_text(case.expected.value), as_text(answer)
    if old == new:
        return (), ()
    if not is_short(old, new):
        return (), tuple(line_diff(old, new))
    words = word_diff(old, new)
    return (tuple(words), ()) if is_readable(words, old, new) else ((), ())


def _fields(case: CaseResult, answer: Json, report: FieldReport | None) -> tuple[FieldChange, ...] | None:
    """Those that are not right; of an object or list without declared fields its leaves that differ. None of a text."""
    if report:
        return tuple(field_changes(report))
    if case.expected is None or not _is_compared(case, answer):
        return None
    expected, found = case.expected.value, structured(answer)
    return tuple(leaf_changes(expected, found)) if isinstance(expected, dict | list) and found is not None else None


def _is_compared(case: CaseResult, answer: Json) -> bool:
    """Whether the answer has one certain text or value to be."""
    return case.expected is not None and not case.expected.any_of and case.expected_label is None and answer is not None
