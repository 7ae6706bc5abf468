"""Tuning the embedded model on this machine: the machine's one model lock taken, the base found, and the training itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from gemini_eval.errors import UsageError
from gemini_eval.providers.local import why_missing
from gemini_eval.providers.local_files import embedded_file
from gemini_eval.providers.local_id import EMBEDDED
from gemini_eval.providers.local_lock import model_lock
from gemini_eval.tuning.example import TuningExample
from gemini_eval.tuning.parameters import Parameters

if TYPE_CHECKING:
    from gemini_eval.tuning.local.record import Trained
    from gemini_eval.tuning.local.train import Step

_INSTALL = "pip install 'gemini-eval[local,tune]'"
_MODULES = ("torch", "gguf")
_WAITING = "waiting for another gemini-eval run that is using the embedded model …"
_PAUSE_S = 0.1


def tune_locally(  # noqa: PLR0917 - what is trained, how and where, and who is told of it
    examples: Sequence[TuningExample],
    parameters: Parameters,
    folder: Path,
    seed: int,
    progress: Callable[[Step], None],
    say: Callable[[str], None],
) -> Trained:
    """Tune the embedded model on `examples` into `folder`, as `gemini_eval.tuning.local.train.train` does; `say` gets a line
    where the user has to wait.

    Raises:
        UsageError: packages that are not installed.
        InputError, RunError: as `train`.
    """
    require_packages()
    from gemini_eval.tuning.local.train import check, train

    check(parameters)
    with _machine(say):
        return train(examples, parameters, folder, seed=seed, progress=progress, base=embedded_file(None, say))


def require_packages() -> None:
    """Raise `UsageError` where something that local tuning needs is not installed."""
    missing = why_missing() or next((f"the package {name}" for name in _MODULES if find_spec(name) is None), "")
    if missing:
        raise UsageError(f"tuning {EMBEDDED} needs {missing}, which is not installed", _INSTALL)


@contextmanager
def _machine(say: Callable[[str], None]) -> Iterator[None]:
    """The lock that runs of the embedded model take too: both at once would be many times slower than one after the other."""
    lock, said = model_lock(), False
    while not lock.try_acquire():
        if not said:
            say(_WAITING)
            said = True
        time.sleep(_PAUSE_S)
    try:
        yield
    finally:
        lock.release()
