"""What can be compared without asking anybody: a saved run, or one variant of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from gemini_eval.comparison.model import Side
from gemini_eval.comparison.sides import SideMarks
from gemini_eval.comparison.texts import wanted_cases
from gemini_eval.errors import InputError, UsageError, did_you_mean
from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.find import find_run
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import CaseResult, Json
from gemini_eval.verbs.rejudge import Rejudge

Declared: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Json]]]
"""Suite -> variant -> what is known of it: model, gated."""


@dataclass(slots=True)
class Before:
    """The earlier side of one variant while it is read: what it is held against, and the cases that had to be left out since they
    were judged by another text."""

    suite: str
    marks: SideMarks
    after: SideMarks
    rejudge: Rejudge
    left: list[str]

    def is_judged_alike(self, case_id: str, judged: str) -> bool:
        other = self.after.cases.get(case_id)
        return other is None or not other.judged or not judged or judged == other.judged


class Saved(Protocol):
    """One side of `compare` and `--against`."""

    @property
    def name(self) -> str: ...

    def declared(self) -> Declared: ...

    def side(self) -> Side: ...

    def read(self, sides: Iterable[Before]) -> None:
        """Fill the marks of these variants; a case that was judged otherwise is judged again, or left out."""
        ...

    def cases(self, suite: str, variant: str, ids: frozenset[str]) -> dict[str, CaseResult]:
        """The cases with these ids, for their texts."""
        ...


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run, and the one variant of it that is meant ('' for all)."""

    folder: RunFolder = field(compare=False)
    variant: str = ""
    id: str = field(default="", init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", self.folder.id)

    @property
    def name(self) -> str:
        return self.folder.id

    def declared(self) -> Declared:
        """Raises `UsageError` where the run does not have the variant."""
        suites = self.folder.header.get("suites") or []
        found = {suite["name"]: {variant["name"]: variant for variant in suite["variants"]} for suite in suites}
        return of_variant(found, self.variant, f"the run {self.folder.id}")

    def side(self) -> Side:
        header = self.folder.header
        return Side(str(header.get("name") or self.folder.id), run=self.folder.id, created=str(header.get("created") or ""))

    def read(self, sides: Iterable[Before]) -> None:
        wanted = {(side.suite, side.marks.name): side for side in sides}
        for case in iter_cases(self.folder.cases):
            if side := wanted.get((case.suite, case.variant)):
                _add(side, case)

    def cases(self, suite: str, variant: str, ids: frozenset[str]) -> dict[str, CaseResult]:
        return wanted_cases(iter_cases(self.folder.cases), suite, variant, ids)


def of_variant(declared: Declared, variant: str, whose: str) -> Declared:
    """What is declared of one variant, of all for ''. Raises `UsageError` where there is none of that name."""
    if not variant:
        return declared
    known = {name for variants in declared.values() for name in variants}
    if variant not in known:
        hint = did_you_mean(variant, known) or f"it has {', '.join(sorted(known))}"
        raise UsageError(f"{whose} has no variant {variant}", hint)
    return {name: {variant: variants[variant]} for name, variants in declared.items() if variant in variants}


def _add(side: Before, case: CaseResult) -> None:
    if side.is_judged_alike(case.case_id, case.judged):
        side.marks.add(case)
        return
    again = side.rejudge.judged_as(case, side.after.cases[case.case_id].judged)
    if again is None:
        side.left.append(case.case_id)
    else:
        side.marks.add(again)


def saved_run(text: str, workspace: Workspace) -> SavedRun:
    """`RUN` or `RUN:VARIANT`; a run's own name may have a colon. Raises `InputError` where there is no such run."""
    try:
        return SavedRun(find_run(text, workspace.store_folder))
    except InputError:
        name, colon, variant = text.partition(":")
        if not colon or not name:
            raise
        return SavedRun(find_run(name, workspace.store_folder), variant)
