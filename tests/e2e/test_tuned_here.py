"""From data to a tuned model on this machine, by the command line alone: the embedded Gemma, trained for real in a few steps."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gemini_eval.suites.tuned import read_registry
from tests.support.cli import Ended, gemini_eval
from tests.support.suites import write_files

pytestmark = pytest.mark.model

SUITE = """
version: 1
name: tickets
task: classification
labels: [delivery, refund]
prompts:
  zero_shot: {text: "Ticket: {{ text }}\\nTeam:"}
  few_shot: {text: "Ticket: No box came\\nTeam: delivery\\n\\nTicket: {{ text }}\\nTeam:", strategy: few_shot}
params: {temperature: 0, max_output_tokens: 4, stop_sequences: ["\\n"]}
data: {file: rows.csv, split: test, columns: {id: id, vars.text: text, expected: expected}}
variants: {zero: {prompt: zero_shot, gated: false}, few: {prompt: few_shot, gated: false}}
"""
LIVE = """
extends: suite.yaml
version: 1
name: tickets
models: {live: tuned:tickets/live}
variants: {tuned: {prompt: zero_shot, model: live}}
gate: ["cases >= 2"]
"""
ROWS = """id,split,text,expected
a,train,My parcel is late.,delivery
b,train,Give me my money back!,refund
c,train,The courier lost the box on Friday.,delivery
d,train,I returned it and wait for the payment.,refund
e,train,Track the shipment for me.,delivery
f,train,You owe me twenty euros.,refund
g,train,주문한 상품이 아직 안 왔어요.,delivery
h,train,환불이 아직 안 됐어요.,refund
i,validation,Nobody rang the bell today.,delivery
j,validation,Cancel it and pay me.,refund
k,test,When does the van arrive here?,delivery
l,test,My account shows no repayment.,refund
"""
ALIAS = "tickets/e2-a1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = "version: 1\ndefault_model: local:gemma-3-270m\n"
    files = {"suite.yaml": SUITE, "live.yaml": LIVE, "rows.csv": ROWS, "gemini-eval.yaml": workspace}
    return write_files(tmp_path_factory.mktemp("here") / "work", files)


def ask(folder: Path, *arguments: str) -> Ended:
    """With the caller's home, so that the model is unpacked once for all."""
    return gemini_eval(arguments, folder, {"HOME": os.environ.get("HOME", "")})


def alias_of(folder: Path, alias: str) -> str:
    found = read_registry(folder).get(alias)
    return found.model if found else ""


def judged(folder: Path) -> list[dict[str, str]]:
    lines = ask(folder, "report", "last", "--canonical").stdout.splitlines()
    return [json.loads(line) for line in lines]


def test_a_model_tuned_on_this_machine(folder: Path) -> None:
    """One story, since training takes its time: trained, found again, asked, compared, promoted, rolled back."""
    first = ask(folder, "tune", "start", "suite.yaml", "--backend", "local", "--epochs", "2")
    assert first.status == 0, first
    model = alias_of(folder, ALIAS)
    path, _, pin = model.removeprefix("local:gemma-3-270m+").partition("@")
    assert (folder / path).is_file()
    assert first.stdout == f"tuned:{ALIAS} is {model}\ngemini-eval.tuned.yaml: made; commit it\n"
    assert "tickets/e2-a1: epoch 2 of 2, loss " in first.stderr

    before = (folder / path).stat().st_mtime_ns
    again = ask(folder, "tune", "start", "suite.yaml", "--backend", "local", "--epochs", "2")
    assert (again.status, again.stdout) == (0, f"tuned:{ALIAS} is {model}\n"), again
    assert again.stderr.endswith("2 epochs in all, 8 examples\ntickets/e2-a1: tuned already\n")
    assert path in ask(folder, "tune", "list").stdout
    assert (folder / path).stat().st_mtime_ns == before

    ran = ask(folder, "run", "suite.yaml", "--model", f"tuned:{ALIAS}", "-k", "l", "-q")
    assert f"local:gemma-3-270m+{pin}" in ran.stdout.replace("\n    ", ""), ran

    compared = ask(folder, "tune", "compare", "suite.yaml", "--tuned", f"tuned:{ALIAS}", "-q", "-o", "tuning.json")
    assert compared.status in (0, 1), compared
    told = json.loads((folder / "tuning.json").read_text())
    assert [(one["variant"], one["tuned"]) for one in told["variants"]] == [
        ("zero", False),
        ("few", False),
        (f"zero_shot@{ALIAS}", True),
    ]
    assert told["variants"][2]["model"] == f"local:gemma-3-270m+{pin}"

    promoted = ask(folder, "tune", "promote", "tickets/live", ALIAS, "live.yaml", "-q")
    assert (promoted.status, alias_of(folder, "tickets/live")) == (0, model), promoted
    epoch = ask(folder, "tune", "promote", "tickets/live", f"{ALIAS}@1", "live.yaml", "-q")
    other = alias_of(folder, "tickets/live").removeprefix("local:gemma-3-270m+").partition("@")
    assert (epoch.status, other[0], other[2] != pin) == (0, path.replace("-02.gguf", "-01.gguf"), True), epoch
    back = ask(folder, "tune", "rollback", "tickets/live")
    assert (back.status, alias_of(folder, "tickets/live")) == (0, model), back


def test_a_curve_of_models_that_it_tunes_itself(folder: Path) -> None:
    drawn = ask(folder, "tune", "curve", "suite.yaml", "--epochs", "1", "-q", "-o", "curve.json")
    assert drawn.status == 0, drawn
    told = json.loads((folder / "curve.json").read_text())
    assert [point["percent"] for point in told["points"]] == [25, 50, 100]
    assert all(alias_of(folder, f"tickets/e1-a1{part}") for part in ("-p25", "-p50", ""))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--epochs", "101"), "error: epochs is 101"),
        (("--data", "gs://bucket/rows.jsonl"), "error: gs://bucket/rows.jsonl lies in Cloud Storage"),
        (("--max-cost", "1"), "error: --max-cost is for Vertex AI"),
        (("--prompt", "fewshot"), "error: --prompt fewshot: the suite tickets has no such prompt"),
    ],
)
def test_what_can_not_be_tuned_here(folder: Path, arguments: tuple[str, ...], reason: str) -> None:
    refused = ask(folder, "tune", "start", "suite.yaml", "--backend", "local", *arguments)
    assert (refused.status, refused.stderr.startswith(reason)) == (2, True), refused


@pytest.mark.parametrize("verb", [("start", "suite.yaml", "--backend", "local"), ("curve", "suite.yaml")])
@pytest.mark.parametrize("seed", ["-1", str(2**32)])
def test_a_seed_that_can_not_be_drawn_from(folder: Path, verb: tuple[str, ...], seed: str) -> None:
    refused = ask(folder, "tune", *verb, "--seed", seed)
    said = f"Error: Invalid value for '--seed': {seed} is not in the range 0<=x<={2**32 - 1}."
    assert (refused.status, refused.stderr.splitlines()[-1]) == (2, said), refused
