"""The progress of a local training on stderr: on a terminal a bar with epoch, loss and the time left, else a line an epoch."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from gemini_eval.safe.secrets import redact
from gemini_eval.safe.terminal import for_terminal

if TYPE_CHECKING:
    from gemini_eval.tuning.local.train import Step


class TrainingBar:
    """`update` is a training's progress, `say` its voice; both may be called as long as the context lasts."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._learned = False
        self._shown: Any = None
        self._task: Any = None

    def update(self, step: Step) -> None:
        self._learned = True
        if not sys.stderr.isatty():
            if step.step * step.epochs == step.epoch * step.steps:
                self.say(f"{self._name}: epoch {step.epoch} of {step.epochs}, loss {step.loss:.4f}, {_clock(step)} left")
            return
        if self._shown is None:
            self._open()
        told = f"epoch {step.epoch}/{step.epochs} · loss {step.loss:.4f} · {_clock(step)} left"
        self._shown.update(self._task, total=step.steps, completed=step.step, told=told)

    def say(self, line: str) -> None:
        if self._shown is None:
            click.echo(redact(for_terminal(line)), err=True)
        else:
            self._shown.console.print(redact(for_terminal(line)), markup=False, highlight=False)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
        )
        self._shown = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._shown.add_task(for_terminal(self._name), total=None, told="")
        self._shown.start()

    def __enter__(self) -> TrainingBar:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if self._shown is not None:
            self._shown.stop()
        if error is None and not self._learned:
            self.say(f"{self._name}: tuned already")


def _clock(step: Step) -> str:
    """Minutes and seconds."""
    minutes, seconds = divmod(round(step.seconds_left), 60)
    return f"{minutes}:{seconds:02}"
