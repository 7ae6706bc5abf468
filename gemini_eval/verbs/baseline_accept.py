"""A run that is accepted becomes the baseline of its suites: a small file to commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from gemini_eval.comparison.baseline import line_of
from gemini_eval.errors import GeminiEvalError, UsageError
from gemini_eval.gates.model import FigureRef
from gemini_eval.runs.baseline import FORMAT, BaselineHeader, BaselineLine, read_header, read_lines, write_baseline
from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import Json
from gemini_eval.verbs.baseline import baseline_file


@dataclass(frozen=True, slots=True)
class Accepted:
    """One file that was written: the suite, its path, how many cases it holds, and how many of them are new, came to something
    else, or are gone."""

    suite: str
    path: Path
    cases: int
    new: int
    changed: int
    gone: int


def accept(folder: RunFolder, workspace: Workspace, *, texts: bool) -> list[Accepted]:
    """Make a run the baseline of its suites. Raises `UsageError` for a run that is partial, invalid, not over or without answers.

    `texts` keeps outputs too, not only their hashes. Variants that the run was not of keep their lines.
    """
    _refuse_unfit(folder)
    found = []
    for header in folder.header.get("suites") or []:
        path = baseline_file(workspace, header["name"])
        figures = _gated_figures(header)
        before = {(line.variant, line.case): line for line in _lines_or_none(path)}
        ran = {variant["name"] for variant in header["variants"]}
        lines = [line for line in _lines_of(folder, header["name"], figures, texts) if line is not None]
        lines += [line for line in before.values() if line.variant not in ran]
        write_baseline(path, _header_of(folder, header, figures, path if before else None), lines)
        found.append(_accepted(header["name"], path, before, {(line.variant, line.case): line for line in lines}))
    return found


_Lines: TypeAlias = Mapping[tuple[str, str], BaselineLine]


def _accepted(suite: str, path: Path, before: _Lines, after: _Lines) -> Accepted:
    new, gone = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    changed = sum(before[key] != line for key, line in after.items() if key in before)
    return Accepted(suite, path, len(after), new, changed, gone)


def _refuse_unfit(folder: RunFolder) -> None:
    header = folder.header
    if header.get("partial"):
        raise UsageError(f"the run {folder.id} is partial, so it can't be a baseline", "run the whole suite")
    if header.get("status") != "done":
        raise UsageError(f"the run {folder.id} is {header.get('status')}, so it can't be a baseline", "resume it, or run again")


def _gated_figures(header: Mapping[str, Json]) -> tuple[FigureRef, ...]:
    """The figures that the suite's `no_regression` gates test, where its file can still be read."""
    try:
        suite = load_suite(header["path"], LoadOptions(need_model=False, code="leave"))
    except GeminiEvalError:
        return ()
    return tuple({gate.metric.name: gate.metric for gate in suite.gates if gate.metric}.values())


def _lines_of(folder: RunFolder, suite: str, figures: Sequence[FigureRef], texts: bool) -> Iterator[BaselineLine | None]:
    yield from (line_of(case, figures, texts=texts) for case in iter_cases(folder.cases) if case.suite == suite)


def _lines_or_none(path: Path) -> Iterable[BaselineLine]:
    try:
        return list(read_lines(path)) if path.exists() else []
    except GeminiEvalError:
        return []  # a damaged file is replaced whole: all of its lines count as changed


def _header_of(
    folder: RunFolder, header: Mapping[str, Json], figures: Sequence[FigureRef], former: Path | None
) -> BaselineHeader:
    """`former` is the file whose other variants stay."""
    versions: dict[str, set[str]] = {}
    for case in iter_cases(folder.cases):
        if case.suite == header["name"]:
            found = {sample.response.model_version for sample in case.samples if sample.response}
            versions.setdefault(case.variant, set()).update(found - {""})
    variants = {
        variant["name"]: {
            "model": variant["model"],
            "location": variant.get("location", ""),
            "versions": sorted(versions.get(variant["name"], ())),
        }
        for variant in header["variants"]
    }
    kept = dict(read_header(former).variants) if former else {}
    names = tuple(figure.name for figure in figures)
    created, tool = str(folder.header["created"]), str(folder.header["tool"])
    return BaselineHeader(FORMAT, header["name"], folder.id, created, tool, {**kept, **variants}, names)
