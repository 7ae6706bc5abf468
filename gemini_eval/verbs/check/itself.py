"""`aa`: a side held against itself, with samples of its own. What differs is noise, and how much noise a suite has."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from shlex import quote

from gemini_eval.comparison.model import Side
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import shown
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.pairs import same_side
from gemini_eval.verbs.check.session import decide_session
from gemini_eval.verbs.check.sides import Session
from gemini_eval.verbs.prepare import prepare
from gemini_eval.verbs.run import Outcomes


def compare_with_itself(paths: Sequence[str | Path | Suite], options: CheckOptions) -> Outcomes:
    """Ask every selected variant twice over, with disjoint samples. Raises as `check_suites`."""
    with ExitStack() as stack:
        renderer = stack.enter_context(TemplateRenderer())
        prepared = prepare(paths, options.run.load, renderer)
        pairs = tuple(same_side(suite, options.run.selection.variants(suite)) for suite in prepared.suites)
        sides = Side("first samples"), Side("further samples")
        command = " ".join(["gemini-eval aa", *(quote(shown(suite.path)) for suite in prepared.suites)])
        return decide_session(Session("aa", pairs, prepared, sides, prepared.workspace, command=command), options, stack)
