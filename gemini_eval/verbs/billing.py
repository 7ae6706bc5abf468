"""The labels that a request carries, so that a bill can be split: the target's own, the suite, the commit."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from gemini_eval.errors import RunError
from gemini_eval.safe.process import run_program
from gemini_eval.suites.model import Model, Suite

LONGEST = 63
"""Characters of a label's value: lower-case letters, digits, `_` and `-` (cloud.google.com/compute/docs/labeling-resources)."""

GIT_S = 5.0


def billing_labels(suite: Suite, model: Model) -> Mapping[str, str]:
    """The labels of each request of a suite, {} where its target declares none."""
    own: Mapping[str, str] = suite.workspace.place(model.target).get("labels") or {}
    if not own:
        return {}
    commit = _commit(suite.workspace.folder)
    return {"suite": _value(suite.name), **({"commit": commit} if commit else {}), **own}


def _value(text: str) -> str:
    kept = (char if char.isascii() and (char.isalnum() or char in "_-") else "-" for char in text.lower())
    return "".join(kept)[:LONGEST]


@cache
def _commit(folder: Path) -> str:
    """The commit that the workspace is at, 12 digits; '' outside a repository, or where there is no git to ask."""
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        done = run_program([git, "-C", str(folder), "rev-parse", "--short=12", "HEAD"], timeout_s=GIT_S)
    except RunError:
        return ""
    return done.stdout.decode(errors="replace").strip() if done.status == 0 else ""
