"""What every report gets: a run's header as typed values, and its cases as a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from gemini_eval.comparison.model import Comparison
from gemini_eval.errors import RunError
from gemini_eval.gates import GateResult, GateStatus
from gemini_eval.runs.cases import failing_first, iter_cases
from gemini_eval.runs.codec import codec_of
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.sealed import DamagedError
from gemini_eval.summary.model import SuiteSummary, Summary, VariantSummary
from gemini_eval.types import CaseResult, Family, Json

CaseOrder: TypeAlias = Literal["run", "failing", "canonical"]
CaseSource: TypeAlias = Callable[[CaseOrder], Iterator[CaseResult]]


@dataclass(frozen=True, slots=True)
class VariantView:
    """One variant as the suite declares it. `why` says what chose the model, `through` by which API it was asked."""

    name: str
    prompt: str = ""
    strategy: str = ""
    model: str = ""
    project: str = ""
    location: str = ""
    why: str = ""
    gated: bool = True
    through: str = ""


@dataclass(frozen=True, slots=True)
class SuiteView:
    name: str
    path: str = ""
    task: str = ""
    description: str = ""
    labels: tuple[str, ...] = ()
    variants: tuple[VariantView, ...] = ()

    def is_gated(self, variant: str) -> bool:
        return all(known.gated for known in self.variants if known.name == variant)


@dataclass(frozen=True, slots=True)
class RunView:
    """One run. `status` is done, invalid, stopped, interrupted or running; `exit_status` is None where it never ended. `summary`
    is empty then. `verb` is who ran it, '' for `run`. `ended` says what cut it short, `cached` how many answers the cache had,
    `paid_micros` what the others cost, in 1e-6 USD. `source` gives the cases in an order: as judged, failed ones first, or by
    suite, variant and case id. `comparison` is what it was held against and what came of that, None where it stands alone; its
    cases are the candidate's."""

    id: str
    created: str
    tool: str
    status: str
    exit_status: int | None
    partial: bool
    suites: tuple[SuiteView, ...]
    summary: Summary
    gates: tuple[GateResult, ...]
    source: CaseSource = field(repr=False)
    path: str = ""
    name: str = ""
    verb: str = ""
    warnings: tuple[str, ...] = ()
    ended: str = ""
    cached: int = 0
    paid_micros: int = 0
    comparison: Comparison | None = None

    @classmethod
    def of(cls, folder: RunFolder) -> RunView:
        """The view of a saved run. Raises `RunError` where its header is damaged."""
        try:
            return cls(**_header(folder.header), path=_shown(folder.path), source=_source(folder))
        except (LookupError, TypeError, ValueError, AttributeError, DamagedError) as error:
            raise RunError(f"{folder.path / 'run.json'} is damaged", "judge the saved answers again: score RUN") from error

    def cases(self, order: CaseOrder = "run") -> Iterator[CaseResult]:
        """Every case of every variant, decoded as it is reached. Raises `RunError` at a damaged line."""
        return self.source(order)

    def failing(self) -> Iterator[CaseResult]:
        """What failed, then what was not delivered; the gated variants' first, since they decide."""
        for gated in (True, False):
            yield from self._failing(gated)

    def _failing(self, gated: bool) -> Iterator[CaseResult]:
        """Those of one kind of variant; no case is read after the last of them."""
        chosen = [(suite, variant) for suite, variant in self.variants() if self._is_gated(suite.suite, variant.variant) is gated]
        names = {(suite.suite, variant.variant) for suite, variant in chosen}
        left = sum(variant.failed + variant.not_delivered for _, variant in chosen)
        cases = self.cases("failing") if left else iter(())
        for case in cases:
            if (case.suite, case.variant) in names and is_failing(case):
                yield case
                left -= 1
                if not left:
                    return

    def drafts(self) -> Iterator[CaseResult]:
        """Draft cases, which were asked to be looked at; no case is read where there is none."""
        if any(variant.drafts for _, variant in self.variants()):
            yield from (case for case in self.cases("run") if case.draft)

    def _is_gated(self, suite: str, variant: str) -> bool:
        return next((declared.gated for declared in self.suite(suite).variants if declared.name == variant), True)

    def variants(self) -> Iterator[tuple[SuiteSummary, VariantSummary]]:
        """Every variant of every suite."""
        for suite in self.summary.suites.values():
            for variant in suite.variants.values():
                yield suite, variant

    def scope(self, gate: GateResult) -> str:
        """Which suite and variant a gate was asked of, as far as there are several."""
        several = [len(self.summary.suites) > 1, len(list(self.variants())) > 1]
        return " · ".join(name for name, shown in zip((gate.suite, gate.variant), several, strict=True) if shown)

    def suite(self, name: str) -> SuiteView:
        """The suite as declared; a bare one where the header does not know it."""
        return next((suite for suite in self.suites if suite.name == name), SuiteView(name))


def is_failing(case: CaseResult) -> bool:
    """Whether it counts against its variant: failed or not delivered, and neither a draft nor expected to fail."""
    if case.draft or case.xfail:
        return False
    family = case.outcome.family
    return family is Family.NOT_DELIVERED or case.passed is False or (case.passed is None and family is Family.NO_ANSWER)


def _header(header: Mapping[str, Json]) -> dict[str, Json]:
    summary, asked, comparison = header.get("summary"), header.get("asked") or {}, header.get("comparison")
    return {
        "id": header["id"],
        "created": header["created"],
        "tool": header.get("tool", ""),
        "name": header.get("name", ""),
        "verb": str(header.get("verb") or ""),
        "status": header["status"],
        "exit_status": header.get("exit_status"),
        "partial": bool(header.get("partial")),
        "suites": tuple(_suite(suite) for suite in header["suites"]),
        "summary": Summary.from_json(summary) if summary else Summary({}),
        "gates": tuple(_gate(gate) for gate in header.get("gates", ())),
        "ended": str(header.get("ended") or ""),
        "cached": int(asked.get("cached") or 0),
        "paid_micros": int(asked.get("cost_micros") or 0),
        "warnings": tuple(str(warning) for warning in header.get("warnings", ())),
        "comparison": None if comparison is None else codec_of(Comparison).decode(comparison),
    }


def _suite(value: Mapping[str, Json]) -> SuiteView:
    variants = tuple(VariantView(**_known(VariantView, variant)) for variant in value["variants"])
    labels = tuple(value.get("labels", ()))
    return SuiteView(**{**_known(SuiteView, value), "labels": labels, "variants": variants})


def _known(cls: type, value: Mapping[str, Json]) -> dict[str, Json]:
    """The entries of `value` that `cls` has: a later version may have written more."""
    return {name: item for name, item in value.items() if name in cls.__annotations__}


def _gate(value: Mapping[str, Json]) -> GateResult:
    return GateResult(value["suite"], value["gate"], value["variant"], GateStatus(value["status"]), value["reason"])


def _shown(path: Path) -> str:
    """Relative to the working folder where it is below it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _source(folder: RunFolder) -> CaseSource:
    """The run's cases; none where it ended before they were written. Failing ones in the order of suites and variants."""
    variants = [(suite["name"], variant["name"]) for suite in folder.header["suites"] for variant in suite["variants"]]
    places = {names: place for place, names in enumerate(variants)}

    def read(order: CaseOrder) -> Iterator[CaseResult]:
        if not folder.cases.exists():
            return iter(())
        return failing_first(folder.cases, places) if order == "failing" else iter_cases(folder.cases, order)

    return read
