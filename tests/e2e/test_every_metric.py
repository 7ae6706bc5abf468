"""Every metric has a folder with an input that passes it, one that fails it and one that writes it wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from gemini_eval.safe.json_text import dump_json, read_record
from gemini_eval.safe.yaml_reader import read_yaml
from gemini_eval.types import Json
from gemini_eval.verbs.metrics_asked import everything
from gemini_eval.vertex import VERTEX

FOLDERS = Path(__file__).parent / "folders"
METRICS = [reference.name for reference in everything()]
DEFAULTS = {"labels": "label", "fields": "fields"}
"""What a suite asserts that declares the one and asserts nothing."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What its suites assert, as (metric, name that is shown), and its outputs."""

    name: str
    passing: frozenset[tuple[str, str]]
    failing: frozenset[tuple[str, str]]
    stdout: str
    stderr: str

    def passes(self, metric: str) -> bool:
        """`passing.yaml` asserts it, and no case of it is shown as failed or undecided."""
        return metric in dict(self.passing) and not re.search(r"(?m)^[✗?] .*passing\.yaml:\d", self.stdout)

    def fails(self, metric: str) -> bool:
        """`failing.yaml` asserts it, and among a failed case's assertions it is shown."""
        shown = {re.escape(name) for asserted, name in self.failing if asserted == metric}
        cases = re.findall(r"(?ms)^✗ [^\n]*failing\.yaml:\d.*?^$", self.stdout)
        return any(re.search(rf"(?m)^  {name}(-\d+)?( |$)", case) for name in shown for case in cases)

    def refuses(self, metric: str) -> bool:
        """`broken.yaml` is refused because of a line that writes it."""
        word = metric.rpartition(": ")[2]
        lines = re.findall(r"(?m)^broken\.yaml:\d+:\d+: error: [^\n]*\n  \|([^\n]*)", self.stderr)
        written = [line for line in lines if re.search(rf"\b{word}\b", line)]
        return any((VERTEX in line) is (word != metric) for line in written)


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_has_a_folder_where_it_passes_fails_and_is_broken(metric: str) -> None:
    found = {
        folder.name: (folder.passes(metric), folder.fails(metric), folder.refuses(metric))
        for folder in folders()
        if metric in {name for name, _ in folder.passing | folder.failing}
    }
    assert (True, True, True) in found.values(), f"passes, fails, is broken: {found}"


@cache
def folders() -> list[Folder]:
    """Those whose commands run all three."""
    return [read(path) for path in sorted(FOLDERS.iterdir()) if runs(path, "passing", "failing", "broken")]


def runs(folder: Path, *suites: str) -> bool:
    command = folder / "command"
    lines = [line.split() for line in command.read_text().splitlines()] if command.is_file() else []
    ran = {word for words in lines if "run" in words for word in words}
    return {f"{suite}.yaml" for suite in suites} <= ran


def read(folder: Path) -> Folder:
    passing, failing = (frozenset(asserted(folder / f"{name}.yaml")) for name in ("passing", "failing"))
    stdout, stderr = (path.read_text() if path.is_file() else "" for path in (folder / "stdout", folder / "stderr"))
    return Folder(folder.name, passing, failing, stdout, stderr)


def asserted(path: Path) -> Iterator[tuple[str, str]]:
    """(metric, shown name) of all that a suite asserts, groups' members and cases' own too."""
    suite = read_record(dump_json(read_yaml(path.read_text(), path=path.name)))
    whole = suite.get("assert", []) + suite.get("measure", [])
    cases = suite.get("cases", [])
    for case in cases if isinstance(cases, list) else []:
        whole += case.get("assert", [])
    yield from named(whole)
    if not whole:
        yield from ((metric, metric) for key, metric in DEFAULTS.items() if key in suite)


def named(items: Json) -> Iterator[tuple[str, str]]:
    for item in items if isinstance(items, list) else [items]:
        if isinstance(item, str):
            yield item, item
            continue
        for key, value in item.items():
            if key in ("all_of", "any_of", "some_of"):
                yield from named(value)
            elif key == VERTEX:
                metric = value if isinstance(value, str) else next(iter(value))
                yield f"{VERTEX}: {metric}", item.get("name", f"{VERTEX} {metric}")
            elif key in METRICS:
                yield key, item.get("name", key)
