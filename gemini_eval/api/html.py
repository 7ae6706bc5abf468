"""A run as a notebook shows it: opening sentences, variants, gates, failing cases. Everything is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from gemini_eval.gates import GateStatus
from gemini_eval.reports.html_text import Html, el, joined
from gemini_eval.reports.sentences import model_lines, sentences
from gemini_eval.reports.shown import cost, duration, figure
from gemini_eval.reports.view import RunView
from gemini_eval.summary.model import VariantSummary
from gemini_eval.types import CaseResult, Json

MOST_FAILURES = 10
MOST_CHARACTERS = 160
_CELL = "text-align:left;vertical-align:top"
_SIGNS = {GateStatus.HOLDS: "✓", GateStatus.FAILS: "✗", GateStatus.WARNING: "!"}


def html_of(view: RunView, failures: Sequence[CaseResult]) -> str:
    several = len(view.summary.suites) > 1
    variants = [_variant(f"{suite.suite}: " if several else "", variant) for suite, variant in view.variants()]
    lines = [el("div", line) for line in (*sentences(view), *model_lines(view))]
    parts = [
        *lines,
        _table(("variant", "cases", "passed", "accuracy", "pass rate", "p50", "cost"), variants),
    ]
    gates = [(_SIGNS.get(gate.status, "?"), gate.gate, gate.variant, gate.reason) for gate in view.gates]
    parts += [_table(("", "gate", "variant", "why"), gates)] if gates else []
    shown = [_failure(case) for case in islice(failures, MOST_FAILURES)]
    parts += [_table(("failing case", "variant", "expected", "answer", "why"), shown)] if shown else []
    left = len(failures) - len(shown)
    parts += [el("div", f"… and {left} more in ", el("code", ".failures"))] if left else []
    parts.append(el("div", el("code", view.id)))
    return el("div", *parts, class_="tex2jax_ignore mathjax_ignore").markup  # "$5 and $6" is no formula


def _variant(prefix: str, variant: VariantSummary) -> Sequence[str]:
    figures = variant.figures
    shown = [figure(figures[name]) if name in figures else "–" for name in ("accuracy", "pass_rate")]
    latency = figures.get("p50_latency")
    return (
        prefix + variant.variant,
        str(variant.cases),
        str(variant.passed),
        *shown,
        duration(latency.value if latency else None),
        cost(variant.cost_micros, variant.cost_unknown, variant.answers),
    )


def _failure(case: CaseResult) -> Sequence[str]:
    wanted = case.expected.value if case.expected else None
    return (case.case_id, case.variant, _short(wanted), _short(case.answer), _short(case.reason or str(case.outcome)))


def _short(value: Json) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    def row(kind: str, cells: Sequence[str]) -> Html:
        return el("tr", *(el(kind, text, style=_CELL) for text in cells))

    return el("table", el("thead", row("th", header)), el("tbody", joined([row("td", cells) for cells in rows])))
