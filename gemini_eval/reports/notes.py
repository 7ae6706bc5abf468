"""What a reader should know beside the figures: cases outside the rates, what is left out, figures that need a word."""

from __future__ import annotations

from collections.abc import Iterator

from gemini_eval.reports.view import RunView
from gemini_eval.summary.model import CaseList, VariantSummary

_NAMED = 5


def notes(view: RunView) -> Iterator[str]:
    """Each once, led by its variant where there are several."""
    variants = list(view.variants())
    for suite, variant in variants:
        prefix = f"{suite.suite} · " if len(view.summary.suites) > 1 else ""
        prefix += f"{variant.variant}: " if len(variants) > 1 else ""
        told = any(variant.invalid_reason in gate.reason for gate in view.gates)
        if variant.invalid and not told:
            yield prefix + variant.invalid_reason
        yield from (prefix + note for note in _of_variant(variant))
    yield from view.comparison.notes if view.comparison else ()
    yield from view.warnings


def _of_variant(variant: VariantSummary) -> Iterator[str]:
    if variant.unexpected_passes.count:
        verb = "passes" if variant.unexpected_passes.count == 1 else "pass"
        yield f"{_cases(variant.unexpected_passes.count)} marked xfail {verb}: {_ids(variant.unexpected_passes)}"
    if variant.xfails:
        yield f"{_cases(variant.xfails)} marked xfail, outside all rates"
    if variant.drafts:
        yield f"{variant.drafts} draft{'s' if variant.drafts > 1 else ''}, counted nowhere"
    for kind, left_out in variant.left_out.items():
        if left_out:
            yield f"{left_out} more {kind} are not counted by name"
    macro_f1 = variant.figures.get("macro_f1")
    if macro_f1 and macro_f1.value is not None and macro_f1.reason:
        yield f"macro F1: {macro_f1.reason}"


def _cases(n: int) -> str:
    return f"{n} case{'s' if n > 1 else ''}"


def _ids(cases: CaseList) -> str:
    ids = [case_id for case_id, _ in cases.first[:_NAMED]]
    more = cases.count - len(ids)
    return ", ".join(ids) + (f" and {more} more" if more else "")
