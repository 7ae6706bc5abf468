"""`score RUN`: saved answers judged again by today's suites. Only judges are asked, and only what they were not asked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gemini_eval.errors import UsageError
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.model import Suite
from gemini_eval.verbs.again import cases_of, recalled, variants_of
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.run import Outcomes, run_suites


def score_run(folder: RunFolder, options: RunOptions, suites: Sequence[str | Path | Suite] = ()) -> Outcomes:
    """Judge the answers of a run again and rewrite its cases, summary and gates; its answers stay as they are.

    `suites` defaults to those that the run was of, by the path it recorded. A case or a prompt that changed since has no saved
    answer: it is *not recorded*. A partial run stays what it was: the same cases. Raises `UsageError` where it names no suite.
    """
    paths: Sequence[str | Path | Suite] = suites or [suite["path"] for suite in folder.header.get("suites") or []]
    if not paths:
        raise UsageError(f"the run {folder.id} does not say which suites it was of", "name them: gemini-eval score RUN SUITE…")
    again = recalled(folder, options)
    only = cases_of(folder) if folder.header.get("partial") else None
    selection = replace(again.selection, recorded=variants_of(folder), only=only)
    return run_suites(paths, replace(again, selection=selection, resume=folder, scoring=True))
