"""A condition beside what the run gave, in words."""

from __future__ import annotations

from math import floor, log10

from gemini_eval.gates.model import Condition
from gemini_eval.types import Figure

_DECIMALS = {"share": 3, "score": 3, "coefficient": 3, "ms": 0, "USD": 4, "tokens": 1, "cases": 0, "steps": 2}


def condition_reason(condition: Condition, figure: Figure) -> str:
    """`accuracy = 0.91 (0.83–0.95, n = 100), needs >= 0.9`, or why the figure has no value."""
    needs = f"needs {condition.operator} {condition.written}"
    if figure.value is None:
        return f"{figure.name} has no value: {figure.reason}; {needs}"
    size = f"n = {figure.n}"
    if figure.interval:
        size = f"{figure.interval.low:.2f}–{figure.interval.high:.2f}, {size}"
    note = f"; {figure.reason}" if figure.reason else ""
    return f"{figure.name} = {_shown(condition, figure.value)} ({size}{note}), {needs}"


def _shown(condition: Condition, value: float) -> str:
    """As few decimals as do not hide on which side of the gate it lies."""
    unit = condition.figure.kind.unit
    distance = abs(value - condition.number)
    decimals = _DECIMALS[unit]
    if 0 < distance < 10**-decimals:
        decimals = min(12, -floor(log10(distance)) + 1)
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text and unit != "USD" else text
    return {"ms": f"{text} ms", "USD": f"${text}"}.get(unit, text)
