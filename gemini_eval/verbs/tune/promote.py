"""`tune promote`: the suite asks the candidate in the alias's place, and only where its gates hold the alias is given to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gemini_eval.errors import UsageError
from gemini_eval.gates.model import GateStatus
from gemini_eval.suites.build.models import Swap
from gemini_eval.suites.load import load_suite
from gemini_eval.suites.tuned import PREFIX, TunedModel, alias_fault, find_tuned, read_registry
from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.tuning.registry import asked_by, put_model
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
    asking = [_asking(path, alias, options) for path in paths]
    load = replace(options.load, swap=Swap(now, asked, "tune promote"))
    outcomes = run_suites(paths, replace(options, load=load, verb="tune promote"))
    why = _why_not(outcomes, dict(asking))
    if not why:
        put_model(workspace, alias, candidate)
    return Promoted(outcomes, candidate, why)


def _candidate(workspace: Workspace, alias: str, name: str) -> TunedModel:
    if reason := alias_fault(alias):
        raise UsageError(f"{reason}: {alias!r}", "write NAME/VARIANT, as tickets/live")
    registry = read_registry(workspace.folder)
    if name.startswith("projects/"):
        known = next((tuned for tuned in registry.values() if name in asked_by(tuned)), None)
        if known is None:
            hint = "name an alias, or record it first: gemini-eval tune status"
            raise UsageError(f"{name} is not in the registry, so that nothing is known of it", hint)
        found = replace(known, model=name)
    else:
        found = find_tuned(workspace.folder, name)
    if alias in registry and registry[alias].model == found.model:
        raise UsageError(f'"{alias}" asks {found.model} already', "name another candidate")
    return replace(found, previous=None)


def _asking(path: str, alias: str, options: RunOptions) -> tuple[str, frozenset[str]]:
    """A suite's name, and its variants that ask the alias: those that the candidate answers for. Raises `UsageError` where there
    are none: the suite's gates would say nothing of it."""
    suite = load_suite(path, replace(options.load, need_tuned=False))
    found = frozenset(variant.name for variant in suite.variants if variant.model.written == f"{PREFIX}{alias}")
    if not found:
        reason = f"the suite {suite.name} does not ask {PREFIX}{alias}, so that it can't judge who is to answer in its place"
        raise UsageError(reason, f"write it as one of its models: `models: {{live: {PREFIX}{alias}}}`")
    return suite.name, found


def _why_not(outcomes: Outcomes, asking: Mapping[str, frozenset[str]]) -> str:
    """`asking` has each suite's variants that asked the candidate. Of each suite a gate must hold for one of them, and none may
    be undecided: what was not judged by a gate did not pass it."""
    if outcomes.exit_status in (3, 130) or outcomes.summary.invalid:
        return "the run did not come to its end; the same command goes on with what was answered"
    if outcomes.folder.header["partial"]:
        return "only a part of the cases was asked"
    if outcomes.exit_status:
        return "its gates do not hold"
    own = [gate for gate in outcomes.gates if gate.variant in asking[gate.suite]]
    undecided = [gate for gate in own if gate.status is GateStatus.INCONCLUSIVE]
    if undecided:
        return f"its gate {undecided[0].gate} is not decided: {undecided[0].reason}"
    held = {gate.suite for gate in own if gate.status is GateStatus.HOLDS}
    silent = next((suite for suite in asking if suite not in held), "")
    return f"no gate that was evaluated judges it in the suite {silent}: write one, as `gate: pass_rate >= 0.9`" if silent else ""
