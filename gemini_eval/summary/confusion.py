"""Expected against predicted labels, and what the field counts from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import sqrt

from gemini_eval.summary.exact import ShareSum


class Miss(Enum):
    """Columns beside the labels: an answer that is no label, and a delivered sample without an answer."""

    NO_LABEL = "no label"
    NO_ANSWER = "no answer"


Column = str | Miss


class Confusion:
    """Samples by expected and predicted label, each weighing 1 / its case's samples. At most labels x (labels + 2) cells."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._known = frozenset(labels)
        self._cells: dict[tuple[str, Column], ShareSum] = {}
        self._matrix: Matrix | None = None

    def add(self, expected: str, predicted: Column, k: int) -> None:
        """One of `k` samples of a case. An expected label that is none of the suite's has no row."""
        if expected not in self._known:
            return
        column = predicted if isinstance(predicted, Miss) or predicted in self._known else Miss.NO_LABEL
        self._matrix = None
        self._cells.setdefault((expected, column), ShareSum()).add(1, k)

    @property
    def matrix(self) -> Matrix:
        if self._matrix is None:
            self._matrix = Matrix.of(self.labels, {cell: share.total for cell, share in self._cells.items()})
        return self._matrix


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Of one label: how often it was right, predicted and expected, in cases."""

    hits: Fraction = Fraction(0)
    predicted: Fraction = Fraction(0)
    support: Fraction = Fraction(0)

    @property
    def precision(self) -> Fraction | None:
        return self.hits / self.predicted if self.predicted else None

    @property
    def recall(self) -> Fraction | None:
        return self.hits / self.support if self.support else None

    @property
    def f1(self) -> Fraction | None:
        """2 hits / (predicted + support): the harmonic mean of precision and recall (van Rijsbergen, 1979)."""
        both = self.predicted + self.support
        return 2 * self.hits / both if both else None


@dataclass(frozen=True)
class LabelTable:
    """Counts by label over `n` cases. Means over labels are over all the suite's labels, and an undefined part of a mean counts
    0, as scikit-learn's `zero_division=0`; a figure that is undefined itself is None."""

    labels: tuple[str, ...]
    counts: Mapping[str, LabelCounts]
    n: Fraction

    @property
    def hits(self) -> Fraction:
        return sum((counts.hits for counts in self.counts.values()), Fraction(0))

    @property
    def support(self) -> Fraction:
        """How often a label was expected: once a case, or as often as the case has labels."""
        return sum((counts.support for counts in self.counts.values()), Fraction(0))

    @property
    def macro_precision(self) -> Fraction | None:
        return self._mean([counts.precision for counts in self.counts.values()])

    @property
    def macro_recall(self) -> Fraction | None:
        return self._mean([counts.recall for counts in self.counts.values()])

    @property
    def macro_f1(self) -> Fraction | None:
        """The mean of the labels' F1 (not the F1 of mean precision and recall: Opitz and Burst, 2019, tell them apart)."""
        return self._mean([counts.f1 for counts in self.counts.values()])

    @property
    def weighted_f1(self) -> Fraction | None:
        """The mean of the labels' F1 by how many cases expect each."""
        if not self.support:
            return None
        return sum(((counts.f1 or Fraction(0)) * counts.support for counts in self.counts.values()), Fraction(0)) / self.support

    @property
    def micro_f1(self) -> Fraction | None:
        """F1 of all labels' counts together; an answer that is no label lowers recall, not precision."""
        predicted = sum((counts.predicted for counts in self.counts.values()), Fraction(0))
        both = predicted + self.support
        return 2 * self.hits / both if both else None

    def _mean(self, parts: Sequence[Fraction | None]) -> Fraction | None:
        return sum((part or Fraction(0) for part in parts), Fraction(0)) / len(parts) if self.n else None


@dataclass(frozen=True)
class Matrix(LabelTable):
    """A closed confusion matrix: each case expects one label."""

    cells: Mapping[tuple[str, Column], Fraction]

    @classmethod
    def of(cls, labels: tuple[str, ...], cells: Mapping[tuple[str, Column], Fraction]) -> Matrix:
        predicted = dict.fromkeys(labels, Fraction(0))
        support = dict.fromkeys(labels, Fraction(0))
        for (row, column), weight in cells.items():
            support[row] += weight
            if isinstance(column, str):
                predicted[column] += weight
        hits = {label: cells.get((label, label), Fraction(0)) for label in labels}
        counts = {label: LabelCounts(hits[label], predicted[label], support[label]) for label in labels}
        return cls(labels, counts, sum(cells.values(), Fraction(0)), cells)

    def column(self, column: Column) -> Fraction:
        return sum((weight for (_, at), weight in self.cells.items() if at == column), Fraction(0))

    @property
    def columns(self) -> tuple[Column, ...]:
        return (*self.labels, Miss.NO_LABEL, Miss.NO_ANSWER)

    @property
    def rows(self) -> tuple[tuple[float, ...], ...]:
        """A row for each expected label, a column for each of `columns`."""
        return tuple(tuple(float(self.cells.get((row, column), 0)) for column in self.columns) for row in self.labels)

    @property
    def accuracy(self) -> Fraction | None:
        return self.hits / self.n if self.n else None

    @property
    def balanced_accuracy(self) -> Fraction | None:
        """Mean recall of the labels that have cases (Brodersen et al., ICPR 2010)."""
        recalls = [counts.recall for counts in self.counts.values() if counts.recall is not None]
        return sum(recalls, Fraction(0)) / len(recalls) if recalls else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa (1960), answers that are no label being a category of their own; None where chance alone agrees fully."""
        if not self.n:
            return None
        chance = sum((counts.predicted * counts.support for counts in self.counts.values()), Fraction(0)) / (self.n * self.n)
        return float((self.hits / self.n - chance) / (1 - chance)) if chance != 1 else None

    @property
    def mcc(self) -> float | None:
        """Gorodkin's R_K (Comput. Biol. Chem. 28, 2004), Matthews' correlation for many labels, misses being one more category;
        None where all cases expect the same label or get the same answer."""
        counts = self.counts.values()
        predicted = [*(item.predicted for item in counts), self.column(Miss.NO_LABEL) + self.column(Miss.NO_ANSWER)]
        support = [item.support for item in counts]
        covariance = self.hits * self.n - sum((item.predicted * item.support for item in counts), Fraction(0))
        spread = self.n * self.n - sum((value * value for value in predicted), Fraction(0))
        truth = self.n * self.n - sum((value * value for value in support), Fraction(0))
        return float(covariance) / sqrt(float(spread * truth)) if spread and truth else None
