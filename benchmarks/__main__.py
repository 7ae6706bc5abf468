"""`python -m benchmarks`: measure, print the tables, write docs/benchmarks.md; exit 1 where a promise is not kept."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import LARGE, SMALL, Promise, Results, measure
from benchmarks.measure import Measured
from benchmarks.page import Origin, table, write_page

COMMAND = "make bench"
PACKAGES = ("aiohttp", "click", "google-re2", "jinja2", "orjson", "pydantic", "pyyaml", "uvloop")
ABOUT = f"""\
Whole processes, started one after the other in turn; times are medians. `gemini-eval` is
started as `python -m gemini_eval`. *Replayed*: prompts are rendered by the template
worker, every answer comes from a recording, `exact_match` judges, all is recorded and the terminal report written; a tenth of
the cases fail. *Answers*: the answers are a column of the data. Memory is the peak of the process itself, of {LARGE:,} cases
beside {SMALL:,}; its template worker is another process, and the figure for it an upper bound."""


def main() -> int:
    origin = Origin.now(COMMAND, PACKAGES)
    with TemporaryDirectory(prefix="gemini-eval-bench-") as folder:
        results = measure(Path(folder))
    parts = [ABOUT, "## Promised", promised(results.promises()), "## Measured", measured_table(results)]
    parts.append(f"Judging alone, in one process: {results.judged:,.0f} answers a second.")
    for part in parts[1:]:
        print(part, end="\n\n")
    print(f"written: {write_page('benchmarks.md', 'Benchmarks', origin, parts).name}")
    return 0 if all(promise.kept for promise in results.promises()) else 1


def promised(promises: list[Promise]) -> str:
    rows = [
        [
            promise.name,
            f"{promise.value:,.2f}{promise.unit}" if promise.value < 100 else f"{promise.value:,.0f}{promise.unit}",
            f"{'≥' if promise.at_least else '≤'} {promise.bound:,g}{promise.unit}",
            "kept" if promise.kept else "not kept",
        ]
        for promise in promises
    ]
    return table(["figure", "measured", "promised", ""], rows)


def measured_table(results: Results) -> str:
    rows = [_row(name, found) for name, found in results.measured.items()]
    return table(["process", "runs", "wall", "fastest–slowest", "CPU", "memory", "worker at most"], rows)


def _row(name: str, found: Measured) -> list[str]:
    low, high = found.spread
    memory = [f"{mebibytes:.0f} MiB" if mebibytes else "" for mebibytes in (found.memory, found.worker_memory)]
    return [name, str(len(found.runs)), _seconds(found.wall), f"{_seconds(low)}–{_seconds(high)}", _seconds(found.cpu), *memory]


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 2 else f"{value:.1f} s"


if __name__ == "__main__":
    sys.exit(main())
