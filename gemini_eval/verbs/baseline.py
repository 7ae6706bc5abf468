"""Baselines: a run that was accepted, kept as a small file to commit; shown, and held against today's suite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from gemini_eval.comparison.baseline import add_line, line_of, request_hash
from gemini_eval.comparison.model import Side
from gemini_eval.comparison.sides import SideMarks
from gemini_eval.errors import GeminiEvalError, UsageError
from gemini_eval.gates.model import FigureRef
from gemini_eval.judging import Judge
from gemini_eval.runs.baseline import FORMAT, BaselineHeader, BaselineLine, read_header, read_lines, write_baseline
from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.records import request_key
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.model import Suite, Variant
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import CaseResult, Json, Outcome
from gemini_eval.verbs.expand import Expansion, checked_cases
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.prepare import Prepared, open_providers, prepare
from gemini_eval.verbs.saved import Before, Declared, Saved, saved_run

BASELINE = "baseline"
"""How people name it where a run is wanted."""


def baseline_file(workspace: Workspace, suite: str) -> Path:
    """Where the baseline of a suite is kept; characters that file names should not hold become `-`."""
    plain = "".join(char if char.isalnum() or char in "._-" else "-" for char in suite)
    return workspace.folder / workspace.baselines / f"{plain}.jsonl"


# ---- accept ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """One file that was written: the suite, its path, how many cases it holds, and how many lines are not what they were."""

    suite: str
    path: Path
    cases: int
    changed: int


def accept(folder: RunFolder, workspace: Workspace, *, texts: bool) -> list[Accepted]:
    """Make a run the baseline of its suites. Raises `UsageError` for a run that is partial, invalid, not over or without answers.

    `texts` keeps outputs too, not only their hashes.
    """
    _refuse_unfit(folder)
    found = []
    for header in folder.header.get("suites") or []:
        path = baseline_file(workspace, header["name"])
        figures = _gated_figures(header)
        before = {(line.variant, line.case): line for line in _lines_or_none(path)}
        lines = [line for line in _lines_of(folder, header["name"], figures, texts) if line is not None]
        write_baseline(path, _header_of(folder, header, figures), lines)
        changed = sum(before.get((line.variant, line.case)) != line for line in lines)
        changed += len(before.keys() - {(line.variant, line.case) for line in lines})
        found.append(Accepted(header["name"], path, len(lines), changed))
    return found


def _refuse_unfit(folder: RunFolder) -> None:
    header = folder.header
    if header.get("partial"):
        raise UsageError(f"the run {folder.id} is partial, so it can't be a baseline", "run the whole suite")
    if header.get("status") != "done":
        raise UsageError(f"the run {folder.id} is {header.get('status')}, so it can't be a baseline", "resume it, or run again")


def _gated_figures(header: Mapping[str, Json]) -> tuple[FigureRef, ...]:
    """The figures that the suite's `no_regression` gates test, where its file can still be read."""
    try:
        suite = load_suite(header["path"], LoadOptions(need_model=False))
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


def _header_of(folder: RunFolder, header: Mapping[str, Json], figures: Sequence[FigureRef]) -> BaselineHeader:
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
    names = tuple(figure.name for figure in figures)
    created, tool = str(folder.header["created"]), str(folder.header["tool"])
    return BaselineHeader(FORMAT, header["name"], folder.id, created, tool, variants, names)


# ---- one side of a comparison ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SavedBaseline:
    """The committed baselines of a workspace (protocol `Saved`)."""

    workspace: Workspace

    @property
    def name(self) -> str:
        return "the baseline"

    def headers(self) -> dict[str, tuple[Path, BaselineHeader]]:
        """Suite -> its file and header. Raises `InputError` for a damaged one."""
        return headers_in(self.workspace.folder / self.workspace.baselines)

    def check(self) -> None:
        """Raise `InputError` at the first damaged line."""
        for path, _ in self.headers().values():
            for _ in read_lines(path):
                pass

    def declared(self) -> Declared:
        return {suite: dict(header.variants) for suite, (_, header) in self.headers().items()}

    def side(self) -> Side:
        created = [header.created for _, header in self.headers().values()]
        return Side("baseline", created=min(created, default=""))

    def read(self, sides: Iterable[Before]) -> None:
        wanted = {(side.suite, side.marks.name): side for side in sides}
        for suite, (path, _) in self.headers().items():
            for line in read_lines(path):
                side = wanted.get((suite, line.variant))
                if side is not None:
                    _add(side, line)

    def cases(self, suite: str, variant: str, ids: frozenset[str]) -> dict[str, CaseResult]:
        """What the baseline knows of these cases: the output where it is kept, else the label."""
        return baseline_cases(self.workspace.folder / self.workspace.baselines, suite, variant, ids)


def saved(text: str, workspace: Workspace) -> Saved:
    """`baseline`, `RUN` or `RUN:VARIANT`. Raises `InputError` where there is no such run, `UsageError` where no baseline."""
    if text != BASELINE:
        return saved_run(text, workspace)
    found = SavedBaseline(workspace)
    if not found.headers():
        folder = workspace.folder / workspace.baselines
        raise UsageError(f"there is no baseline in {folder}", "accept a run: gemini-eval baseline accept last")
    return found


def _add(side: Before, line: BaselineLine) -> None:
    if side.is_judged_alike(line.case, line.judged):
        add_line(side.marks, line)
    else:
        side.left.append(line.case)


def _as_case(suite: str, line: BaselineLine) -> CaseResult:
    passed, count = line.marks.get("pass_rate", (0.0, 0))
    outcome = Outcome(next(iter(line.outcomes), Outcome.NOT_RECORDED))
    answer = line.text or line.label or ("(not kept)" if outcome is Outcome.JUDGED else None)
    right = passed * 2 > count if count else None
    return CaseResult(suite, line.variant, line.case, 0, outcome, right, 0.0, (), answer=answer, label=line.label or None)


def headers_in(folder: Path) -> dict[str, tuple[Path, BaselineHeader]]:
    """Suite -> its file in a folder of baselines, and the file's header. Raises `InputError` for a damaged one."""
    found = ((path, read_header(path)) for path in sorted(folder.glob("*.jsonl")))
    return {header.suite: (path, header) for path, header in found}


def baseline_cases(folder: Path, suite: str, variant: str, ids: frozenset[str]) -> dict[str, CaseResult]:
    """What a folder of baselines knows of these cases: the output where it is kept, else the label."""
    known = headers_in(folder).get(suite) if ids else None
    lines = read_lines(known[0]) if known else ()
    return {line.case: _as_case(suite, line) for line in lines if line.variant == variant and line.case in ids}


def fill_from_baseline(folder: Path, suite: str, side: SideMarks) -> bool:
    """Fill a side from a folder of baselines; whether it has the variant."""
    known = headers_in(folder).get(suite)
    lines = [line for line in read_lines(known[0]) if line.variant == side.name] if known else []
    for line in lines:
        add_line(side, line)
    return bool(lines)


def baseline_deviation(path: Path, variant: str) -> float | None:
    """The standard deviation of a case's difference between two unchanged sides of one sample each, as the baseline's samples
    tell it; from its pass rate alone where no case has two, and None where it says nothing of the variant or never failed."""
    from gemini_eval.stats.power import assumed_deviation

    lines = [line for line in read_lines(path) if line.variant == variant] if path.exists() else []
    shares = [(total, count) for line in lines for total, count in [line.marks.get("pass_rate", (0.0, 0))] if count]
    if not shares:
        return None
    rate = sum(total / count for total, count in shares) / len(shares)
    several = [(total / count, count) for total, count in shares if count > 1]
    if several:
        within = sum(count * mean * (1 - mean) for mean, count in several) / sum(count - 1 for _, count in several)
        found = (2 * within) ** 0.5
    else:
        found = assumed_deviation(rate, 1)
    return found or None


# ---- verify ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Verified:
    """How a suite of today stands to its baseline, by (variant, case): whose request changed, whose judging, what is missing in
    the baseline, and what only it has."""

    suite: str
    path: Path
    cases: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)
    judging: list[tuple[str, str]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_current(self) -> bool:
        return not (self.requests or self.judging or self.missing or self.left)


def verify(paths: Sequence[str | Path], options: RunOptions) -> list[Verified]:
    """Hold today's suites against their baselines; every line's seal is checked, nobody is asked. Raises `UsageError` where a
    suite has no baseline, `InputError` where one is damaged."""
    with ExitStack() as stack:
        renderer = stack.enter_context(TemplateRenderer())
        prepared = prepare(paths, options.load, renderer)
        known = Known(open_providers(prepared.suites, options, stack))
        expansion = Expansion(renderer, options.selection, known)
        return [_verified(suite, prepared, expansion) for suite in prepared.suites]


def _verified(suite: Suite, prepared: Prepared, expansion: Expansion) -> Verified:
    path = baseline_file(suite.workspace, suite.name)
    if not path.exists():
        raise UsageError(f"the suite {suite.name} has no baseline {path}", "accept a run: gemini-eval baseline accept last")
    read_header(path)
    lines = {(line.variant, line.case): line for line in read_lines(path)}
    found = Verified(suite.name, path, len(lines))
    for variant in expansion.selection.variants(suite):
        for case_id, request, judged in _today(suite, variant, expansion, lines):
            line = lines.pop((variant.name, case_id), None)
            if line is None:
                found.missing.append((variant.name, case_id))
            elif line.request != request:
                found.requests.append((variant.name, case_id))
            elif line.judged != judged:
                found.judging.append((variant.name, case_id))
    found.left = sorted(lines)
    return found


def _today(
    suite: Suite, variant: Variant, expansion: Expansion, lines: Mapping[tuple[str, str], BaselineLine]
) -> Iterator[tuple[str, str, str]]:
    """(case id, hash of its requests, hash of what it is judged by), with as many samples as the baseline has."""
    judge = Judge.of(suite, variant)
    for case in expansion.selection.cases(suite, variant, checked_cases(suite)):
        line = lines.get((variant.name, case.id))
        count = sum(line.outcomes.values()) if line else 1
        for asked in expansion.asked_cases(judge, [case], count):
            if not case.xfail and not case.draft:
                yield case.id, request_hash([request_key(request) for request in asked.requests]), judge.judged_by(case)
