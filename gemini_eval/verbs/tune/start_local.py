"""`tune start --backend local`: the same sweep, trained on this machine. The one place that knows of local training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from gemini_eval.errors import UsageError
from gemini_eval.runs.folder import make_store
from gemini_eval.safe.files import make_folder
from gemini_eval.suites.fingerprint import prompt_digest
from gemini_eval.suites.tuned import Checkpoint, TunedModel, alias_fault
from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.tuning.parameters import Parameters
from gemini_eval.tuning.registry import add_tuned
from gemini_eval.verbs.tune.start import StartOptions

BASE = "local:gemma-3-270m"


def start_local(options: StartOptions, seed: int, bar: Any, say: Callable[[str], None]) -> Iterator[tuple[str, TunedModel]]:
    """Train one configuration after the other; each with its alias, once it is in the registry. `bar` makes a progress bar of a
    name. Raises `InputError` and `RunError`."""
    made: Any = import_module("gemini_eval.verbs.tune.data")
    local: Any = import_module("gemini_eval.verbs.tune.local")
    local.require_packages()
    source = Path(options.source)
    workspace = find_workspace(source.absolute())
    data = made.tuning_data([source], made.DataOptions(prompt=options.prompt))
    name = options.name or (data.suite.suite.name if data.suite else source.stem)
    if reason := alias_fault(name):
        raise UsageError(f"{reason}: {name!r}", "name the models: --name tickets")
    home = make_store(workspace.store_folder) / "tuning" / name
    make_folder(home)
    digest = "sha256:" + made.write_data(data, home / "train.jsonl", "contents")[0].sha256
    prompt = prompt_digest(data.suite.variant.prompt) if data.suite and data.suite.variant.prompt else ""
    for parameters in options.grid:
        alias = f"{name}/{parameters.name}"
        folder = home / f"{parameters.name}-{digest[7:13]}"
        with bar(alias) as shown:
            trained = local.tune_locally(data.train, parameters, folder, seed, shown.update, say)
        tuned = _tuned(TunedModel(alias, "", BASE, "local", digest, prompt), trained, workspace, parameters)
        yield add_tuned(workspace, tuned), tuned


def _tuned(known: TunedModel, trained: Any, workspace: Workspace, parameters: Parameters) -> TunedModel:
    """As the registry has it: adapters by their path from the workspace."""

    def model(checkpoint: Any) -> str:
        inside = checkpoint.path.resolve().relative_to(workspace.folder.resolve())
        named: str = checkpoint.model.replace(str(checkpoint.path), str(inside))
        return named

    facts = {
        "epochs": parameters.epochs,
        "learning_rate_multiplier": float(parameters.learning_rate_multiplier),
        "adapter_size": parameters.adapter_size,
    }
    points = tuple(Checkpoint(one.epoch, "", model(one)) for one in trained.checkpoints)
    return replace(known, model=model(trained.last), parameters=facts, checkpoints=points)
