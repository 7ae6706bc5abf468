from __future__ import annotations

import json
from pathlib import Path

import pytest

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.runs.records import encode
from tests.support.suites import write_files
from tests.unit.cache.samples import key_of, record, run_verb


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace whose cache holds four answers of two models."""
    write_files(tmp_path, {})
    with AnswerCache(tmp_path / ".gemini-eval" / "cache.sqlite") as cache:
        for number in range(3):
            cache.put(record(number, at=f"2026-01-3{number - 1}T09:30:00.000Z" if number else "2026-01-01T08:00:00.000Z"))
        cache.put(record("pro", model="gemini-2.5-pro", location="", version=""))
    return tmp_path


def test_stats(folder: Path) -> None:
    status, stdout, stderr = run_verb("cache", ["stats"], folder)
    assert (status, stderr) == (0, "")
    assert stdout == (
        ".gemini-eval/cache.sqlite: 4 answers, 24.6 KB\n"
        "from 2026-01-01 08:00 UTC to 2026-01-31 09:30 UTC\n"
        "          3  gemini-2.5-flash in global, version v1\n"
        "          1  gemini-2.5-pro\n"
    )
    status, stdout, _ = run_verb("cache", ["stats", "--json"], folder)
    told = json.loads(stdout)
    assert (status, told["path"], told["answers"]) == (0, ".gemini-eval/cache.sqlite", 4)
    assert [origin["model"] for origin in told["origins"]] == ["gemini-2.5-flash", "gemini-2.5-pro"]


def test_stats_without_a_cache(tmp_path: Path) -> None:
    write_files(tmp_path, {})
    assert run_verb("cache", ["stats"], tmp_path) == (0, ".gemini-eval/cache.sqlite: no answers, 0 bytes\n", "")


def test_verify(folder: Path) -> None:
    assert run_verb("cache", ["verify"], folder) == (0, "4 answers whole, 0 removed\n", "")
    path = folder / ".gemini-eval" / "cache.sqlite"
    path.write_bytes(path.read_bytes().replace(b"the answer of 1", b"the answer of l"))
    told = f"removed {key_of(1)[:16]} of wine, case 1\n3 answers whole, 1 removed\n"
    assert run_verb("cache", ["verify"], folder) == (1, told, "")


def test_prune(folder: Path) -> None:
    said = "removed 1 answer, 3 stay\n24.6 KB before, 24.6 KB now\n"
    assert run_verb("cache", ["prune", "--keep-model", "*-flash"], folder) == (0, said, "")
    said = "removed 3 answers, 0 stay\n24.6 KB before, 24.6 KB now\n"
    assert run_verb("cache", ["prune", "--older-than", "1d", "--max-size", "1GB"], folder) == (0, said, "")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "error: prune removes nothing by itself"),
        (["--older-than", "99999999w"], "error: --older-than: that is before all years"),
        (["--max-size", "much"], "'much' is no size; write 500MB or 2GB"),
        (["--max-size", "1.2.3MB"], "'1.2.3MB' is no size; write 500MB or 2GB"),
    ],
)
def test_prune_that_can_not_be(folder: Path, arguments: list[str], reason: str) -> None:
    status, stdout, stderr = run_verb("cache", ["prune", *arguments], folder)
    assert (status, stdout) == (2, "")
    assert reason in stderr


def test_clear(folder: Path) -> None:
    assert run_verb("cache", ["clear"], folder) == (0, "removed 4 answers, 0 stay\n24.6 KB before, 24.6 KB now\n", "")
    assert run_verb("cache", ["clear"], folder)[1].startswith("removed 0 answers, 0 stay\n")


def test_export_and_import(folder: Path) -> None:
    assert run_verb("cache", ["export", "answers.jsonl"], folder) == (0, "4 answers in answers.jsonl\n", "")
    with (folder / "answers.jsonl").open("ab") as file:
        file.write(encode(record("new")) + encode(record("other", version="v2")) + b"{}\n")
    status, stdout, stderr = run_verb("cache", ["import", "answers.jsonl"], folder)
    assert (status, stderr) == (1, "answers.jsonl:7: left out: the line has no checksum\n")
    assert stdout == "1 answer added, 4 there already\n1 answer of other model versions left out\n"


def test_export_into_no_folder(folder: Path) -> None:
    status, _, stderr = run_verb("cache", ["export", "none/answers.jsonl"], folder)
    assert (status, stderr) == (2, "error: there is no folder none\n  mend: make it first\n")


def test_a_damaged_file_is_told_and_can_be_cleared(tmp_path: Path) -> None:
    write_files(tmp_path, {".gemini-eval/cache.sqlite": "not a database, but long enough to look at"})
    for verb in (
        ["stats"],
        ["verify"],
        ["prune", "--max-size", "1MB"],
        ["export", "answers.jsonl"],
        ["import", "gemini-eval.yaml"],
    ):
        status, stdout, stderr = run_verb("cache", verb, tmp_path)
        assert (status, stdout) == (3, "")
        assert stderr.endswith("is damaged: file is not a database\n  mend: empty it with: gemini-eval cache clear\n")
    assert run_verb("cache", ["clear"], tmp_path) == (0, "removed 0 answers, 0 stay\n42 bytes before, 0 bytes now\n", "")
    assert run_verb("cache", ["verify"], tmp_path) == (0, "0 answers whole, 0 removed\n", "")
