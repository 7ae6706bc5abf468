"""Which variant a report speaks of first, and the one figure that tells how good it is."""

from __future__ import annotations

from dataclasses import dataclass

from gemini_eval.reports.view import SuiteView
from gemini_eval.summary.model import SuiteSummary, VariantSummary
from gemini_eval.types import Figure


@dataclass(frozen=True, slots=True)
class Headline:
    """The best gated variant (the best of all where none is gated) of a suite. `figure` is accuracy where the suite has labels,
    else the pass rate; `gated` of `variants` are gated."""

    variant: VariantSummary
    figure: Figure
    gated: int
    variants: int

    @property
    def right(self) -> float:
        """Cases that are right; a case's samples share its weight."""
        return round((self.figure.value or 0.0) * self.figure.n, 2)


def headline(suite: SuiteSummary, declared: SuiteView) -> Headline | None:
    """None where no variant has a figure: nothing was judged or delivered."""
    every = list(suite.variants.values())
    gated = [variant for variant in every if declared.is_gated(variant.variant)]
    found = [(figure.value, variant, figure) for variant in gated or every if (figure := main_figure(variant)).value is not None]
    if not found:
        return None
    _, variant, figure = max(found, key=lambda item: item[0] or 0.0)
    return Headline(variant, figure, len(gated), len(every))


def main_figure(variant: VariantSummary) -> Figure:
    """Its accuracy, or the pass rate where it has none."""
    accuracy = variant.figures.get("accuracy")
    if accuracy is not None and accuracy.value is not None:
        return accuracy
    return variant.figures.get("pass_rate") or Figure("pass_rate", None, reason="nothing was judged")
