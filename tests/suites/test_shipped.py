"""The shipped suites on the embedded model: their gates hold, and each fails where it must.

Gated variants only, on the first 30 cases; `make proofs-suites` runs everything.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemini_eval.gates import GateResult, GateStatus
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.load import load_suite
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.run import Outcomes, run_suites
from gemini_eval.verbs.score import score_run
from gemini_eval.verbs.selection import Selection

ROOT = Path(__file__).parents[2]
SUITES = ("wine", "sentiment", "product_specs", "tickets_tuning")
TABLES = {"wine": "wine", "sentiment": "reviews", "tickets_tuning": "tickets"}
CASES = 30
EMPTIED_CASES = 8

pytestmark = pytest.mark.model


def gated(number: int) -> RunOptions:
    return RunOptions(selection=Selection(number=number, variant_names=("few",)))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own workspace, copied, so that its store stays as it is."""
    folder = tmp_path_factory.mktemp("shipped")
    for name in ("specs", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "gemini-eval.yaml", folder)
    return folder


@pytest.fixture(scope="module", params=SUITES)
def answered(request: pytest.FixtureRequest, workspace: Path) -> Iterator[tuple[str, Path, Outcomes]]:
    """One run of a suite's gated variant, which the tests of that suite share."""
    yield request.param, workspace, run_suites([workspace / f"specs/{request.param}.yaml"], gated(CASES))


def statuses(gates: tuple[GateResult, ...]) -> dict[str, GateStatus]:
    return {gate.gate: gate.status for gate in gates}


def test_every_gate_holds(answered: tuple[str, Path, Outcomes]) -> None:
    name, workspace, outcomes = answered
    suite = load_suite(workspace / f"specs/{name}.yaml")
    assert outcomes.summary.suites[name].variants["few"].cases == CASES
    assert len(outcomes.gates) == len(suite.gates) > 0
    assert set(statuses(outcomes.gates).values()) == {GateStatus.HOLDS}, [gate.reason for gate in outcomes.gates]


def test_no_gate_holds_with_expected_shuffled(answered: tuple[str, Path, Outcomes]) -> None:
    """Saved answers judged again with each case's `expected` taken from another case; nothing is asked."""
    name, workspace, outcomes = answered
    shuffled = workspace.parent / f"shuffled-{name}"
    shutil.copytree(workspace, shuffled, ignore=shutil.ignore_patterns(".gemini-eval"))
    _rotate_expected(shuffled, name)
    run = RunFolder.open(Path(shutil.copytree(outcomes.folder.path, shuffled / "run")))
    again = score_run(run, gated(CASES), [shuffled / f"specs/{name}.yaml"])
    assert again.summary.suites[name].variants["few"].not_delivered == 0
    assert set(statuses(again.gates).values()) == {GateStatus.WARNING}, [gate.reason for gate in again.gates]


def test_no_gate_holds_with_the_prompt_emptied(answered: tuple[str, Path, Outcomes]) -> None:
    name, workspace, _ = answered
    emptied = workspace.parent / f"emptied-{name}"
    shutil.copytree(workspace, emptied, ignore=shutil.ignore_patterns(".gemini-eval"))
    for template in (emptied / "templates").glob("*.j2"):
        template.write_text("\n", encoding="utf-8")
    outcomes = run_suites([emptied / f"specs/{name}.yaml"], gated(EMPTIED_CASES))
    assert GateStatus.HOLDS not in statuses(outcomes.gates).values(), [gate.reason for gate in outcomes.gates]


def _rotate_expected(folder: Path, name: str) -> None:
    """Give each row the `expected` of the nearest later row that has another one."""
    if name == "product_specs":
        path = folder / "specs/data/products.jsonl"
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        _rotate(rows)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return
    path = folder / f"specs/data/{TABLES[name]}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    _rotate(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _rotate(rows: list[dict[str, object]]) -> None:
    before = [row["expected"] for row in rows]
    for index, row in enumerate(rows):
        later = (before[(index + step) % len(rows)] for step in range(1, len(rows)))
        row["expected"] = next(value for value in later if value != before[index])
