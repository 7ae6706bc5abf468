"""Ordered labels: how far answers are off, in steps of the suite's `order`.

An answer that is no label, and a missing one, count as the label that is farthest from the expected one (of two equally far
ones the lowest).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gemini_eval.summary.confusion import Matrix


def mae_steps(matrix: Matrix, order: Sequence[str]) -> Fraction | None:
    """Mean absolute error in steps between labels (Baccianella, Esuli and Sebastiani, ISDA 2009)."""
    if not matrix.n:
        return None
    table = _table(matrix, order)
    return sum((weight * abs(i - j) for (i, j), weight in table.items()), Fraction(0)) / matrix.n


def quadratic_kappa(matrix: Matrix, order: Sequence[str]) -> float | None:
    """Cohen's kappa with disagreements weighing their distance squared (Cohen, Psychological Bulletin 70, 1968); None where
    chance alone would agree."""
    if not matrix.n:
        return None
    table = _table(matrix, order)
    rows, columns = ([Fraction(0)] * len(order) for _ in range(2))
    for (i, j), weight in table.items():
        rows[i] += weight
        columns[j] += weight
    found = sum((weight * (i - j) ** 2 for (i, j), weight in table.items()), Fraction(0))
    by_chance = sum((a * b * (i - j) ** 2 for i, a in enumerate(rows) for j, b in enumerate(columns)), Fraction(0)) / matrix.n
    return float(1 - found / by_chance) if by_chance else None


def steps_off(order: Sequence[str], expected: str, answered: str) -> int:
    """How many steps an answer is from the expected label; `answered` is a label, or anything else for none."""
    return abs(order.index(expected) - _place(order, expected, answered))


def _place(order: Sequence[str], expected: str, answered: str) -> int:
    """Where an answer stands; one that is no label as far from the expected one as can be."""
    if answered in order:
        return order.index(answered)
    i, last = order.index(expected), len(order) - 1
    return 0 if i >= last - i else last


def _table(matrix: Matrix, order: Sequence[str]) -> dict[tuple[int, int], Fraction]:
    """Weights by the places of the expected and the answered label."""
    table: dict[tuple[int, int], Fraction] = {}
    for (expected, column), weight in matrix.cells.items():
        at = order.index(expected), _place(order, expected, column if isinstance(column, str) else "")
        table[at] = table.get(at, Fraction(0)) + weight
    return table
