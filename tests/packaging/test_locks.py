"""The locks hold what pyproject.toml asks for, each package with its hashes and without an address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CORE = [Requirement(text) for text in PROJECT["dependencies"]]
EXTRAS = {name: [Requirement(text) for text in texts] for name, texts in PROJECT["optional-dependencies"].items()}


def pins(lock: str) -> dict[str, set[str]]:
    """Name -> versions; there may be one for each Python."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / lock).read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize(
    ("locks", "wanted"),
    [
        (["run.txt"], CORE + EXTRAS["local"]),
        (["test.txt", "torch.txt"], CORE + [requirement for extra in EXTRAS.values() for requirement in extra]),
    ],
    ids=lambda value: value[0] if isinstance(value[0], str) else "",
)
def test_the_lock_satisfies_the_project(locks: list[str], wanted: list[Requirement]) -> None:
    """PyTorch has a file of its own, without hashes, since which build is right differs between machines."""
    locked = {name: versions for lock in locks for name, versions in pins(lock).items()}
    missing = [str(requirement) for requirement in wanted if not locked.get(canonicalize_name(requirement.name))]
    assert missing == []
    unmet = [
        f"{requirement}: {version}"
        for requirement in wanted
        for version in locked[canonicalize_name(requirement.name)]
        if Version(version) not in requirement.specifier
    ]
    assert unmet == []


def test_what_tests_use_is_locked() -> None:
    lines = [(ROOT / "requirements" / name).read_text().splitlines() for name in ("run.in", "test.in")]
    names = {canonicalize_name(line) for file in lines for line in file if line and not line.startswith("#")}
    assert names - pins("test.txt").keys() == set()


def test_both_locks_agree() -> None:
    run, test = pins("run.txt"), pins("test.txt")
    assert {name: versions for name, versions in run.items() if test.get(name) != versions} == {}


@pytest.mark.parametrize("lock", ["run.txt", "test.txt"])
def test_every_package_has_hashes_and_none_has_an_address(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    entries = re.split(r"(?m)^(?=[\w.-]+==)", text)[1:]
    assert [entry.partition(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"\w+://\S*|@ \S+|^-\S+|/\w+/", text, re.MULTILINE) == []
