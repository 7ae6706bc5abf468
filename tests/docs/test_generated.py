"""The generated pages and schemas of docs/ are what the program says of itself today."""

from __future__ import annotations

import pytest

from tests.support.cli import ROOT
from tools.generate_docs import pages

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_has_not_drifted(name: str) -> None:
    path = ROOT / "docs" / name
    assert path.is_file(), f"docs/{name} is missing: run `make docs`"
    assert path.read_bytes() == PAGES[name], f"docs/{name} has drifted: run `make docs`"


@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith(".md")])
def test_every_row_and_section_says_something(name: str) -> None:
    """An option, a figure or a metric without words would leave an empty cell where its description stands."""
    rows = [line for line in PAGES[name].decode().splitlines() if line.startswith("| `")]
    assert [row for row in rows if not row.split(" | ")[1].strip()] == []
