"""Committed baselines as one side of a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gemini_eval.comparison.baseline import add_line
from gemini_eval.comparison.model import Side
from gemini_eval.comparison.sides import SideMarks
from gemini_eval.errors import UsageError
from gemini_eval.runs.baseline import BaselineHeader, BaselineLine, read_header, read_lines
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import CaseResult, Outcome, Response, SampleResult
from gemini_eval.verbs.saved import Before, Declared, Saved, of_variant, saved_run

BASELINE = "baseline"
"""How people name it where a run is wanted."""


def baseline_file(workspace: Workspace, suite: str) -> Path:
    """Where the baseline of a suite is kept; characters that file names should not hold become `-`."""
    plain = "".join(char if char.isalnum() or char in "._-" else "-" for char in suite)
    return workspace.folder / workspace.baselines / f"{plain}.jsonl"


@dataclass(frozen=True, slots=True)
class SavedBaseline:
    """The committed baselines of a workspace, and the one variant that is meant ('' for all; protocol `Saved`)."""

    workspace: Workspace
    variant: str = ""

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
        """Raises `UsageError` where the baselines do not have the variant."""
        found = {suite: dict(header.variants) for suite, (_, header) in self.headers().items()}
        return of_variant(found, self.variant, self.name)

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
    """`baseline` or `RUN`, each with `:VARIANT` where not all are meant. Raises `InputError` where there is no such run,
    `UsageError` where no baseline."""
    name, _, variant = text.partition(":")
    if name != BASELINE:
        return saved_run(text, workspace)
    found = SavedBaseline(workspace, variant)
    if not found.headers():
        folder = workspace.folder / workspace.baselines
        raise UsageError(f"there is no baseline in {folder}", "accept a run: gemini-eval baseline accept last")
    return found


def _add(side: Before, line: BaselineLine) -> None:
    if side.is_judged_alike(line.case, line.judged):
        add_line(side.marks, line)
        return
    again = side.rejudge.judged_as(_with_its_output(side.suite, line), side.after.cases[line.case].judged)
    if again is None:
        side.left.append(line.case)
    else:
        side.marks.add(again)


def _with_its_output(suite: str, line: BaselineLine) -> CaseResult:
    """The case with the output that the baseline keeps, ready to be judged again; without samples where it does not keep all."""
    whole = bool(line.text) and line.outcomes == {Outcome.JUDGED.value: 1}
    samples = (SampleResult(0, Outcome.JUDGED, response=Response(line.text)),) if whole else ()
    return CaseResult(suite, line.variant, line.case, 0, Outcome.JUDGED, None, 0.0, samples)


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


def fill_from_baseline(folder: Path, suite: str, side: SideMarks, after: SideMarks) -> bool:
    """Fill a side from a folder of baselines; whether it has the variant. Cases that `after` judges by another text stay out."""
    known = headers_in(folder).get(suite)
    judged = {case_id: case.judged for case_id, case in after.cases.items()}
    every = [line for line in read_lines(known[0]) if line.variant == side.name] if known else []
    lines = [line for line in every if line.judged == judged.get(line.case, line.judged)]
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
