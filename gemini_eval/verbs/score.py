"""`score RUN`: saved answers judged again by today's suites. Nobody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gemini_eval.errors import UsageError
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suite.load import LoadOptions
from gemini_eval.suite.model import Suite
from gemini_eval.verbs.run import Outcomes, RunOptions, run_suites
from gemini_eval.verbs.selection import Selection


def score_run(folder: RunFolder, options: RunOptions, suites: Sequence[str | Path | Suite] = ()) -> Outcomes:
    """Judge the answers of a run again and rewrite its cases, summary and gates; its answers stay as they are.

    `suites` defaults to those that the run was of, by the path it recorded. A case or a prompt that changed since has no saved
    answer: it is *not recorded*. Raises `UsageError` where a suite is gone.
    """
    described = folder.header.get("suites") or []
    paths: Sequence[str | Path | Suite] = suites or [suite["path"] for suite in described]
    if not paths:
        raise UsageError(f"the run {folder.id} does not say which suites it was of", "name them: gemini-eval score RUN SUITE…")
    models = _models_over_suites(described, options.load)
    load = replace(options.load, models=models)
    selection = replace(options.selection, variant_names=()) if options.selection == Selection() else options.selection
    return run_suites(paths, replace(options, load=load, selection=selection, resume=folder, scoring=True))


def _models_over_suites(described: Sequence[dict[str, object]], load: LoadOptions) -> tuple[str, ...]:
    """A model that the command line chose for the run is chosen again."""
    if load.models:
        return load.models
    variants = [variant for suite in described for variant in suite.get("variants", ())]  # type: ignore[attr-defined]
    return tuple(dict.fromkeys(str(variant["model"]) for variant in variants if variant.get("why") == "--model"))
