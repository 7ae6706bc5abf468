"""What is wrong with an answer field by field: of declared fields, and of JSON that differs from other JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Literal, NamedTuple, TypeAlias

from gemini_eval.reports.diff import MAX_LINES, Part, json_text, leaves
from gemini_eval.types import FieldReport, Json

What: TypeAlias = Literal["wrong", "missing", "hallucinated", "differs", "not answered", "not expected"]

_DECLARED = frozenset({"wrong", "missing", "hallucinated"})


class FieldChange(NamedTuple):
    """A field that is not right. `expected` and `found` are JSON, None where there is none; `why` is a comparator's reason."""

    where: str
    what: What
    expected: str | None
    found: str | None
    why: str = ""


def field_changes(report: FieldReport) -> Iterator[FieldChange]:
    """Of declared fields, as their comparators say; sorted by place."""
    for problem in sorted(report.problems, key=lambda item: item.where):
        expected = None if problem.kind == "hallucinated" else json_text(problem.expected)
        found = None if problem.kind == "missing" else json_text(problem.found)
        yield FieldChange(problem.where, problem.kind, expected, found, problem.why)


def leaf_changes(expected: Json, actual: Json) -> Iterator[FieldChange]:
    """The leaves of two JSON values that differ; sorted by place. Only the first 2,000 of each are compared."""
    old, new = _by_place(expected), _by_place(actual)
    for where in sorted(old.keys() | new.keys()):
        before, after = old.get(where), new.get(where)
        if before != after:
            yield FieldChange(where, _what(before, after), before, after)


def changed_lines(changes: Iterable[FieldChange]) -> Iterator[Part]:
    """A line for what was expected, and one for what came: `dimensions.width: 3`. Of declared fields it says why."""
    for change in changes:
        named = f"{change.where}: " if change.where else ""
        declared = change.what in _DECLARED
        if change.expected is not None:
            yield Part("gone", f"{named}{change.expected}" + ("  (missing)" if change.what == "missing" else ""))
        if change.found is not None:
            why = f"{change.what}: {change.why}" if change.why else change.what
            yield Part("new", f"{named}{change.found}" + (f"  ({why})" if declared else ""))


def _what(before: str | None, after: str | None) -> What:
    return "not expected" if before is None else "not answered" if after is None else "differs"


def _by_place(value: Json) -> dict[str, str]:
    """Each leaf by its dotted place; several in one place, as of a key with a dot in it, beside each other."""
    found: dict[str, str] = {}
    for where, text in islice(leaves(value), MAX_LINES):
        found[where] = f"{found[where]}, {text}" if where in found else text
    return found
