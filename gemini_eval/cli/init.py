"""`init`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from gemini_eval.cli.environment import stdout_is_terminal, wants_color
from gemini_eval.cli.options import option
from gemini_eval.errors import UsageError
from gemini_eval.safe.terminal import for_terminal

if TYPE_CHECKING:
    from gemini_eval.verbs.init import Started, Wanted

T = TypeVar("T")

MARGIN = 0.05


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path(), metavar="[FOLDER]")
@option("--task", metavar="TASK", help="classification, extraction or sentiment.")
@option("--name", metavar="NAME", help="The suite's name.")
@option("--model", metavar="ID", help="embedded, or a model id.")
@option("--yes", "-y", is_flag=True, help="Ask nothing: what no flag says has its default.")
def command(folder: Path, task: str | None, name: str | None, model: str | None, yes: bool) -> int:
    """Write a workspace that passes on the embedded model: suite, template, data, schema and a CI file.

    It asks for the task, the name and the model that no flag gives. No file that exists is changed.
    """
    from gemini_eval.verbs.init import NAMES, Wanted, model_of, name_of, start_workspace, task_of

    ask = sys.stdin.isatty() and not yes
    chosen = _answer("Task (classification, extraction, sentiment)", task, "classification", task_of, ask=ask)
    wanted = Wanted(
        chosen,
        _answer("Name of the suite", name, NAMES[chosen], name_of, ask=ask),
        _answer("Model (embedded, or a model id)", model, "embedded", model_of, ask=ask),
    )
    _print(start_workspace(folder, wanted))
    return 0


def _answer(question: str, given: str | None, default: str, read: Callable[[str], T], *, ask: bool) -> T:
    """What a flag says, else what is typed (asked again where it can't be), else the default. Raises `UsageError`."""
    if given is not None or not ask:
        return read(default if given is None else given)

    def typed(text: str) -> T:
        try:
            return read(text)
        except UsageError as error:
            fault = error.faults[0]
            raise click.BadParameter(f"{fault.reason}; {fault.hint}") from error

    answer: T = click.prompt(question, default=default, value_proc=typed)
    return answer


def _print(started: Started) -> None:
    _say("wrote", bold=True)
    for path in started.written:
        _say(f"  {path}")
    if started.left:
        _say("left alone, since they were there", bold=True)
        for path in started.left:
            _say(f"  {path}")
    for note in started.notes:
        _wrapped(note)
    _say("next", bold=True)
    if started.folder != Path():
        _say(f"  cd {shlex.quote(str(started.folder))}")
    _say("  gemini-eval doctor")
    _say("  gemini-eval validate specs")
    _say(f"  gemini-eval run specs/{started.wanted.name}.yaml")
    _wrapped(f"Then put your own cases in specs/data. {_size_note(started.wanted)}")


def _size_note(wanted: Wanted) -> str:
    from gemini_eval.stats.power import fewest_cases

    cases = fewest_cases(MARGIN, several=wanted.task == "extraction")
    return f'12 cases show that it works; to certify "no drop of {MARGIN:.0%} or more" a suite needs {cases}.'


def _wrapped(text: str) -> None:
    from textwrap import wrap

    for line in wrap(for_terminal(text), 79, break_long_words=False, break_on_hyphens=False):
        _say(line)


def _say(text: str, *, bold: bool = False) -> None:
    shown = for_terminal(text)
    click.echo(click.style(shown, bold=True) if bold else shown, color=wants_color(stdout_is_terminal()))
