"""The tables of confidence sources: is a confidence what it says, and how accurate are the surest cases?"""

from __future__ import annotations

from collections.abc import Iterator

from gemini_eval.reports.grid import Grid
from gemini_eval.reports.shown import decimal, percent, with_interval
from gemini_eval.summary.calibration import ConfidenceSummary
from gemini_eval.summary.model import VariantSummary
from gemini_eval.types import Figure


def confidence_grids(variant: VariantSummary) -> Iterator[Grid]:
    """Of each source its figures; then its bins, and its accuracy by falling confidence."""
    if variant.confidence:
        yield _figures(variant)
    for source, found in variant.confidence.items():
        yield _bins(source, found)
        if not source.endswith(".calibrated"):
            yield _steps(source, found)


def _figures(variant: VariantSummary) -> Grid:
    rows = []
    for source, found in variant.confidence.items():
        ece, brier, auroc = (variant.figures.get(f"{name}({source})") for name in ("ece", "brier", "auroc"))
        stated = found.cases - found.silent
        rows.append((source, f"{stated}/{found.cases}", with_interval(ece), *(decimal(_value(one)) for one in (brier, auroc))))
    return Grid("Confidence", ("source", "cases", "ECE", "Brier", "AUROC"), tuple(rows))


def _value(figure: Figure | None) -> float | None:
    return figure.value if figure else None


def _bins(source: str, found: ConfidenceSummary) -> Grid:
    rows = tuple(
        (
            f"{one.low:.2f}" if one.low == one.high else f"{one.low:.2f}–{one.high:.2f}",
            str(one.n),
            percent(one.confidence),
            with_interval(Figure("", one.accuracy, one.interval, one.n)),
        )
        for one in found.bins
    )
    return Grid(f"Calibration: {source}", ("confidence", "cases", "mean confidence", "accuracy"), rows)


def _steps(source: str, found: ConfidenceSummary) -> Grid:
    rows = tuple((f"{one.threshold:.2f}", percent(one.coverage), str(one.n), percent(one.accuracy)) for one in found.steps)
    return Grid(f"Coverage: {source}", ("at least so sure", "coverage", "cases", "accuracy"), rows)
