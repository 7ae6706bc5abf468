"""`run`."""

from __future__ import annotations

from typing import Any

import click

from gemini_eval.cli.options import asking, loading, option, reporting, selecting, suite_paths
from gemini_eval.cli.running import finish, run_options


@click.command("run")
@suite_paths
@loading
@selecting
@asking
@option("--resume", is_flag=False, flag_value="last", metavar="[RUN]", help="Go on with a run: what it answered is kept.")
@option("--retry-errors", is_flag=True, help="With --resume: the last run, what was not delivered asked again.")
@option("-x", "--fail-fast", "exit_first", is_flag=True, help="Stop at the first case that fails.")
@option("--maxfail", type=click.IntRange(min=1), metavar="N", help="Stop after N failed cases.")
@option("--recordings-only", is_flag=True, help="Answer from recordings; what they lack is not recorded, never asked.")
@option("--against", metavar="RUN", help="Hold it against last, a run or the baseline, case by case.")
@option("--strict", is_flag=True, help="What is undecided, and an xfail that passes, fails the run.")
@option("--name", metavar="NAME", default="", help="Name the run, to find it again.")
@option("--dry-run", is_flag=True, help="Say what would be asked (= plan).")
@reporting
def command(suites: tuple[str, ...], **flags: Any) -> int:
    """Ask the models, judge the answers, report, and exit by the gates.

    \b
    gemini-eval run specs/wine.yaml
    gemini-eval run specs/*.yaml -n 20 -o report.html -o junit.junit.xml
    gemini-eval run specs/wine.yaml::riesling --variant few_shot -v
    """
    if flags.pop("dry_run"):
        from gemini_eval.cli.plan import print_plan

        return print_plan(suites, flags)
    from gemini_eval.verbs.run import run_suites

    paths, options = run_options(suites, flags)
    with options.bar():
        outcomes = run_suites(paths, options.run)
    return finish(outcomes, flags)
