"""`make proofs-tuning`: the embedded model tuned on the shipped tickets beside prompts; the guide's grid, timed; the curve."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import ROOT
from benchmarks.page import Origin, table, write_page
from benchmarks.promise import Promise, promised
from gemini_eval.tuning.grid import read_grid
from gemini_eval.tuning.parameters import GUIDE_GRID, Parameters

COMMAND = "make proofs-tuning"
SUITE, GRID, NAME = "specs/tickets_tuning.yaml", "specs/grids/tickets.yaml", "tickets_tuning"
COPIED = ("specs", "templates", "gemini-eval.yaml")
MOST_MINUTES, MOST_EPOCHS = 10.0, 8

ABOUT = """\
`make tune` on a machine as it stands: the embedded Gemma 3 270M is tuned by LoRA on the 240 training tickets of
`specs/tickets_tuning.yaml`, once for each configuration; the better one on the 60 validation tickets is asked the 120 test
tickets, whose wordings are in none of the others, beside the same model with a zero-shot and a few-shot prompt. Times are of
whole processes, everything in them. A base model has not learned to answer, so that zero-shot is no measure; what tuning
adds is what it adds over the few-shot prompt."""

GUIDE = """\
The five configurations that Google's guide begins with, for 500 to 1,000 examples; there are 240 here. The loss is of the
last epoch's answers while they were learned: near 0 they are known by heart, and where it stays high the rate is too high
for this model, which the multiplier 4 is."""

CURVE = """\
The same configuration on a quarter, on half and on all of the training tickets, asked on the validation split."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command's seconds and what `-o` wrote."""

    seconds: float
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Workshop:
    """A workspace of its own, with the shipped suite in it."""

    folder: Path

    def run(self, *arguments: str, out: str = "") -> Ran:
        """Raises `CalledProcessError` where the status is neither 0 nor 1."""
        command = [sys.executable, "-m", "gemini_eval", *arguments, *(["-q", "-o", out] if out else [])]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        started = time.monotonic()
        done = subprocess.run(command, cwd=self.folder, env=environment, check=False)
        seconds = time.monotonic() - started
        if done.returncode not in (0, 1):
            raise subprocess.CalledProcessError(done.returncode, command)
        return Ran(seconds, json.loads((self.folder / out).read_text(encoding="utf-8")) if out else {})

    def start(self, grid: str) -> float:
        return self.run("tune", "start", SUITE, "--backend", "local", "--grid", grid).seconds

    def compare(self, grid: Sequence[Parameters], out: str) -> Ran:
        tuned = [word for one in grid for word in ("--tuned", f"tuned:{NAME}/{one.name}")]
        return self.run("tune", "compare", SUITE, *tuned, out=out)

    def trained(self, one: Parameters) -> tuple[float, float]:
        """(seconds of all epochs, loss in the last), of the training on all of the examples."""
        paths = (self.folder / ".gemini-eval/tuning" / NAME).glob(f"{one.name}-*/training.json")
        told = max((json.loads(path.read_text(encoding="utf-8")) for path in paths), key=lambda each: each["examples"])
        return sum(epoch["seconds"] for epoch in told["epochs"]), told["epochs"][-1]["loss"]


def main() -> int:
    """0 where every promise is kept."""
    origin = Origin.now(COMMAND, ("torch", "gguf", "xllamacpp"))
    two = read_grid(str(ROOT / GRID))
    with TemporaryDirectory(prefix="gemini-eval-tuning-") as name:
        shop = Workshop(Path(name))
        for part in COPIED:
            source = ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, shop.folder / part)
        swept = shop.start(GRID)
        compared = shop.compare(two, "two.json")
        of_guide = shop.start("guide_grid")
        chosen = shop.compare(GUIDE_GRID, "guide.json")
        curve = shop.run("tune", "curve", SUITE, "--epochs", "2", out="curve.json")
        parts = [ABOUT, "## Promised", promised(promises := _promises(two, swept + compared.seconds, compared.told))]
        parts += ["## Two configurations", *_compared(shop, two, swept, compared)]
        parts += ["## The guide's grid", GUIDE, *_compared(shop, GUIDE_GRID, of_guide, chosen)]
        parts += ["## More data", CURVE, *_curve(curve.told)]
    print("\n\n".join(parts[1:]))
    print(f"\nwritten: {write_page('tuning.md', 'Prompted or tuned, measured', origin, parts).name}")
    return 0 if all(promise.kept for promise in promises) else 1


def _promises(grid: Sequence[Parameters], seconds: float, told: Mapping[str, Any]) -> list[Promise]:
    over_few = next(one for one in told["comparisons"] if one["prompted"] == "few")["tests"][0]["decision"]
    return [
        Promise("`make tune`, after the installation", seconds / 60, MOST_MINUTES, " min"),
        Promise("epochs in it", sum(one.epochs for one in grid), MOST_EPOCHS, ""),
        Promise(
            "accuracy over few-shot, lower end of the 90 % interval",
            100 * over_few["interval"]["low"],
            0.01,
            " points",
            at_least=True,
        ),
    ]


def _compared(shop: Workshop, grid: Sequence[Parameters], seconds: float, ran: Ran) -> list[str]:
    """How long each took and what it reached; the winner beside the prompts; the sentences."""
    told = ran.told
    scores = {name.rpartition("/")[2]: score for name, score in told["sweep"]["scores"]}
    rows = []
    for one in grid:
        trained, loss = shop.trained(one)
        rows.append([f"`{one.name}`", f"{trained:.0f} s", f"{loss:.4f}", f"{100 * scores[one.name]:.1f} %"])
    head = ("configuration", "training", "last loss", f"accuracy, {told['sweep']['cases']} validation tickets")
    took = f"The sweep took {seconds / 60:.1f} minutes, the comparison {ran.seconds / 60:.1f}."
    return [table(head, rows), took, _variants(told), *told["sentences"], *(f"- {one['text']}" for one in told["advice"])]


def _variants(told: Mapping[str, Any]) -> str:
    rows = []
    for variant in told["variants"]:
        figures = variant["figures"]
        low, high = figures["accuracy"]["interval"]
        rows.append(
            [
                f"`{variant['variant']}`",
                f"{100 * figures['accuracy']['value']:.1f} % ({100 * low:.1f}–{100 * high:.1f})",
                f"{100 * figures['macro_f1']['value']:.1f} %",
                f"{figures['prompt_tokens']['value']:.0f} / {figures['output_tokens']['value']:.0f}",
                f"{figures['p50_latency']['value']:.0f} ms",
            ]
        )
    return table(("variant", "accuracy, 120 test tickets", "macro F1", "tokens in / out", "p50"), rows)


def _curve(told: Mapping[str, Any]) -> list[str]:
    rows = [[f"{point['percent']} %", f"{100 * point['figure']['value']:.1f} %"] for point in told["points"]]
    return [table(("of the examples", "accuracy, validation tickets"), rows), told["sentence"]]


if __name__ == "__main__":
    sys.exit(main())
