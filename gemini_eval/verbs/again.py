"""What failed in an earlier run, so that only that is run again."""

from __future__ import annotations

from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.find import find_run
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suite.workspace import Workspace
from gemini_eval.types import Family


def failures_of(folder: RunFolder | None, workspace: Workspace, *, errors_only: bool) -> frozenset[tuple[str, str, str]]:
    """(suite, variant, case id) of every case of a run, the last by default, that failed or (`errors_only`) was not delivered."""
    run = folder or find_run("last", workspace.store_folder)
    return frozenset(
        (case.suite, case.variant, case.case_id)
        for case in iter_cases(run.cases)
        if case.outcome.family is Family.NOT_DELIVERED or (case.passed is False and not errors_only)
    )
