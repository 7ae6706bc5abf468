"""From counts of fields to figures, as `compute` does for cases and labels.

A list has several fields in one case, so that none of these is a share of cases: they have no interval, and n is the number of
cases.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from gemini_eval.summary.compute import Compute, plain
from gemini_eval.summary.field_counts import FieldCounts
from gemini_eval.summary.tally import Counts
from gemini_eval.types import Figure

Part: TypeAlias = Callable[[FieldCounts], Fraction | None]

NO_FIELDS = "no delivered case was judged by its fields"
NONE_GIVEN = "no answer gives a field"
NONE_EXPECTED = "no case expects a field"


def micro(part: Part, why_none: str = NONE_EXPECTED) -> Compute:
    """Of all fields' counts together."""

    def compute(counts: Counts, _: str) -> Figure:
        fields = counts.fields
        return plain(part(fields.whole), fields.cases, why_none if fields.cases else NO_FIELDS)

    return compute


def macro(part: Part) -> Compute:
    """The mean over fields."""

    def compute(counts: Counts, _: str) -> Figure:
        fields = counts.fields
        return plain(fields.mean(part), fields.cases, NONE_EXPECTED if fields.cases else NO_FIELDS)

    return compute


def of_field(part: Part, why_none: str) -> Compute:
    """Of one field; `why_none` has its name for {}."""

    def compute(counts: Counts, name: str) -> Figure:
        fields = counts.fields
        found = fields.by_name.get(name, FieldCounts())
        return plain(part(found), fields.cases, why_none.format(f'"{name}"') if fields.cases else NO_FIELDS)

    return compute


def hallucinated(counts: FieldCounts) -> Fraction | None:
    """Share of the fields in answers that nothing in `expected` stands for."""
    return counts.hallucinated / counts.given if counts.given else None


def missing(counts: FieldCounts) -> Fraction | None:
    """Share of the expected fields that answers lack."""
    return counts.missing / counts.expected if counts.expected else None


def wrong(counts: FieldCounts) -> Fraction | None:
    """Share of the expected fields that have another value."""
    return counts.wrong / counts.expected if counts.expected else None
