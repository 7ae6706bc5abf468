"""Large files: memory does not grow with the rows."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from gemini_eval.errors import Place
from gemini_eval.suites.data.reader import iter_raw_cases
from gemini_eval.suites.data.source import DataSource


@pytest.mark.parametrize(
    ("name", "head", "line"), [("t.csv", "id,text\n", '{0},some "" text\n'), ("t.jsonl", "", '{{"id": {0}}}\n')]
)
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, name: str, head: str, line: str) -> None:
    path = tmp_path / name
    path.write_text(head + "".join(line.format(i) for i in range(10_000)))
    tracemalloc.start()
    count = sum(1 for _ in iter_raw_cases(DataSource((path,), (name,), Place("suite.yaml"))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 10_000
    assert peak < 2_000_000
