"""What `tune compare` and `tune curve` end with: the terminal's report, each `-o` file, the exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from gemini_eval.cli.output import report_options
from gemini_eval.reports import RunView, tuning, tuning_curve
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.sentences import findings
from gemini_eval.reports.wordings import word
from gemini_eval.safe.files import drain_stdout, write_stream
from gemini_eval.safe.terminal import for_terminal
from gemini_eval.verbs.run import Outcomes
from gemini_eval.verbs.tune.compare import Compared
from gemini_eval.verbs.tune.curve import Drawn

T = TypeVar("T")
Writer = Callable[[T, ReportOptions], bytes]


def finish_contest(compared: Compared, flags: Mapping[str, Any]) -> int:
    if compared.contest is None:
        return _nothing(compared.outcomes, flags)
    _write(compared.contest, tuning.terminal, tuning.WRITERS, flags)
    return compared.contest.exit_status


def finish_curve(drawn: Drawn, flags: Mapping[str, Any]) -> int:
    if drawn.curve is None:
        return _nothing(drawn.outcomes, flags)
    _write(drawn.curve, tuning_curve.terminal, tuning_curve.WRITERS, flags)
    return 0


def _nothing(outcomes: Outcomes, flags: Mapping[str, Any]) -> int:
    """Of a run that was cut short or is invalid: why, and that nothing is compared."""
    options = report_options(flags)
    view = RunView.of(outcomes.folder)
    click.echo(for_terminal(" ".join((*findings(view, options.lang), word(options.lang, "tuned_nothing")))), err=True)
    return outcomes.exit_status


def _write(found: T, terminal: Writer[T], writers: Mapping[str, Writer[T]], flags: Mapping[str, Any]) -> None:
    options = report_options(flags)
    try:
        sys.stdout.buffer.write(terminal(found, options))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        drain_stdout()
    for path in flags.get("outputs") or ():
        write_stream(path, [writers[path.suffix](found, options)])
