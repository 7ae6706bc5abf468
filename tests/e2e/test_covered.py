"""Every assertion has a run in a folder in which it holds, one in which it fails, and one in which it is written wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemini_eval.errors import InputError
from gemini_eval.metrics import METRICS
from gemini_eval.rubrics.named import NAMED
from gemini_eval.safe.files import read_text
from gemini_eval.safe.yaml_reader import YamlMap, read_yaml
from gemini_eval.types import Json
from gemini_eval.vertex import METRICS as SERVICE
from tests.e2e.test_folders import FOLDERS, names

ASSERTIONS = (
    *(metric.NAME for metric in METRICS),
    *("rubric", *NAMED, "g_eval", "python"),
    *(f"vertex {metric.NAME}" for metric in SERVICE),
)
KINDS = {"passing": "holds", "failing": "fails", "broken": "is broken"}
STATUSES = {"0": "holds", "1": "fails", "2": "is broken"}


def named_in(value: Json) -> Iterator[str]:
    """Every word that could name an assertion, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from named_in(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            below = [item] if isinstance(item, str) else item if isinstance(item, dict) else ()
            yield from (f"{key} {inner}" for inner in below)
            yield from named_in(item)


def asserted_in(suite: Path) -> set[str]:
    """What a suite asserts; `label` and `fields` come with what it declares."""
    try:
        tree = read_yaml(read_text(suite), path=suite.name)
    except InputError:
        return set()
    if not isinstance(tree, YamlMap):
        return set()
    cases = tree.get("cases")
    own = [case.get("assert") for case in cases if isinstance(case, dict)] if isinstance(cases, list) else []
    found = set(named_in([tree.get("assert"), tree.get("measure"), *own]))
    implied = {"label": "labels" in tree, "fields": "fields" in tree}
    return found | {name for name, there in implied.items() if there}


def runs(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each suite that is run or validated, and what becomes of it: by its file's name, else by how its command ended."""
    lines = (folder / "command").read_text().splitlines()
    commands = [line for line in lines if line.partition(" ")[0] in {"run", "validate", "check"}]
    statuses = (folder / "status").read_text().splitlines()
    told = [line for line in lines if line and not line.startswith(("#", "cp ", "edit "))]
    if len(told) != len(statuses):
        return
    for line, status in zip(told, statuses, strict=True):
        suites = [word for word in line.split() if word.endswith(".yaml")]
        for suite in [folder / name for name in suites if line in commands and (folder / name).is_file()]:
            kinds = [kind for beginning, kind in KINDS.items() if suite.stem.startswith(beginning)]
            yield suite, (kinds or [STATUSES.get(status, "")] * (len(suites) == 1) or [""])[0]


@pytest.fixture(scope="module")
def seen() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name in names():
        for suite, kind in runs(FOLDERS / name):
            for assertion in asserted_in(suite) & set(ASSERTIONS):
                found[assertion].add(kind)
    return found


@pytest.mark.parametrize("assertion", ASSERTIONS)
def test_it_holds_fails_and_is_broken(assertion: str, seen: dict[str, set[str]]) -> None:
    assert set(KINDS.values()) <= seen[assertion]
