"""Conditions that decide the exit status: read from the suite, held against a summary."""

from __future__ import annotations

from gemini_eval.gates.evaluate import decide_exit, evaluate_gates, gates_asked
from gemini_eval.gates.model import Gate, GateError, GateResult, GateStatus
from gemini_eval.gates.parse import asked_of, compared_by_gates, parse_gate, tags_of
from gemini_eval.summary.context import FigureContext

__all__ = [
    "FigureContext",
    "Gate",
    "GateError",
    "GateResult",
    "GateStatus",
    "asked_of",
    "compared_by_gates",
    "decide_exit",
    "evaluate_gates",
    "gates_asked",
    "parse_gate",
    "tags_of",
]
