"""Failing cases in groups: labels confused, fields, other assertions, tags, and words that they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import exp, lgamma
from typing import Literal, TypeAlias

from gemini_eval.reports.diff import as_text, structured
from gemini_eval.reports.words import words_of
from gemini_eval.summary.confusion import Miss
from gemini_eval.summary.field_counts import report_of
from gemini_eval.summary.samples import predictions, set_predictions
from gemini_eval.types import AssertionResult, CaseResult, Family, FieldProblem, FieldReport, Json, Outcome

Kind: TypeAlias = Literal["labels", "field", "assertion", "tag", "word"]

MOST_EXAMPLES = 3
MOST_GROUPS = 10
MOST_NAMES = 100_000
"""Distinct names that are counted of a kind; later ones are not."""
MOST_TOGETHER = 5
"""Words of one group that are named."""
FEWEST_WITH_WORD = 2
NOTHING = ["∅"]
"""What stands where nothing was expected, or nothing answered."""
OTHERWISE_GROUPED = frozenset({"label", "json_match"})
MOST_OF_ANSWER = 40
UNLIKELY = 0.05
"""A word is listed where so many failing cases among those with it are less likely than this by chance."""


@dataclass(frozen=True, slots=True)
class Example:
    case_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """`failed` of the `of` cases that have this in common; the first of those that failed as examples, with what was asked, or of
    a field or an assertion with what is wrong."""

    kind: Kind
    name: str
    failed: int
    of: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Of one variant, `failed` of `cases` that were delivered. `groups` by kind, the largest first; words by how unlikely
    chance is to bring them."""

    suite: str
    variant: str
    cases: int
    failed: int
    groups: Mapping[Kind, tuple[Group, ...]]


def mistakes(cases: Iterable[CaseResult]) -> list[Mistakes]:
    """One for each variant with a failure, in the order of the cases. Drafts, xfail cases and lost ones stand aside."""
    tallies: dict[tuple[str, str], _Tally] = {}
    for case in cases:
        if not (case.draft or case.xfail or case.outcome.family is Family.NOT_DELIVERED):
            tallies.setdefault((case.suite, case.variant), _Tally()).add(case)
    return [tally.closed(*names) for names, tally in tallies.items() if tally.failed]


def has_failed(case: CaseResult) -> bool:
    return case.passed is False or (case.outcome.family is Family.NO_ANSWER and case.passed is not True)


@dataclass(slots=True)
class _Names:
    """Of one kind: cases by name, failing ones apart with their first examples."""

    every: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)
    where: dict[str, int] = field(default_factory=dict)
    """Which cases have a name, as a hash: names with equal ones stand in the same cases."""
    cases: int = 0

    def add(
        self, names: Iterable[str], example: Example | None, *, failing: Mapping[str, str] | Iterable[str] | None = None
    ) -> None:
        """One case that has `names`; `example` where it failed, and `failing` then names what it failed by, if not all, perhaps
        each with a text of its own."""
        own = set(names)
        self.cases += 1
        for name in own:
            if name in self.every or len(self.every) < MOST_NAMES:
                self.every[name] += 1
                self.where[name] = hash((self.where.get(name, 0), self.cases))
        if example is None:
            return
        texts = failing if isinstance(failing, Mapping) else {}
        for name in sorted(own if failing is None else set(failing)):
            if name not in self.failed and len(self.failed) >= MOST_NAMES:
                continue
            self.failed[name] += 1
            kept = self.examples.setdefault(name, [])
            if len(kept) < MOST_EXAMPLES:
                kept.append(replace(example, text=texts[name]) if name in texts else example)


class _Tally:
    def __init__(self) -> None:
        self.cases = self.failed = 0
        self._labels, self._fields, self._assertions, self._tags, self._words = (_Names() for _ in range(5))
        self._expected: Counter[str] = Counter()
        self._of: dict[str, str] = {}

    def add(self, case: CaseResult) -> None:
        self.cases += 1
        example = Example(case.case_id, _text(case)) if has_failed(case) else None
        self.failed += example is not None
        confused = _confused(case)
        self._of.update(confused)
        self._labels.add((), example, failing=_with_answers(case, confused, example) if example else {})
        self._expected.update(_expected(case))
        self._fields.add(_fields(case), example, failing=_wrong_fields(case) if example else {})
        self._assertions.add(_asserted(case), example, failing=_failed(case) if example else {})
        self._tags.add(case.tags, example)
        self._words.add((word for text in _texts(case) for word in words_of(text)), example)

    def closed(self, suite: str, variant: str) -> Mistakes:
        labels = [
            Group("labels", name, failed, max(failed, self._expected[self._of[name]]), tuple(self._labels.examples[name]))
            for name, failed in self._labels.failed.items()
        ]
        found: dict[Kind, tuple[Group, ...]] = {
            "labels": _largest(labels),
            "field": _largest(_groups("field", self._fields)),
            "assertion": _largest(_groups("assertion", self._assertions)),
            "tag": _largest([group for group in _groups("tag", self._tags) if group.of < self.cases]),
            "word": self._over_represented(),
        }
        return Mistakes(suite, variant, self.cases, self.failed, found)

    def _over_represented(self) -> tuple[Group, ...]:
        """Words that failing cases have more often than chance would bring (Fisher's exact test, one-sided); those that stand in
        the same cases, as the parts of one Korean word do, are one group."""
        groups = [group for group in _groups("word", self._words) if group.failed >= FEWEST_WITH_WORD]
        rated = [(tail(group.failed, group.of, self.failed, self.cases), group) for group in groups]
        rated = [(p, group) for p, group in rated if p <= UNLIKELY]
        rated.sort(key=lambda item: (item[0], -item[1].failed, item[1].name))
        together: dict[int, list[Group]] = {}
        for _, group in rated:
            together.setdefault(self._words.where[group.name], []).append(group)
        return tuple(
            replace(same[0], name=_listed([group.name for group in same])) for same in [*together.values()][:MOST_GROUPS]
        )


def tail(failed_with: int, having: int, failed: int, cases: int) -> float:
    """The chance that of `having` cases drawn from `cases`, of which `failed` failed, at least `failed_with` did."""
    most = min(having, failed)
    return min(1.0, sum(_hypergeometric(k, having, failed, cases) for k in range(failed_with, most + 1)))


def _hypergeometric(k: int, having: int, failed: int, cases: int) -> float:
    if having - k > cases - failed:
        return 0.0
    return exp(_choices(failed, k) + _choices(cases - failed, having - k) - _choices(cases, having))


def _choices(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_TOGETHER
    return ", ".join(names[:MOST_TOGETHER]) + (f" +{more}" if more > 0 else "")


def _groups(kind: Kind, names: _Names) -> list[Group]:
    return [Group(kind, name, n, max(n, names.every[name]), tuple(names.examples[name])) for name, n in names.failed.items()]


def _largest(groups: list[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: (-group.failed, -group.failed / max(1, group.of), group.name))[:MOST_GROUPS])


def _confused(case: CaseResult) -> dict[str, str]:
    """`refund → billing` for each wrong answer among the samples, with the label that was expected; where a case has several
    labels, `refund → ∅` for one that is missing and `∅ → refund` for one too many."""
    found = {
        f"{expected} → {column.value if isinstance(column, Miss) else column}": expected
        for expected, column in predictions(case)
        if expected != column
    }
    for labels, answered in set_predictions(case):
        said = frozenset[str]() if isinstance(answered, Miss) else answered
        found.update({f"{label} → ∅": label for label in labels - said} | {f"∅ → {label}": "" for label in said - labels})
    return found


def _with_answers(case: CaseResult, confused: Iterable[str], example: Example) -> dict[str, str]:
    """Each confusion with what was asked; where the answer is no label with the answer before it."""
    answers = (sample.answer for sample in case.samples if sample.label is None and sample.answer is not None)
    answer = f'"{as_text(next(answers, ""))[:MOST_OF_ANSWER]}"'
    text = example.text
    return {name: f"{answer}  {text}" if name.endswith(f" → {Miss.NO_LABEL.value}") else text for name in confused}


def _expected(case: CaseResult) -> tuple[str, ...]:
    return (case.expected_label,) if case.expected_label else case.expected_labels or ()


# ---- fields ----------------------------------------------------------------------------------------------


def _fields(case: CaseResult) -> list[str]:
    """The names of the fields that are expected: as the suite declares them, else the dotted paths of an expected object, the
    items of a list as one path."""
    reports = _reports(case)
    if reports:
        return [
            name for report in reports for name, (right, wrong, missing, _) in report.counts.items() if right + wrong + missing
        ]
    return list(_leaves(case.expected.value)) if case.expected and isinstance(case.expected.value, dict) else []


def _wrong_fields(case: CaseResult) -> dict[str, str]:
    """Fields that are not right, with what was expected and answered: `1200 → 120`, `red → ∅`, `∅ → blue`; none where there is no
    answer, which is another mistake."""
    if case.outcome is not Outcome.JUDGED:
        return {}
    reports = _reports(case)
    if reports:
        problems = [problem for report in reports for problem in report.problems]
        return {problem.name or problem.where: _told(problem) for problem in reversed(problems)}
    if case.expected is None or not isinstance(case.expected.value, dict):
        return {}
    wanted, found = _leaves(case.expected.value), _leaves(structured(case.answer))
    differing = (path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path))
    return {path: f"{', '.join(wanted.get(path, NOTHING))} → {', '.join(found.get(path, NOTHING))}" for path in differing}


def _reports(case: CaseResult) -> list[FieldReport]:
    """What the suite's comparators made of each sample."""
    return [report for sample in case.samples if (report := report_of(sample)) is not None]


def _told(problem: FieldProblem) -> str:
    expected = NOTHING[0] if problem.kind == "hallucinated" else as_text(problem.expected)
    found = NOTHING[0] if problem.kind == "missing" else as_text(problem.found)
    return f"{expected} → {found}"


def _leaves(value: Json, path: str = "", depth: int = 0) -> dict[str, list[str]]:
    """Path -> its values as texts."""
    if isinstance(value, dict) and depth < 20:
        return _joined((f"{path}.{name}" if path else str(name), item) for name, item in value.items())
    if isinstance(value, list) and depth < 20:
        return _joined((path, item) for item in value)
    return {path: [as_text(value)]} if path else {}


def _joined(items: Iterable[tuple[str, Json]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, item in items:
        for inner, values in _leaves(item, path).items():
            found.setdefault(inner, []).extend(values)
    return found


# ---- assertions ------------------------------------------------------------------------------------------


def _asserted(case: CaseResult) -> list[str]:
    return [result.name for result in _judged(case)]


def _failed(case: CaseResult) -> dict[str, str]:
    """Assertions that do not hold, with the reason; of a case without labels also what became of its answer."""
    found = {result.name: result.verdict.reason for result in reversed(_judged(case)) if result.verdict.passed is False}
    if case.outcome is not Outcome.JUDGED and not _expected(case):
        found[case.outcome.value.replace("_", " ")] = case.reason
    return found


def _judged(case: CaseResult) -> list[AssertionResult]:
    """Those that decide; labels and fields have groups of their own."""
    every = [result for sample in case.samples for result in sample.assertions if not result.measured]
    return [result for result in every if result.name not in OTHERWISE_GROUPED and result.verdict.fields is None]


# ---- texts -----------------------------------------------------------------------------------------------


def _texts(case: CaseResult) -> list[str]:
    """The variables' texts, but for a column that holds the answer itself."""
    outputs = {sample.output for sample in case.samples}
    return [value for value in case.vars.values() if isinstance(value, str) and value not in outputs]


def _text(case: CaseResult) -> str:
    """What was asked: the longest text among the variables."""
    return max(_texts(case), key=len, default="")
