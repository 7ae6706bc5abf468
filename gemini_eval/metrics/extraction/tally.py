"""What is counted while two documents are compared."""

from __future__ import annotations

from typing import Literal

from gemini_eval.paths import Path, write_path
from gemini_eval.types import FieldProblem, FieldReport, Json

KEPT = 100
"""Problems of one answer that are kept with their values; all are counted."""
RIGHT, WRONG, MISSING, HALLUCINATED = range(4)
_PLACES: dict[str, int] = {"wrong": WRONG, "missing": MISSING, "hallucinated": HALLUCINATED}


class Tally:
    """Right, wrong, missing and hallucinated leaves by the name of their field, and the first problems."""

    __slots__ = ("_keeps", "counts", "problems")

    def __init__(self, keeps: bool = True) -> None:
        self.counts: dict[str, list[int]] = {}
        self.problems: list[FieldProblem] = []
        self._keeps = keeps

    def right(self, name: str) -> None:
        self._of(name)[RIGHT] += 1

    def problem(
        self,
        kind: Literal["wrong", "missing", "hallucinated"],
        name: str,
        where: Path,
        *,
        expected: Json = None,
        found: Json = None,
        why: str = "",
    ) -> None:
        self._of(name)[_PLACES[kind]] += 1
        if self._keeps and len(self.problems) < KEPT:
            self.problems.append(FieldProblem(kind, name, write_path(where), expected, found, why))

    def report(self) -> FieldReport:
        counts = {name: (parts[0], parts[1], parts[2], parts[3]) for name, parts in self.counts.items()}
        return FieldReport(counts, tuple(self.problems))

    def score(self) -> float:
        """Right leaves among all that are expected or found; 1 where there is none."""
        total = sum(map(sum, self.counts.values()))
        return sum(parts[RIGHT] for parts in self.counts.values()) / total if total else 1.0

    def _of(self, name: str) -> list[int]:
        found = self.counts.get(name)
        if found is None:
            found = self.counts[name] = [0, 0, 0, 0]
        return found
