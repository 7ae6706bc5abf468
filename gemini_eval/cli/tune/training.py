"""Local training as people see it: what is trained on, then a bar for each configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gemini_eval.cli.faults import print_faults
from gemini_eval.cli.tune.bar import TrainingBar
from gemini_eval.cli.tune.shown import aside, counted
from gemini_eval.verbs.tune.start_local import prepare_local, train_all

if TYPE_CHECKING:
    from gemini_eval.suites.tuned import TunedModel
    from gemini_eval.verbs.tune.prepared import Prepared, StartOptions


def prepared_locally(options: StartOptions) -> Prepared:
    """With what is worth a warning told. Raises `InputError`."""
    prepared = prepare_local(options)
    print_faults(prepared.warnings)
    return prepared


def train_shown(prepared: Prepared, options: StartOptions, seed: int) -> Iterator[tuple[str, TunedModel]]:
    """Each model with its alias, as it is ready. Raises `InputError` and `RunError`."""
    assert prepared.data is not None
    epochs = sum(one.epochs for one in options.grid)
    many = f"{counted(len(options.grid), 'configuration')}, {counted(epochs, 'epoch')} in all"
    aside(f"{prepared.name}: {many}, {counted(len(prepared.data.train), 'example')}")
    yield from train_all(prepared, options, seed, TrainingBar, aside)
