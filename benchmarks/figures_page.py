"""The figures of whole processes as text."""

from __future__ import annotations

from benchmarks.figures import Results, Sizes
from benchmarks.measure import Measured
from benchmarks.page import table


def section(results: Results) -> str:
    rows = [_row(name, found) for name, found in results.measured.items()]
    measured = table(["process", "runs", "wall", "fastest–slowest", "CPU", "memory", "worker at most"], rows)
    judged = f"Judging alone, in one process: {results.judged:,.0f} answers a second."
    return "\n\n".join([_about(results.sizes), measured, judged])


def _about(sizes: Sizes) -> str:
    return f"""\
Whole processes, started one after the other in turn; times are medians. `gemini-eval` is
started as `python -m gemini_eval`. *Replayed*: prompts are rendered by the template
worker, every answer comes from a recording, `exact_match` judges, all is recorded and the terminal report written; a tenth of
the cases fail. *Answers*: the answers are a column of the data. Memory is the peak of the process itself, of {sizes.large:,}
cases beside {sizes.small:,}; its template worker is another process, and the figure for it an upper bound."""


def _row(name: str, found: Measured) -> list[str]:
    low, high = found.spread
    memory = [f"{mebibytes:.0f} MiB" if mebibytes else "" for mebibytes in (found.memory, found.worker_memory)]
    return [name, str(len(found.runs)), _seconds(found.wall), f"{_seconds(low)}–{_seconds(high)}", _seconds(found.cpu), *memory]


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 2 else f"{value:.1f} s"
