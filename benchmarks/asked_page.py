"""The side-by-side comparison as text: a table for each work."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.asked import Asked, Tried
from benchmarks.page import table
from benchmarks.peers import wine
from benchmarks.peers.table import Peer
from benchmarks.works import Work

ABOUT = f"""\
The same evaluation in each tool: a few-shot prompt with three examples for each row of a CSV file, asked of one loopback server
that answers in Gemini's format, {wine.CONCURRENCY} requests at once, answers judged by exact match, a tenth of them wrong. Whole
processes with their start; a tool is listed only with a result that is right and with as many requests as there are cases.
Memory is the peak of a process and all that it starts, mapped files that several share counted once."""
HEAD = ("tool", "version", "runs", "wall", "fastest–slowest", "CPU", "memory")


def section(asked: Asked, missing: Sequence[Peer]) -> str:
    """Every work's table, what the figures of some tools rest on, and which peers are not there."""
    parts = [ABOUT]
    for work, rows in asked.rows.items():
        parts += [f"### {work.title[0].upper()}{work.title[1:]}", _table(asked, work, rows), *_failed(rows)]
    noted = {row.contender.name: row.contender.note for rows in asked.rows.values() for row in rows if row.contender.note}
    if noted:
        parts.append("\n".join(f"- {name}: {note}." for name, note in noted.items()))
    if missing:
        names = ", ".join(f"{peer.name} {peer.version}" for peer in missing)
        parts.append(f"Not installed and so not measured: {names}. `make bench-peers` installs them.")
    return "\n\n".join(parts)


def _table(asked: Asked, work: Work, rows: Sequence[Tried]) -> str:
    name, seconds = asked.against(work)
    head = [*HEAD, *([f"against {name}"] if name else [])]
    ordered = sorted((row for row in rows if not row.failed), key=lambda row: row.wall)
    shown = [[*_row(row), *([f"{row.wall / seconds:.2f}×" if math.isfinite(seconds) else ""] if name else [])] for row in ordered]
    if name == "ideal":
        shown.insert(0, ["*ideal*", "", "", _seconds(seconds), "", "", "", "1.00×"])
    return table(head, shown)


def _row(row: Tried) -> list[str]:
    walls = [run.wall for run in row.runs]
    memory = f"{row.memory:.0f} MB" if row.memory else ""
    spread = f"{_seconds(min(walls))}–{_seconds(max(walls))}" if len(walls) > 1 else ""
    return [row.contender.name, row.contender.version, str(len(walls)), _seconds(row.wall), spread, _seconds(row.cpu), memory]


def _failed(rows: Sequence[Tried]) -> list[str]:
    lines = [f"- {row.contender.name} {row.contender.version} has no figure: {row.failed}" for row in rows if row.failed]
    return ["\n".join(lines)] if lines else []


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 20 else f"{value:.0f} s"
