"""What reports show of a confidence source: the bins of its reliability diagram, and risk against coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gemini_eval.assertions.confidence import CALIBRATED
from gemini_eval.summary.confidence import Confidences, Pairs
from gemini_eval.summary.context import SourceContext
from gemini_eval.types import Interval, Json

MOST_POINTS = 10


@dataclass(frozen=True, slots=True)
class ConfidenceBin:
    """`n` cases whose confidences lie in low..high with this mean; `accuracy` with its 95 % interval (Wilson's)."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    interval: Interval

    def to_json(self) -> Json:
        plain = {name: getattr(self, name) for name in ("low", "high", "n", "confidence", "accuracy")}
        return {**plain, "interval": [self.interval.low, self.interval.high]}

    @classmethod
    def from_json(cls, value: Json) -> ConfidenceBin:
        return cls(**{**value, "interval": Interval(*value["interval"])})


@dataclass(frozen=True, slots=True)
class CoverageStep:
    """Of all cases the share `coverage`, which is `n` cases, is at least as sure as `threshold`, with this accuracy."""

    threshold: float
    coverage: float
    n: int
    accuracy: float

    def to_json(self) -> Json:
        return {name: getattr(self, name) for name in ("threshold", "coverage", "n", "accuracy")}

    @classmethod
    def from_json(cls, value: Json) -> CoverageStep:
        return cls(**value)


@dataclass(frozen=True, slots=True)
class ConfidenceSummary:
    """`cases` are those of which it is known whether they are right, `silent` the ones among them without a confidence; `bins` by
    rising, `steps` by falling confidence, at most ten of each. `said_by` is who says how sure the answers are; of the silent
    cases `broken` are those whose judge's reply was broken."""

    cases: int
    silent: int
    bins: tuple[ConfidenceBin, ...]
    steps: tuple[CoverageStep, ...]
    said_by: str = ""
    broken: int = 0

    def to_json(self) -> Json:
        tables = {"bins": [one.to_json() for one in self.bins], "coverage": [one.to_json() for one in self.steps]}
        broken = {"broken": self.broken} if self.broken else {}
        return {"said_by": self.said_by, "cases": self.cases, "silent": self.silent, **broken, **tables}

    @classmethod
    def from_json(cls, value: Json) -> ConfidenceSummary:
        bins = tuple(map(ConfidenceBin.from_json, value["bins"]))
        steps = tuple(map(CoverageStep.from_json, value["coverage"]))
        return cls(value["cases"], value["silent"], bins, steps, value.get("said_by", ""), value.get("broken", 0))


def confidence_summaries(confidences: Confidences, about: Mapping[str, SourceContext]) -> dict[str, ConfidenceSummary]:
    """By source, of those that gave a case a confidence or whose judge's replies were broken; a calibrated one stands after its
    raw one."""
    found = ((source, confidences.of(source)) for source in confidences.sources)
    who = {source: about.get(source.removesuffix(CALIBRATED), SourceContext()).said_by for source in confidences.sources}
    return {source: _summary(pairs, who[source]) for source, pairs in found if pairs and (pairs.n or pairs.broken)}


def _summary(pairs: Pairs, said_by: str) -> ConfidenceSummary:
    from gemini_eval.stats.calibration import reliability

    if not pairs.n:
        return ConfidenceSummary(pairs.cases, pairs.silent, (), (), said_by, pairs.broken)
    bins = tuple(
        ConfidenceBin(one.low, one.high, one.n, one.confidence, one.accuracy, one.interval)
        for one in reliability(pairs.stated, pairs.right)
    )
    return ConfidenceSummary(pairs.cases, pairs.silent, bins, _steps(pairs), said_by, pairs.broken)


def _steps(pairs: Pairs) -> tuple[CoverageStep, ...]:
    """The points of the risk-coverage curve; of many those nearest above each tenth of the cases."""
    from gemini_eval.stats.coverage import risk_coverage

    curve = risk_coverage(pairs.stated, pairs.right)
    if len(curve) > MOST_POINTS:
        wanted = [tenth / MOST_POINTS for tenth in range(1, MOST_POINTS + 1)]
        curve = tuple(dict.fromkeys(next(point for point in curve if point.coverage >= share - 1e-9) for share in wanted))
    return tuple(
        CoverageStep(point.threshold, point.coverage * pairs.n / pairs.cases, round(point.coverage * pairs.n), 1 - point.risk)
        for point in curve
    )
