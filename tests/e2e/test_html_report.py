"""The page that `-o report.html` writes, read as a browser does; the folder of the same behaviour holds what is printed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.cli import gemini_eval
from tests.support.pages import Page, read_page

FOLDER = Path(__file__).parent / "folders" / "report_html"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    shutil.copytree(FOLDER, path, ignore=shutil.ignore_patterns("command", "stdout", "stderr", "status"))
    return path


def written(folder: Path, *arguments: str, status: int, lang: str = "en") -> Page:
    assert gemini_eval([*arguments, "-q", "-o", "page.html"], folder).status == status
    return read_page((folder / "page.html").read_bytes(), lang)


def test_a_run_that_passes(folder: Path) -> None:
    page = written(folder, "run", "passing.yaml", status=0)
    assert page.inside["h1"][0].startswith("✓ 1 of 1 cases pass")
    assert page.inside["h2"] == ["Gates", "Figures"]
    assert (page.named("del"), page.named("ins")) == ([], [])


def test_a_run_that_fails_shows_each_field_in_colour(folder: Path) -> None:
    page = written(folder, "run", "failing.yaml", status=1)
    assert page.inside["h2"] == ["Gates", "Figures", "2 failed"]
    assert page.inside["caption"] == ["Gates", "Variants", "Fields", *["Fields that are not right"] * 2]
    rows = [" ".join(row.split()) for row in page.inside["tr"]]
    assert rows[-7:] == [
        "fieldwhatexpectedansweredwhy",
        'colour+ hallucinated–"red" no such field is declared',
        'released− missing"2024-03-15" –',
        'speed≠ wrong1200 "1300 Mbps"',
        "fieldwhatexpectedanswered",
        'product≠ wrong"Mesh 2" "Mesh </style><script>alert(1)</script>"',
        'released≠ wrong"2024-03-15" "2024-05-15"',
    ]
    assert page.inside["del"][1:] == ['"2024-03-15"', "1200", '"Mesh 2"', "3"]
    assert page.inside["ins"][1:] == ['"red"', '"1300 Mbps"', '"Mesh </style><script>alert(1)</script>"', "5"]


def test_a_saved_run_gives_the_same_page(folder: Path) -> None:
    written(folder, "run", "failing.yaml", status=1)
    first = (folder / "page.html").read_bytes()
    written(folder, "report", "last", status=0)
    assert (folder / "page.html").read_bytes() == first
    assert written(folder, "report", "last", "--lang", "ko", status=0, lang="ko").inside["h1"][0].startswith("✗ 3건 중 1건")


def test_two_sides(folder: Path) -> None:
    written(folder, "run", "failing.yaml", status=1)
    changed = (folder / "failing.yaml").read_text().replace('"speed": 10}', '"speed": 11}')
    (folder / "failing.yaml").write_text(changed)
    page = written(folder, "run", "failing.yaml", "--against", "last", status=1)
    assert page.inside["h2"][:2] == ["Compared", "Gates"]
    assert "1 newly broken" in page.inside["h3"]


def test_input_that_is_broken_writes_no_page(folder: Path) -> None:
    assert gemini_eval(["run", "broken.yaml", "-o", "page.html"], folder).status == 2
    assert not (folder / "page.html").exists()
