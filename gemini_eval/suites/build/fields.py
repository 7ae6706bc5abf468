"""`fields` and `other_fields` -> the comparators of extraction."""

from __future__ import annotations

from gemini_eval.labels import Labels
from gemini_eval.metrics.extraction.build import Builder
from gemini_eval.metrics.extraction.tree import Fields
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.cursor import Cursor


def build_fields(
    context: Context, cursor: Cursor | None, others: Cursor | None, labels: Labels | None, task: str | None
) -> Fields | None:
    """None where none are declared, and where they have faults."""
    if cursor is None:
        if others is not None:
            context.faults.add("`other_fields` needs `fields`", others.place, "declare `fields:`, or take it out")
        return None
    if task != "extraction":
        context.faults.add("`fields` belongs to extraction", cursor.place, "write `task: extraction`, or take `fields` out")
    builder = Builder(labels, ignore_others=others is not None and others.value == "ignore")
    fields = builder.fields(cursor.value)
    for path, reason, hint in builder.faults:
        found = cursor.walk(path)
        key = reason.startswith(("unknown key", "there is no comparator"))
        context.faults.add(reason, found.key if key else found.place, hint)
    return None if builder.faults else fields
