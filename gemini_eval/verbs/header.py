"""A run's header: what reports, `score` and `--resume` know of a run without its suites' files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gemini_eval.assertions.tree import code_of
from gemini_eval.errors import UsageError
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import shown
from gemini_eval.types import Json
from gemini_eval.verbs.header_judges import judges_header
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.prepare import Prepared
from gemini_eval.version import __version__

RUN = "run"
"""The verb of a run whose header names none."""


def create_folder(prepared: Prepared, options: RunOptions) -> RunFolder:
    suites = prepared.suites
    header = {"name": options.name, **described(prepared, options, _chosen(prepared, options))}
    return RunFolder.create(suites[0].workspace.store_folder, [suite.name for suite in suites], header)


def _chosen(prepared: Prepared, options: RunOptions) -> dict[str, list[str]]:
    return {suite.name: [variant.name for variant in options.selection.variants(suite)] for suite in prepared.suites}


def described(prepared: Prepared, options: RunOptions, asked: Mapping[str, Sequence[str]]) -> dict[str, Json]:
    """What the header says of a run that is under way; `asked` names each suite's variants that are."""
    load = options.load
    return {
        "tool": f"gemini-eval {__version__}",
        **({"verb": options.verb} if options.verb else {}),
        "status": "running",
        "partial": options.selection.partial,
        "warnings": [f"{fault.place}: {fault.reason}" if fault.place else fault.reason for fault in prepared.warnings],
        "suites": [
            {**_suite_header(suite, asked[suite.name]), **judges_header(suite, census.judges)}
            for suite, census in zip(prepared.suites, prepared.censuses, strict=True)
        ],
        "comparison": None,
        "options": {
            "models": list(load.models),
            "settings": dict(load.settings),
            "variables": dict(load.variables),
            "target": load.target,
            "samples": options.samples,
            "drafts": options.selection.drafts,
        },
    }


def update_folder(folder: RunFolder, prepared: Prepared, options: RunOptions) -> RunFolder:
    """The saved run, its header brought up to date."""
    folder.update_header(**described(prepared, options, _chosen(prepared, options)))
    return folder


def refuse_another(folder: RunFolder, verb: str, suites: Sequence[Suite]) -> None:
    """Raise `UsageError` where a saved run is another verb's, or of other suites: what it says would be overwritten."""
    was = folder.header.get("verb") or RUN
    if was != verb:
        reason = f"the run {folder.id} is of `{was}`, not of `{verb}`"
        again = f"`gemini-eval {was} --resume {folder.id}` goes on with it"
        if was.startswith("tune "):
            again = f"the same `gemini-eval {was}` as before goes on with it"
        raise UsageError(reason, f"{again}; or start anew, without it")
    before = [suite["name"] for suite in folder.header.get("suites") or []]
    now = [suite.name for suite in suites]
    if before and set(before) != set(now):
        reason = f"the run {folder.id} was of {', '.join(before)}, not of {', '.join(now)}"
        raise UsageError(reason, "name its suites, or start a new run")


def _suite_header(suite: Suite, asked: Sequence[str]) -> dict[str, Json]:
    """What a report says of a suite without reading its files again."""
    return {
        "name": suite.name,
        "path": shown(suite.path),
        "sha256": suite.sha256,
        "task": suite.task or "",
        "description": suite.description,
        "labels": list(suite.labels.names) if suite.labels else [],
        **({"order": list(suite.order)} if suite.order else {}),
        **({"fields": list(suite.fields.names)} if suite.fields else {}),
        **({"code": code} if (code := _code_of(suite)) else {}),
        "variants": [
            {
                "name": variant.name,
                "prompt": variant.prompt.name if variant.prompt else "",
                "strategy": variant.prompt.strategy if variant.prompt else "",
                "model": variant.model.id,
                "through": variant.model.through,
                "project": variant.model.project,
                "location": variant.model.location,
                "why": variant.model.why,
                "gated": variant.gated,
            }
            for variant in suite.variants
            if variant.name in asked
        ],
    }


def _code_of(suite: Suite) -> dict[str, Json]:
    """Functions of others that judge, each with the version that did."""
    levels = (suite.assertions, *(prompt.assertions for prompt in suite.prompts.values()))
    return {code.name: code.version for level in levels for code in code_of(level)}
