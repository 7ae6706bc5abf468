"""Comparisons of two variants by judges, at both sides of a check: which read alike, and how."""

from __future__ import annotations

from gemini_eval.rubrics.pairwise import Pairwise
from gemini_eval.safe.json_text import canonical_json, read_json
from gemini_eval.suites.model import Suite
from gemini_eval.types import Json


def same_comparisons(head: Suite, base: Suite) -> tuple[Pairwise, ...]:
    """The head's that the base has too, of the same variants, with the same rubric and judges."""
    before = {pair.name: canonical_json(as_read(pair)) for pair in base.pairwise}
    return tuple(pair for pair in head.pairwise if before.get(pair.name) == canonical_json(as_read(pair)))


def as_read(pair: Pairwise) -> Json:
    """All that decides who wins: between whom, by which text, who judges."""
    judges = {juror.name: {"model": juror.model, **read_json(juror.params)} for juror in pair.jurors}
    return {"variant": pair.variant, "over": pair.over, "rubric": pair.source.text, "judges": judges}
