"""A run as a notebook shows it: opening sentences, variants, gates, failing cases. Everything is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from gemini_eval.gates import GateStatus
from gemini_eval.reports.html_text import escaped
from gemini_eval.reports.sentences import model_lines, sentences
from gemini_eval.reports.shown import cost, duration, figure
from gemini_eval.reports.view import RunView
from gemini_eval.summary.model import VariantSummary
from gemini_eval.types import CaseResult, Json

MOST_FAILURES = 10
MOST_CHARACTERS = 160
_CELL = 'style="text-align:left;vertical-align:top"'
_SIGNS = {GateStatus.HOLDS: "✓", GateStatus.FAILS: "✗", GateStatus.WARNING: "!"}


def html_of(view: RunView, failures: Sequence[CaseResult]) -> str:
    several = len(view.summary.suites) > 1
    variants = [_variant(f"{suite.suite}: " if several else "", variant) for suite, variant in view.variants()]
    parts = [
        "".join(f"<div>{escaped(line)}</div>" for line in (*sentences(view), *model_lines(view))),
        _table(("variant", "cases", "passed", "accuracy", "pass rate", "p50", "cost"), variants),
    ]
    gates = [(_SIGNS.get(gate.status, "?"), gate.gate, gate.variant, gate.reason) for gate in view.gates]
    if gates:
        parts.append(_table(("", "gate", "variant", "why"), gates))
    shown = [_failure(case) for case in islice(failures, MOST_FAILURES)]
    if shown:
        parts.append(_table(("failing case", "variant", "expected", "answer", "why"), shown))
        left = len(failures) - len(shown)
        parts.append(f"<div>… and {left} more in <code>.failures</code></div>" if left else "")
    parts.append(f"<div><code>{escaped(view.id)}</code></div>")
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(parts)}</div>'  # "$5 and $6" is no formula


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


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th {_CELL}>{escaped(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(f'<td {_CELL}>{escaped(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
