"""Several labels a case: expected sets held against answered sets.

An answered item that is no label makes the set wrong, and counts for no label: F1 and Hamming loss are over the suite's labels.
"""

from __future__ import annotations

from collections.abc import Sequence

from gemini_eval.summary.confusion import LabelCounts, LabelTable
from gemini_eval.summary.exact import ShareSum
from gemini_eval.summary.samples import LabelSet


class LabelSets:
    """Samples' sets, each weighing 1 / its case's samples. Memory: three sums a label."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._sums = {label: (ShareSum(), ShareSum(), ShareSum()) for label in self.labels}
        self._wrong = ShareSum()
        self._samples = ShareSum()

    def add(self, expected: LabelSet, answered: LabelSet, k: int) -> None:
        """One of `k` samples of a case."""
        self._samples.add(1, k)
        for label, (hits, predicted, support) in self._sums.items():
            hits.add(label in expected and label in answered, k)
            predicted.add(label in answered, k)
            support.add(label in expected, k)
            self._wrong.add((label in expected) is not (label in answered), k)

    @property
    def table(self) -> LabelTable:
        counts = {label: LabelCounts(*(part.total for part in parts)) for label, parts in self._sums.items()}
        return LabelTable(self.labels, counts, self._samples.total)

    @property
    def wrong_per_case(self) -> ShareSum:
        """Labels that a case misses or has too many."""
        return self._wrong
