"""`tune start --backend local`: the same sweep, trained on this machine, one configuration after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gemini_eval.errors import UsageError
from gemini_eval.providers.local_id import EMBEDDED
from gemini_eval.suites.tuned import Checkpoint, TunedModel
from gemini_eval.suites.workspace import Workspace, shown
from gemini_eval.tuning.registry import add_tuned
from gemini_eval.verbs.tune.local import require_packages, tune_locally
from gemini_eval.verbs.tune.prepared import Prepared, StartOptions, data_folder, prepare, read_suite, workspace_of

if TYPE_CHECKING:
    from gemini_eval.tuning.local.record import Checkpoint as Adapter
    from gemini_eval.tuning.local.record import Trained
    from gemini_eval.tuning.local.train import Step


class Bar(Protocol):
    """Shows how far a training is."""

    def update(self, step: Step) -> None: ...


Say = Callable[[str], None]
NewBar = Callable[[str], AbstractContextManager[Bar]]


def prepare_local(options: StartOptions) -> Prepared:
    """Everything that can be wrong is found before the first training. Raises `InputError`."""
    require_packages()
    from gemini_eval.tuning.local.train import check

    for parameters in options.grid:
        check(parameters)
    workspace = workspace_of(options)
    prepared = prepare(options, workspace, read_suite(options), EMBEDDED)
    if prepared.data is None:
        raise UsageError(f"{prepared.source} lies in Cloud Storage, and this machine tunes on files", "copy it here first")
    if not workspace.store_folder.resolve().is_relative_to(workspace.folder.resolve()):
        reason = f"{shown(workspace.store_folder)}, where adapters are kept, lies outside the workspace"
        raise UsageError(reason, "name a folder inside it: store: {folder: …} in gemini-eval.yaml")
    return prepared


def train_all(prepared: Prepared, options: StartOptions, seed: int, bar: NewBar, say: Say) -> Iterator[tuple[str, TunedModel]]:
    """Train one configuration after the other; each with its alias, once it is in the registry. `bar` makes a progress bar of a
    name. What is trained already is not trained again. Raises `InputError` and `RunError`."""
    assert prepared.data is not None
    home = data_folder(prepared)
    digest = f"sha256:{prepared.written(home)[0].sha256}"
    for parameters in options.grid:
        known = TunedModel(prepared.alias(parameters), "", EMBEDDED, "local", digest, prepared.prompt, parameters.facts)
        folder = home / f"{parameters.name}-{digest[7:13]}{f'-s{seed}' if seed else ''}"
        with bar(known.alias) as shown_bar:
            trained = tune_locally(prepared.data.train, parameters, folder, seed, shown_bar.update, say)
        tuned = _tuned(known, trained, prepared.workspace)
        yield add_tuned(prepared.workspace, tuned), tuned


def _tuned(known: TunedModel, trained: Trained, workspace: Workspace) -> TunedModel:
    """As the registry has it: adapters by their path from the workspace."""

    def model(checkpoint: Adapter) -> str:
        inside: Path = checkpoint.path.resolve().relative_to(workspace.folder.resolve())
        return replace(checkpoint, path=inside).model

    points = tuple(Checkpoint(one.epoch, "", model(one)) for one in trained.checkpoints)
    return replace(known, model=model(trained.last), checkpoints=points)
