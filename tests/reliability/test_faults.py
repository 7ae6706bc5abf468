"""Nothing is lost: every fault of the table, by the real command line. Each test prints its figures (`pytest -s`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.table import ROWS, Row


@pytest.mark.parametrize("row", [row for row in ROWS if row.small], ids=lambda row: row.name)
def test_nothing_is_lost(row: Row, tmp_path: Path) -> None:
    assert row.small is not None
    finding = row.small(tmp_path)
    print(finding)
    assert finding.breaches == ()
