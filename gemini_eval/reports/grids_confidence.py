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
        if found.bins:
            yield _bins(source, found)
        if found.steps and not source.endswith(".calibrated"):
            yield _steps(source, found)


def _figures(variant: VariantSummary) -> Grid:
    """With a column of broken replies where there are any."""
    broken = any(found.broken for found in variant.confidence.values())
    rows = []
    for source, found in variant.confidence.items():
        ece, brier, auroc = (variant.figures.get(f"{name}({source})") for name in ("ece", "brier", "auroc"))
        counts = [f"{found.cases - found.silent}/{found.cases}", *([str(found.broken)] if broken else [])]
        shown = [_or_undecided(ece, with_interval(ece)), decimal(_value(brier)), _or_undecided(auroc, decimal(_value(auroc)))]
        rows.append((source, found.said_by, *counts, *shown))
    header = ("source", "said by", "cases", *(["broken"] if broken else []), "ECE", "Brier", "AUROC")
    return Grid("Confidence", header, tuple(rows))


def _or_undecided(figure: Figure | None, shown: str) -> str:
    """Too few cases for the method are told from a figure that is not there."""
    return "cannot be judged" if figure is not None and figure.undecided else shown


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
