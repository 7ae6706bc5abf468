"""What became of extracted fields, and what the field counts from it.

A field that is right is a true positive. A wrong one is a false positive and a false negative at once, as a substitution in slot
filling (Makhoul et al., DARPA Broadcast News Workshop, 1999); a missing one is a false negative, a hallucinated one a false
positive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gemini_eval.assertions.evaluate import fields_of
from gemini_eval.summary.exact import ShareSum
from gemini_eval.types import CaseResult, FieldReport, SampleResult

Sample = Mapping[str, tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """Of one field, or of all together: how often it was right, wrong, missing and hallucinated, in cases."""

    right: Fraction = Fraction(0)
    wrong: Fraction = Fraction(0)
    missing: Fraction = Fraction(0)
    hallucinated: Fraction = Fraction(0)

    @property
    def expected(self) -> Fraction:
        return self.right + self.wrong + self.missing

    @property
    def given(self) -> Fraction:
        return self.right + self.wrong + self.hallucinated

    @property
    def precision(self) -> Fraction | None:
        return self.right / self.given if self.given else None

    @property
    def recall(self) -> Fraction | None:
        return self.right / self.expected if self.expected else None

    @property
    def f1(self) -> Fraction | None:
        """2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall (van Rijsbergen, 1979)."""
        both = self.given + self.expected
        return 2 * self.right / both if both else None


class FieldTally:
    """Fields of all cases by name; each case weighs 1, shared by its samples. `names` are those that the suite declares; others
    are added as they come (a list as a whole, '' for undeclared ones), and no more than a declaration can have."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = tuple(names)
        self.cases = 0
        self._parts: dict[str, tuple[ShareSum, ShareSum, ShareSum, ShareSum]] = {name: _sums() for name in names}
        self._found: dict[str, FieldCounts] | None = None

    def add(self, samples: Sequence[Sample]) -> None:
        """The counts of one case, an entry for each of its samples."""
        if not samples:
            return
        self.cases += 1
        self._found = None
        for counts in samples:
            for name, parts in counts.items():
                if name not in self._parts:
                    self._parts[name] = _sums()
                for held, part in zip(self._parts[name], parts, strict=True):
                    held.add(part, len(samples))

    @property
    def by_name(self) -> dict[str, FieldCounts]:
        """Declared fields in their order, then others."""
        if self._found is None:
            self._found = {name: FieldCounts(*(part.total for part in parts)) for name, parts in self._parts.items()}
        return self._found

    @property
    def whole(self) -> FieldCounts:
        """All fields together."""
        every = self.by_name.values()
        return FieldCounts(
            sum((one.right for one in every), Fraction(0)),
            sum((one.wrong for one in every), Fraction(0)),
            sum((one.missing for one in every), Fraction(0)),
            sum((one.hallucinated for one in every), Fraction(0)),
        )

    def mean(self, part: Callable[[FieldCounts], Fraction | None]) -> Fraction | None:
        """Over the fields that some case expects or some answer gives; an undefined part counts 0, as scikit-learn's
        `zero_division=0`."""
        there = [one for one in self.by_name.values() if one.expected or one.given]
        return sum((part(one) or Fraction(0) for one in there), Fraction(0)) / len(there) if there else None


def field_samples(result: CaseResult) -> list[Sample]:
    """The field counts of each sample that was judged by them; a voted case has one answer. None where no field was asked about,
    nor of what was not delivered."""
    found = [report.counts for sample in result.samples if (report := report_of(sample)) is not None]
    return found[:1] if result.vote is not None else found


def report_of(sample: SampleResult) -> FieldReport | None:
    """What became of a sample's fields: as an assertion found, else as is known without one."""
    return fields_of(sample.assertions) or sample.fields


def _sums() -> tuple[ShareSum, ShareSum, ShareSum, ShareSum]:
    return ShareSum(), ShareSum(), ShareSum(), ShareSum()
