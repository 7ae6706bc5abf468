"""Pages of docs/ that a benchmark or a proof writes: what ran, where, from which commit, and its tables."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.measure import ROOT

DOCS = ROOT / "docs"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page's figures come from; taken before the first of them is measured."""

    command: str
    text: str

    @classmethod
    def now(cls, command: str, packages: Sequence[str]) -> Origin:
        versions = ", ".join(filter(None, map(_versioned, packages)))
        return cls(command, f"`{command}`, {commit()}.\n\n{machine()}; {versions}.")


def write_page(name: str, title: str, origin: Origin, parts: Sequence[str]) -> Path:
    """`docs/NAME`: the title, where it comes from, then `parts`; returns its path."""
    note = f"<!-- Written by `{origin.command}`; run it again instead of editing this page. -->"
    told = [f"# {title}", note, origin.text]
    path = DOCS / name
    path.write_text("\n\n".join([*told, *parts]) + "\n", encoding="utf-8")
    return path


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right_from: int = 1) -> str:
    """A Markdown table; columns from `right_from` on hold numbers."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    rule = ["-" * (width - 1) + ("-" if i < right_from else ":") for i, width in enumerate(widths)]
    lines = [_line([_cell(text, widths[i], i >= right_from) for i, text in enumerate(row)]) for row in (head, *rows)]
    return "\n".join([lines[0], _line(rule), *lines[1:]])


def commit() -> str:
    """The commit that was measured, and whether the files differed from it; pages of docs/ do not count."""
    named = _git("rev-parse", "--short=12", "HEAD")
    if not named:
        return "no commit known"
    changed = _git("status", "--porcelain", "--", "gemini_eval", "benchmarks", "specs", "templates")
    return f"commit {named}" + (" with local changes" if changed else "")


def machine() -> str:
    load = os.getloadavg()[0]
    system = f"{platform.system()} {platform.machine()}"
    return f"Python {platform.python_version()}, {system}, {os.cpu_count()} cores, load {load:.1f} at the start"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _versioned(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


def _cell(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
