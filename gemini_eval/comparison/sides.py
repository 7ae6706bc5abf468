"""One side of one variant, reduced to what comparing needs: marks, label counts, and what each case is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gemini_eval.comparison.marks import NameCounts, answer_columns, field_counts, is_mean, label_counts, marks_of
from gemini_eval.comparison.model import Spent, VariantSide
from gemini_eval.gates.model import FigureRef
from gemini_eval.summary.figures import BY_NAME
from gemini_eval.types import CaseResult, Family, Response

PASS_RATE = FigureRef(BY_NAME["pass_rate", False])
"""Always marked: it decides which cases flip."""
ACCURACY = FigureRef(BY_NAME["accuracy", False])


@dataclass(slots=True)
class Counted:
    """Counts by name (label or field), summed over `results`."""

    parts: dict[str, list[float]] = field(default_factory=dict)
    results: int = 0

    def add(self, counts: NameCounts | None) -> None:
        """One more result's; nothing where it has none."""
        if counts is None:
            return
        self.results += 1
        for name, parts in counts.items():
            held = self.parts.setdefault(name, [0.0] * len(parts))
            for at, part in enumerate(parts):
                held[at] += part


@dataclass(slots=True)
class CaseMarks:
    """One case of one side. `marks` holds, by figure, one number a sample (or a vote), NaN where it was not delivered; `labels`
    and `fields` are its counts, `columns` what it was answered as, summed over the same results as `labels`."""

    marks: dict[str, list[float]] = field(default_factory=dict)
    labels: Counted = field(default_factory=Counted)
    fields: Counted = field(default_factory=Counted)
    columns: dict[str, float] = field(default_factory=dict)
    family: Family = Family.NOT_DELIVERED
    expected_label: str = ""
    judged: str = ""
    cluster: str = ""
    tags: tuple[str, ...] = ()
    must_pass: bool = False
    ordinal: int = 0
    first: tuple[object, ...] = ()
    differs: bool = False

    def agrees(self) -> bool:
        """Whether all results so far came out like the first."""
        return not self.differs

    def keep_first(self) -> None:
        """The first mark alone, where all are alike."""
        self.marks = {name: marks[:1] for name, marks in self.marks.items()}


class SideMarks:
    """Results of one side of one variant as they come in, each case once or once a round; drafts and xfail cases leave no trace.

    `figures` are marked beside the pass rate. Memory: about a hundred bytes a case and figure; no text is kept.
    """

    def __init__(self, name: str, figures: Iterable[FigureRef] = (), model: str = "") -> None:
        self.name, self.model = name, model
        self._asked_for = tuple(figures)
        wanted = {figure.name: figure for figure in (PASS_RATE, ACCURACY, *self._asked_for) if is_mean(figure)}
        self._figures: Sequence[FigureRef] = tuple(wanted.values())
        self.cases: dict[str, CaseMarks] = {}
        self._seen = _Answered()

    def add(self, result: CaseResult) -> None:
        """One result: the whole case, or the next round of it."""
        self._seen.add(result)
        if result.draft or result.xfail:
            return
        case = self.cases.setdefault(result.case_id, CaseMarks())
        case.expected_label, case.judged = result.expected_label or "", result.judged
        case.cluster, case.tags, case.must_pass = result.cluster, result.tags, result.must_pass
        case.ordinal = result.ordinal
        if result.outcome.family is not Family.NOT_DELIVERED:
            case.family = result.outcome.family
        for sample in result.samples:
            told = sample.outcome, sample.passed, sample.score, sample.label, str(sample.answer) if sample.label is None else ""
            case.differs = case.differs or (case.first not in ((), told))
            case.first = case.first or told
        for figure in self._figures:
            case.marks.setdefault(figure.name, []).extend(marks_of(result, figure))
        counts = label_counts(result)
        case.labels.add(counts)
        case.fields.add(field_counts(result))
        if counts is not None:
            for column, share in answer_columns(result).items():
                case.columns[column] = case.columns.get(column, 0.0) + share

    def answered_at(self, stamps: Iterable[str], *, cached: int = 0) -> None:
        """When answers were given, as UTC stamps; '' is just now. `cached` of them were not asked for on this occasion."""
        self._seen.at(stamps)
        self._seen.answers.cached += cached

    def heard(self, replies: Iterable[Response]) -> None:
        """What judges said of the answers."""
        for reply in replies:
            self._seen.replies.add(reply)

    def described(self) -> VariantSide:
        """The side as reports tell of it."""
        families = [case.family for case in self.cases.values()]
        samples = (len(marks) for case in self.cases.values() for marks in case.marks.values())
        return VariantSide(
            self.name,
            self.model,
            samples=max(samples, default=0),
            delivered=sum(family is not Family.NOT_DELIVERED for family in families),
            no_answer=families.count(Family.NO_ANSWER),
            not_delivered=families.count(Family.NOT_DELIVERED),
            versions=tuple(sorted(self._seen.versions)),
            oldest=self._seen.oldest,
            newest=self._seen.newest,
            asked_now=self._seen.now,
            spent=self._seen.answers.spent(),
            judges=self._seen.replies.spent(),
        )

    def empty(self) -> SideMarks:
        """The same side before anything came in."""
        return SideMarks(self.name, self._asked_for, self.model)

    def keep_first(self) -> None:
        """One mark of each case, where all of a case's are alike."""
        for case in self.cases.values():
            case.keep_first()

    @property
    def is_answered(self) -> bool:
        """Whether any answer came at all."""
        return self._seen.answers.count > 0

    @property
    def versions(self) -> frozenset[str]:
        """The resolved versions that answered."""
        return frozenset(self._seen.versions)


@dataclass(slots=True)
class _Spending:
    """Responses, counted."""

    count: int = 0
    cached: int = 0
    cost: int = 0
    unknown: int = 0
    prompt: int = 0
    output: int = 0

    def add(self, response: Response) -> None:
        self.count += 1
        self.cost += response.cost_micros or 0
        self.unknown += response.cost_micros is None
        self.prompt += response.usage.prompt or 0
        self.output += (response.usage.output or 0) + (response.usage.thoughts or 0)

    def spent(self) -> Spent:
        return Spent(self.count, self.cached, self.cost, self.unknown, self.prompt, self.output)


class _Answered:
    """What the side's answers were, and what judges said of them: versions, tokens, money."""

    def __init__(self) -> None:
        self.versions: set[str] = set()
        self.oldest = self.newest = ""
        self.now = 0
        self.answers, self.replies = _Spending(), _Spending()

    def add(self, result: CaseResult) -> None:
        for response in (sample.response for sample in result.samples):
            if response is None:
                continue
            self.answers.add(response)
            if response.model_version:
                self.versions.add(response.model_version)

    def at(self, stamps: Iterable[str]) -> None:
        for stamp in stamps:
            if not stamp:
                self.now += 1
                continue
            self.oldest = min(self.oldest or stamp, stamp)
            self.newest = max(self.newest, stamp)
