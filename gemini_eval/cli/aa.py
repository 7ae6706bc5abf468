"""`aa`."""

from __future__ import annotations

from typing import Any

import click

from gemini_eval.cli.options import asking, checking, loading, reporting, selecting, suite_paths
from gemini_eval.cli.running import both_sides, finish


@click.command("aa")
@suite_paths
@loading
@selecting
@asking
@checking
@reporting
def command(suites: tuple[str, ...], **flags: Any) -> int:
    """Ask every selected variant twice over, with samples of their own, and compare: all that differs is noise.

    \b
    gemini-eval aa specs/wine.yaml --samples 5
    """
    from gemini_eval.verbs.check.itself import compare_with_itself

    with both_sides(suites, flags) as (paths, options):
        outcomes = compare_with_itself(paths, options)
    return finish(outcomes, flags)
