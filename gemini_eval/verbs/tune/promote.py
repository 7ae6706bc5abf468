"""`tune promote`: the suite asks the candidate in the alias's place, and only where its gates hold the alias is given to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gemini_eval.errors import UsageError
from gemini_eval.suites.build.models import Swap
from gemini_eval.suites.load import load_suite
from gemini_eval.suites.tuned import PREFIX, TunedModel, alias_fault, find_tuned, located, read_registry
from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.tuning.registry import put_model
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.run import Outcomes, run_suites


@dataclass(frozen=True, slots=True)
class Promoted:
    """`why` says why the alias stays as it is; '' where it was given to the candidate."""

    outcomes: Outcomes
    candidate: TunedModel
    why: str


def promote(alias: str, name: str, paths: Sequence[str], options: RunOptions) -> Promoted:
    """`name` is ALIAS, ALIAS@EPOCH or a full endpoint. Raises `InputError` with nothing asked, and `RunError`."""
    workspace = find_workspace(Path(paths[0]).absolute())
    candidate = _candidate(workspace, alias, name.removeprefix(PREFIX))
    now = f"{PREFIX}{alias}"
    asked = candidate.model if name.startswith("projects/") else f"{PREFIX}{candidate.alias}"
    load = replace(options.load, swap=Swap(now, asked, "tune promote"))
    _refuse_unasked(paths, located(candidate, workspace.folder)[0], alias, replace(options, load=load))
    outcomes = run_suites(paths, replace(options, load=load))
    why = _why_not(outcomes)
    if not why:
        put_model(workspace, alias, candidate)
    return Promoted(outcomes, candidate, why)


def _candidate(workspace: Workspace, alias: str, name: str) -> TunedModel:
    if reason := alias_fault(alias):
        raise UsageError(f"{reason}: {alias!r}", "write NAME/VARIANT, as tickets/live")
    registry = read_registry(workspace.folder)
    if name.startswith("projects/"):
        known = next((tuned for tuned in registry.values() if name in _asked(tuned)), None)
        if known is None:
            hint = "name an alias, or record it first: gemini-eval tune status"
            raise UsageError(f"{name} is not in the registry, so that nothing is known of it", hint)
        found = replace(known, model=name)
    else:
        found = find_tuned(workspace.folder, name)
    if alias in registry and registry[alias].model == found.model:
        raise UsageError(f'"{alias}" asks {found.model} already', "name another candidate")
    return replace(found, previous=None)


def _asked(tuned: TunedModel) -> list[str]:
    return [tuned.model, *(point.model for point in tuned.checkpoints)]


def _refuse_unasked(paths: Sequence[str], candidate: str, alias: str, options: RunOptions) -> None:
    """Raise `UsageError` for a suite that would not ask the candidate, by its id: its gates would say nothing."""
    for path in paths:
        suite = load_suite(path, options.load)
        if not any(variant.model.id == candidate for variant in suite.variants):
            reason = f"the suite {suite.name} does not ask {PREFIX}{alias}, so that it can't judge who is to answer in its place"
            raise UsageError(reason, f"write it as one of its models: `models: {{live: {PREFIX}{alias}}}`")


def _why_not(outcomes: Outcomes) -> str:
    if outcomes.exit_status in (3, 130) or outcomes.summary.invalid:
        return "the run did not come to its end"
    if outcomes.folder.header["partial"]:
        return "only a part of the cases was asked"
    return "its gates do not hold" if outcomes.exit_status else ""
