"""`gemini-eval`: the verbs, each loaded only when it is used."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from importlib import import_module

import click

from gemini_eval.version import __version__

VERBS: dict[str, tuple[str, str]] = {
    "init": ("gemini_eval.cli.init", "Write a workspace that passes on the embedded model."),
    "validate": ("gemini_eval.cli.validate", "Check suites, templates and every row; send nothing."),
    "list": ("gemini_eval.cli.list", "Name the variants, cases, assertions and gates; --figures: what gates can name."),
    "metrics": ("gemini_eval.cli.metrics", "Name the metrics; with a name, say all of one, with an example."),
    "render": ("gemini_eval.cli.render", "Print exactly what would be sent; --explain: where each value came from."),
    "plan": ("gemini_eval.cli.plan", "Say what a run would ask and cost; spend nothing."),
    "run": ("gemini_eval.cli.run", "Ask, judge and report: the main job."),
    "check": ("gemini_eval.cli.check", "Hold the working tree against its merge base, on evidence: the pre-merge check."),
    "compare": ("gemini_eval.cli.compare", "Compare two saved runs, case by case; ask nobody."),
    "aa": ("gemini_eval.cli.aa", "Compare suites with themselves: how much of a difference is noise."),
    "baseline": ("gemini_eval.cli.baseline", "Accept a run as the baseline, show baselines, hold them against today's suites."),
    "upgrade": ("gemini_eval.cli.upgrade", "Hold a new model against the present one, over many suites at once."),
    "tune": ("gemini_eval.cli.tune", "Make tuning data, tune models, compare them with prompted ones."),
    "score": ("gemini_eval.cli.score", "Judge the saved answers of a run again; ask nobody."),
    "report": ("gemini_eval.cli.report", "Report a saved run again, in any format."),
    "show": ("gemini_eval.cli.show", "Print failing cases with their differences, or the grid."),
    "record": ("gemini_eval.cli.record", "Run, and keep the answers as a recording to replay."),
    "cache": ("gemini_eval.cli.cache", "Count, verify, prune, clear, export or import the answers that are kept."),
    "purge": ("gemini_eval.cli.purge", "Remove one case's data everywhere, or what is older than a span of time."),
    "schema": ("gemini_eval.cli.schema", "Print the JSON Schema of suites or workspaces."),
    "doctor": ("gemini_eval.cli.doctor", "Check this machine and the workspace; print the mends."),
}
"""Verb -> (module that has `command`, what it does)."""


class Verbs(click.Group):
    """A group whose commands are imported when they are called; its help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(VERBS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, about) for name, (_, about) in VERBS.items()])


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gemini-eval")
def cli() -> None:
    """Is this prompt still good? Test suites for Gemini prompts and tuned models."""


def main() -> None:
    from gemini_eval.cli.exits import guarded

    # Both are for speed, and this process's own: nothing here is a pydantic plugin (looking for them reads every installed
    # package's metadata), and cases that are held for a moment, a block of them, are no cycles to look through.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(50_000, 10, 10)
    _end_by_signals()
    status = guarded(cli)
    if threading.active_count() > 1:
        # The embedded model is still writing in its thread, and Python's own end would pull the ground from under it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def _end_by_signals() -> None:
    """SIGTERM and SIGHUP end a command as Ctrl-C does, so that no temporary folder stays behind; one that is ignored stays so."""
    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]

    def interrupt(*_: object) -> None:
        """The first one; those that follow must not cut the clearing up short."""
        for number in ours:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in ours:
        signal.signal(number, interrupt)
