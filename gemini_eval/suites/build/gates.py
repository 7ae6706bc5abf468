"""`gate:` -> gates, each name in them checked against what the suite has."""

from __future__ import annotations

from dataclasses import replace

from gemini_eval.errors import Place
from gemini_eval.gates import FigureContext, Gate, GateError, parse_gate
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.cursor import Cursor


def build_gates(context: Context, cursor: Cursor | None, known: FigureContext) -> tuple[Gate, ...]:
    if cursor is None:
        return ()
    items = list(cursor.items()) if isinstance(cursor.value, list) else [cursor]
    gates = []
    for item in items:
        try:
            gates.append(replace(parse_gate(item.value, known=known), place=item.place))
        except GateError as error:
            context.faults.add(error.reason, _place(item, error), error.hint)
    return tuple(gates)


def _place(item: Cursor, error: GateError) -> Place:
    """The character that a gate's error is about."""
    at = item.walk(tuple(error.key.split("."))) if error.key else item
    if error.offset is None:
        return at.place
    quoted = at.place.text[at.place.column - 1 : at.place.column] in ("'", '"')
    return replace(at.place, column=at.place.column + error.offset + int(quoted))
