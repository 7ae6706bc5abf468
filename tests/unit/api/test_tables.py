"""Whole runs give the figures of the reference tables: scikit-learn's, and those of Hugging Face's evaluate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import gemini_eval
from tests.tables import table

PARTS = table("labels")["rows"]
LABELS = ["negative", "neutral", "positive"]
BASE = {"version": 1, "name": "table", "task": "classification", "models": {"answers": "reply"}}


def figures(folder: Path, suite: dict[str, Any], cases: list[dict[str, Any]], names: list[str]) -> dict[str, float | None]:
    rows = [{"id": f"c{n}", "vars": {"reply": one["reply"]}, "expected": one["expected"]} for n, one in enumerate(cases)]
    path = folder / "suite.yaml"
    path.write_text(json.dumps({**BASE, **suite, "cases": rows}), encoding="utf-8")
    found = gemini_eval.run(path).summary.suites["table"].variants["data@reply"].figures
    return {name: found[name].value for name in names}


@pytest.mark.parametrize("part", PARTS)
def test_the_figures_are_the_tables(part: str, tmp_path: Path) -> None:
    pairs, values = PARTS[part]["cases"], PARTS[part]["values"]
    if part == "one":
        suite: dict[str, Any] = {"labels": LABELS, "order": LABELS}
        cases = [{"expected": expected, "reply": said} for expected, said in pairs]
    elif part == "several":
        suite = {"labels": ["a", "b", "c"], "answer": {"as": "list"}}
        cases = [{"expected": expected, "reply": json.dumps(said)} for expected, said in pairs]
    else:
        suite = {"labels": ["a", "b"], "answer": {"path": "said"}, "confidence": {"own": {"from": "output.sure"}}}
        said = [{"said": "a" if right else "b", "sure": sure} for sure, right in pairs * 4]  # fewer are not judged
        cases = [{"expected": "a", "reply": json.dumps(one)} for one in said]
    assert figures(tmp_path, suite, cases, [*values]) == pytest.approx(values, abs=1e-12)
