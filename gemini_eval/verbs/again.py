"""Going back to a saved run: what failed in it, and with which options it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gemini_eval.runs.cases import iter_cases
from gemini_eval.runs.find import find_run
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.load import LoadOptions
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import Family, Json
from gemini_eval.verbs.options import RunOptions


def failures_of(folder: RunFolder | None, workspace: Workspace, *, errors_only: bool) -> frozenset[tuple[str, str, str]]:
    """(suite, variant, case id) of every case of a run, the last by default, that failed or (`errors_only`) was not delivered."""
    run = folder or find_run("last", workspace.store_folder)
    return frozenset(
        (case.suite, case.variant, case.case_id)
        for case in iter_cases(run.cases)
        if case.outcome.family is Family.NOT_DELIVERED or (case.passed is False and not errors_only)
    )


def cases_of(folder: RunFolder) -> frozenset[tuple[str, str, str]]:
    """(suite, variant, case id) of every case of a run."""
    return frozenset((case.suite, case.variant, case.case_id) for case in iter_cases(folder.cases))


def variants_of(folder: RunFolder) -> dict[str, frozenset[str]]:
    """The variants that a run has, by suite."""
    suites: list[Mapping[str, Json]] = folder.header.get("suites") or []
    return {suite["name"]: frozenset(variant["name"] for variant in suite["variants"]) for suite in suites}


def recalled(folder: RunFolder, options: RunOptions) -> RunOptions:
    """`options` with what they leave open filled in from the run, so that it asks for the same."""
    saved: Mapping[str, Json] = folder.header.get("options") or {}
    load = options.load
    return replace(
        options,
        load=LoadOptions(
            models=load.models or tuple(saved.get("models") or ()),
            settings={**(saved.get("settings") or {}), **load.settings},
            variables={**(saved.get("variables") or {}), **load.variables},
            target=load.target or saved.get("target") or "",
            code=load.code,
        ),
        selection=replace(options.selection, drafts=options.selection.drafts or bool(saved.get("drafts"))),
        samples=options.samples if options.samples is not None else saved.get("samples"),
    )
