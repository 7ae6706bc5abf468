"""What a summary is: frozen numbers, computed once, that gates read and reports write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from gemini_eval.summary.agreement import JurySummary, PeopleSummary
from gemini_eval.summary.calibration import ConfidenceSummary
from gemini_eval.summary.figures import figure_name
from gemini_eval.summary.pairs import PairSummary
from gemini_eval.types import Figure, Interval, Json


@dataclass(frozen=True, slots=True)
class AssertionSummary:
    """`cases` it judged; `could_not_judge` counts answers."""

    measured: bool
    cases: int
    could_not_judge: int
    pass_rate: Figure
    score: Figure

    def to_json(self) -> Json:
        return {
            "measured": self.measured,
            "cases": self.cases,
            "could_not_judge": self.could_not_judge,
            "pass_rate": figure_json(self.pass_rate),
            "score": figure_json(self.score),
        }

    @classmethod
    def from_json(cls, name: str, value: Json) -> AssertionSummary:
        pass_rate = read_figure(figure_name("pass_rate", name), value["pass_rate"])
        score = read_figure(figure_name("score", name), value["score"])
        return cls(value["measured"], value["cases"], value["could_not_judge"], pass_rate, score)


@dataclass(frozen=True, slots=True)
class LabelSummary:
    """`support` is the number of delivered cases that expect the label."""

    precision: Figure
    recall: Figure
    f1: Figure
    support: float

    def to_json(self) -> Json:
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {"support": self.support, **figures_json(figures)}

    @classmethod
    def from_json(cls, label: str, value: Json) -> LabelSummary:
        precision, recall, f1 = (read_figure(figure_name(name, label), value[name]) for name in ("precision", "recall", "f1"))
        return cls(precision, recall, f1, value["support"])


@dataclass(frozen=True, slots=True)
class FieldSummary:
    """One field; '' stands for those that are not declared. Counts are in cases, a list counting each of its items."""

    precision: Figure
    recall: Figure
    f1: Figure
    right: float
    wrong: float
    missing: float
    hallucinated: float

    _COUNTS: ClassVar = ("right", "wrong", "missing", "hallucinated")

    def to_json(self) -> Json:
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {**{name: getattr(self, name) for name in self._COUNTS}, **figures_json(figures)}

    @classmethod
    def from_json(cls, name: str, value: Json) -> FieldSummary:
        precision, recall, f1 = (
            read_figure(figure_name(f"field_{kind}", name), value[kind]) for kind in ("precision", "recall", "f1")
        )
        return cls(precision, recall, f1, **{count: value[count] for count in cls._COUNTS})


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """`rows[i][j]`: cases (a case's samples share its weight of 1) that expect `labels[i]` and got column j: each of `labels`,
    then answers that are no label, then no answer at all."""

    labels: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    EXTRA_COLUMNS: ClassVar = ("no label", "no answer")

    def to_json(self) -> Json:
        return {
            "labels": list(self.labels),
            "columns": [*self.labels, *self.EXTRA_COLUMNS],
            "rows": [list(row) for row in self.rows],
        }

    @classmethod
    def from_json(cls, value: Json) -> ConfusionMatrix:
        return cls(tuple(value["labels"]), tuple(tuple(row) for row in value["rows"]))


@dataclass(frozen=True, slots=True)
class TagSummary:
    """All figures where a gate asks about the tag, else cases, pass_rate and (with labels) accuracy."""

    cases: int
    figures: Mapping[str, Figure]

    def to_json(self) -> Json:
        return {"cases": self.cases, "figures": figures_json(self.figures)}

    @classmethod
    def from_json(cls, value: Json) -> TagSummary:
        return cls(value["cases"], read_figures(value["figures"]))


@dataclass(frozen=True, slots=True)
class CaseList:
    """How many, and (case id, reason) of the first hundred."""

    count: int = 0
    first: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> Json:
        return {"count": self.count, "first": [{"case": case_id, "reason": reason} for case_id, reason in self.first]}

    @classmethod
    def from_json(cls, value: Json) -> CaseList:
        return cls(value["count"], tuple((item["case"], item["reason"]) for item in value["first"]))


@dataclass(frozen=True, slots=True)
class JudgeSummary:
    """What judges replied about a variant's answers: how many replies, their cost in 1e-6 USD over those with a known price
    (`cost_unknown` counts the others), and their tokens by kind."""

    replies: int
    cost_micros: int
    cost_unknown: int
    tokens: Mapping[str, int]

    def to_json(self) -> Json:
        own = {"replies": self.replies, "cost_micros": self.cost_micros, "cost_unknown": self.cost_unknown}
        return {**own, "tokens": dict(self.tokens)}

    @classmethod
    def from_json(cls, value: Json) -> JudgeSummary:
        return cls(value["replies"], value["cost_micros"], value["cost_unknown"], dict(value["tokens"]))


@dataclass(frozen=True, slots=True)
class VariantSummary:
    """One variant of one suite.

    `cases` = passed + failed + unjudged + not_delivered; xfail cases and drafts stand apart. `outcomes` and `families` count
    cases. `cost_micros` is in 1e-6 USD over the answers with a known price; `cost_unknown` counts the others.
    `left_out` counts tags and assertions beyond the number that is counted by name; `confidence` is by source.
    `judges` is what judging cost, None where no judge replied; `pairs` are the comparisons in which its answers were held against
    another variant's, `juries` how far the judges of an assertion agree, `people` how a judge fares against people.
    """

    variant: str
    cases: int
    passed: int
    failed: int
    unjudged: int
    not_delivered: int
    outcomes: Mapping[str, int]
    families: Mapping[str, int]
    figures: Mapping[str, Figure]
    tags: Mapping[str, TagSummary]
    assertions: Mapping[str, AssertionSummary]
    labels: Mapping[str, LabelSummary]
    confusion: ConfusionMatrix | None
    fields: Mapping[str, FieldSummary] = field(default_factory=dict)
    invalid: bool = False
    invalid_reason: str = ""
    xfails: int = 0
    unexpected_passes: CaseList = CaseList()
    drafts: int = 0
    must_pass: int = 0
    must_pass_failed: CaseList = CaseList()
    must_pass_not_recorded: CaseList = CaseList()
    answers: int = 0
    cost_micros: int = 0
    cost_unknown: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    confidence: Mapping[str, ConfidenceSummary] = field(default_factory=dict)
    judges: JudgeSummary | None = None
    pairs: Mapping[str, PairSummary] = field(default_factory=dict)
    juries: Mapping[str, JurySummary] = field(default_factory=dict)
    people: Mapping[str, PeopleSummary] = field(default_factory=dict)

    _PLAIN: ClassVar = (
        *("variant", "cases", "passed", "failed", "unjudged", "not_delivered", "invalid", "invalid_reason"),
        *("xfails", "drafts", "must_pass", "answers", "cost_micros", "cost_unknown"),
    )

    def to_json(self) -> Json:
        return {
            **{name: getattr(self, name) for name in self._PLAIN},
            "outcomes": dict(self.outcomes),
            "families": dict(self.families),
            "unexpected_passes": self.unexpected_passes.to_json(),
            "must_pass_failed": self.must_pass_failed.to_json(),
            "must_pass_not_recorded": self.must_pass_not_recorded.to_json(),
            "figures": figures_json(self.figures),
            "tags": {name: tag.to_json() for name, tag in self.tags.items()},
            "assertions": {name: assertion.to_json() for name, assertion in self.assertions.items()},
            "labels": {name: label.to_json() for name, label in self.labels.items()},
            "confusion": self.confusion.to_json() if self.confusion else None,
            **({"fields": {name: found.to_json() for name, found in self.fields.items()}} if self.fields else {}),
            "left_out": dict(self.left_out),
            **({"confidence": {name: one.to_json() for name, one in self.confidence.items()}} if self.confidence else {}),
            **({"judges": self.judges.to_json()} if self.judges else {}),
            **({"pairs": {name: one.to_json() for name, one in self.pairs.items()}} if self.pairs else {}),
            **({"juries": {name: one.to_json() for name, one in self.juries.items()}} if self.juries else {}),
            **({"people": {name: one.to_json() for name, one in self.people.items()}} if self.people else {}),
        }

    @classmethod
    def from_json(cls, value: Json) -> VariantSummary:
        return cls(
            **{name: value[name] for name in cls._PLAIN},
            unexpected_passes=CaseList.from_json(value["unexpected_passes"]),
            must_pass_failed=CaseList.from_json(value["must_pass_failed"]),
            must_pass_not_recorded=CaseList.from_json(value["must_pass_not_recorded"]),
            outcomes=dict(value["outcomes"]),
            families=dict(value["families"]),
            figures=read_figures(value["figures"]),
            tags={name: TagSummary.from_json(item) for name, item in value["tags"].items()},
            assertions={name: AssertionSummary.from_json(name, item) for name, item in value["assertions"].items()},
            labels={name: LabelSummary.from_json(name, item) for name, item in value["labels"].items()},
            confusion=ConfusionMatrix.from_json(value["confusion"]) if value["confusion"] else None,
            fields={name: FieldSummary.from_json(name, item) for name, item in value.get("fields", {}).items()},
            left_out=dict(value["left_out"]),
            confidence={name: ConfidenceSummary.from_json(item) for name, item in value.get("confidence", {}).items()},
            judges=JudgeSummary.from_json(value["judges"]) if value.get("judges") else None,
            pairs={name: PairSummary.from_json(item) for name, item in value.get("pairs", {}).items()},
            juries={name: JurySummary.from_json(item) for name, item in value.get("juries", {}).items()},
            people={name: PeopleSummary.from_json(item) for name, item in value.get("people", {}).items()},
        )


@dataclass(frozen=True, slots=True)
class SuiteSummary:
    suite: str
    variants: Mapping[str, VariantSummary]

    @property
    def invalid(self) -> bool:
        return any(variant.invalid for variant in self.variants.values())

    def to_json(self) -> Json:
        return {"suite": self.suite, "invalid": self.invalid, "variants": {n: v.to_json() for n, v in self.variants.items()}}

    @classmethod
    def from_json(cls, value: Json) -> SuiteSummary:
        return cls(value["suite"], {name: VariantSummary.from_json(item) for name, item in value["variants"].items()})


@dataclass(frozen=True, slots=True)
class Summary:
    """One run: its suites by name."""

    suites: Mapping[str, SuiteSummary]

    @property
    def invalid(self) -> bool:
        return any(suite.invalid for suite in self.suites.values())

    def to_json(self) -> Json:
        return {"invalid": self.invalid, "suites": {name: suite.to_json() for name, suite in self.suites.items()}}

    @classmethod
    def from_json(cls, value: Json) -> Summary:
        """What `to_json` wrote. Raises `LookupError`, `TypeError` or `AttributeError` where it is something else."""
        return cls({name: SuiteSummary.from_json(item) for name, item in value["suites"].items()})


def figure_json(figure: Figure) -> Json:
    interval = [figure.interval.low, figure.interval.high] if figure.interval else None
    found = {"value": figure.value, "interval": interval, "n": figure.n, "reason": figure.reason}
    return {**found, "undecided": True} if figure.undecided else found


def figures_json(figures: Mapping[str, Figure]) -> Json:
    return {name: figure_json(figure) for name, figure in figures.items()}


def read_figure(name: str, value: Json) -> Figure:
    interval = Interval(*value["interval"]) if value["interval"] else None
    return Figure(name, value["value"], interval, value["n"], value["reason"], value.get("undecided", False))


def read_figures(value: Json) -> dict[str, Figure]:
    return {name: read_figure(name, figure) for name, figure in value.items()}
