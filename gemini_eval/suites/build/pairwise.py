"""`pairwise:` -> which variants' answers judges compare, and by what."""

from __future__ import annotations

from collections.abc import Sequence

from gemini_eval.errors import did_you_mean
from gemini_eval.rubrics.pairwise import Pairwise
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.judges import choose_jurors
from gemini_eval.suites.build.rubric_texts import rubric_source
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Variant


def build_pairwise(context: Context, cursor: Cursor | None, variants: Sequence[Variant]) -> tuple[Pairwise, ...]:
    """Every part of each is looked at; one with a fault is left out."""
    built = [_build(context, name, entry, variants) for name, entry in (cursor.entries() if cursor else ())]
    return tuple(pair for pair in built if pair is not None)


def _build(context: Context, name: str, entry: Cursor, variants: Sequence[Variant]) -> Pairwise | None:
    before = len(context.faults.errors)
    rubric = entry.entry("rubric")
    source = rubric_source(context, rubric)
    jurors = choose_jurors(context, rubric, entry.get("judge"))
    variant, over = (_variant(context, entry.entry(key), variants) for key in ("variant", "over"))
    if variant == over:
        context.faults.add(f'"{name}" compares {variant} with itself', entry.entry("over").place, "name another variant")
    if source is None or not jurors or len(context.faults.errors) > before:
        return None
    return Pairwise(name, variant, over, jurors, source, entry.place)


def _variant(context: Context, cursor: Cursor, variants: Sequence[Variant]) -> str:
    """The name, told where no variant has it; whose variants have faults of their own is not blamed for it."""
    name = str(cursor.value)
    known = [variant.name for variant in variants]
    if known and name not in known and not context.unbuilt:
        hint = did_you_mean(name, known) or f"the suite has {', '.join(known)}"
        context.faults.add(f'the suite has no variant "{name}"', cursor.place, hint)
    return name
