"""Faults as people read them: place, reason, the line with a caret, the mend."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gemini_eval.errors import Fault
from gemini_eval.safe.secrets import redact
from gemini_eval.safe.terminal import for_terminal

MAX_LINE = 160


def print_faults(faults: Sequence[Fault]) -> None:
    """All of them to stderr, errors last counted."""
    for fault in faults:
        click.echo(redact(format_fault(fault)), err=True)
    errors = sum(fault.severity == "error" for fault in faults)
    if errors > 1:
        click.echo(f"{errors} errors; nothing was sent", err=True)


def format_fault(fault: Fault) -> str:
    where = f"{fault.place}: " if fault.place else ""
    color = "red" if fault.severity == "error" else "yellow"
    lines = [f"{for_terminal(where)}{click.style(f'{fault.severity}: ', fg=color, bold=True)}{for_terminal(fault.reason)}"]
    if fault.place and fault.place.text.strip():
        lines += _quoted(fault.place.text, fault.place.column)
    if fault.hint:
        lines.append("  " + click.style("mend: ", fg="cyan") + for_terminal(fault.hint))
    return "\n".join(lines)


def _quoted(text: str, column: int) -> list[str]:
    """The line, cut around the column where it is long, and a caret under the character where one is meant."""
    if not column:
        return [f"  | {for_terminal(text[:MAX_LINE])}"]
    start = max(0, column - MAX_LINE // 2)
    before, shown = text[start : column - 1], text[start : start + MAX_LINE]
    return [f"  | {for_terminal(shown)}", f"  | {' ' * _columns(before)}^"]


def _columns(text: str) -> int:
    from gemini_eval.safe.terminal import width

    return width(for_terminal(text).replace("\t", " "))
