"""Case results -> figures: counts in bounded memory, exact definitions, frozen summaries."""

from __future__ import annotations

from gemini_eval.summary.build import SuiteTally, summarise
from gemini_eval.summary.context import FigureContext
from gemini_eval.summary.figures import FIGURES, FigureKind
from gemini_eval.summary.model import SuiteSummary, Summary, VariantSummary
from gemini_eval.summary.tally import VariantTally

__all__ = [
    "FIGURES",
    "FigureContext",
    "FigureKind",
    "SuiteSummary",
    "SuiteTally",
    "Summary",
    "VariantSummary",
    "VariantTally",
    "summarise",
]
