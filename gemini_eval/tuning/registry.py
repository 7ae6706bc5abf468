"""Changes to `gemini-eval.tuned.yaml`: what was tuned is added, an alias is given another model, or its former one back.

The file is written whole, in one order, so that a merge request shows what changed. Reading is `gemini_eval.suites.tuned`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from gemini_eval.errors import UsageError, did_you_mean
from gemini_eval.providers.local_id import parts_of
from gemini_eval.runs.folder import make_store
from gemini_eval.safe.files import FileLock, write_whole
from gemini_eval.safe.yaml_writer import write_yaml
from gemini_eval.suites.tuned import MOST_FORMER, REGISTRY, TunedModel, alias_fault, model_fault, read_registry
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import Json

HEAD = "# Tuned models by alias: tuned:ALIAS in a suite. `gemini-eval tune` writes this file; commit it.\n"


def known_alias(registry: Mapping[str, TunedModel], alias: str) -> TunedModel:
    """Raises `UsageError` for one that is not there."""
    if alias not in registry:
        known = f"it has {', '.join(registry)}" if registry else "it is empty: gemini-eval tune start makes an entry"
        raise UsageError(f'{REGISTRY} has no alias "{alias}"', did_you_mean(alias, registry) or known)
    return registry[alias]


def add_tuned(workspace: Workspace, found: TunedModel) -> str:
    """The alias under which a model now stands. One that is taken by another model keeps it: the new one gets a name of its own,
    with the beginning of its data's hash. What is known of one tuning already stays. Raises `InputError` and `RunError`."""
    taken = [""]

    def add(registry: dict[str, TunedModel]) -> dict[str, TunedModel]:
        alias = free_alias(registry, found)
        taken[0] = alias
        return {alias: replace(found, alias=alias), **registry}

    _change(workspace, add)
    return taken[0]


def free_alias(registry: Mapping[str, TunedModel], found: TunedModel) -> str:
    """The alias itself where nobody else has it, else one with the beginning of the data's hash, else with an endpoint's number
    or the beginning of an adapter's hash."""
    suffixes = ("", f"-{found.data.removeprefix('sha256:')[:6]}" if found.data else "", f"-{_last(found.model)}")
    names = [found.alias + suffix for suffix in dict.fromkeys(suffixes)]
    return next((name for name in names if name not in registry or same(registry[name], found)), names[-1])


def _last(model: str) -> str:
    return parts_of(model)[1][:6] or model.rpartition("/")[2]


def same(one: TunedModel, other: TunedModel) -> bool:
    """Whether both come from one tuning: by what made them where that is known, else by what is asked."""
    return one.job == other.job if one.job and other.job else one.model == other.model


def put_model(workspace: Workspace, alias: str, model: TunedModel) -> None:
    """Let an alias mean another model; what it meant before is its `previous`. Raises `InputError` and `RunError`."""

    def put(registry: dict[str, TunedModel]) -> dict[str, TunedModel]:
        return registry | {alias: replace(model, alias=alias, previous=_cut(registry.get(alias), MOST_FORMER - 1))}

    _change(workspace, put)


def put_back(workspace: Workspace, alias: str) -> TunedModel:
    """Let an alias mean what it meant before; returns that. Raises `UsageError` where there is nothing."""
    restored: list[TunedModel] = []

    def put(registry: dict[str, TunedModel]) -> dict[str, TunedModel]:
        now = known_alias(registry, alias)
        if now.previous is None:
            raise UsageError(f'"{alias}" has no former model to go back to', "promote another: gemini-eval tune promote")
        restored.append(now.previous)
        return registry | {alias: now.previous}

    _change(workspace, put)
    return restored[0]


def change_entry(workspace: Workspace, alias: str, change: Callable[[TunedModel], TunedModel]) -> None:
    """An entry with other facts of the same model. Raises `UsageError` where there is no such alias."""
    _change(workspace, lambda registry: registry | {alias: change(known_alias(registry, alias))})


def _cut(former: TunedModel | None, most: int) -> TunedModel | None:
    """The chain of former models, at most so long."""
    if former is None or most <= 0:
        return None
    return replace(former, previous=_cut(former.previous, most - 1))


def _change(workspace: Workspace, change: Callable[[dict[str, TunedModel]], dict[str, TunedModel]]) -> None:
    """Two processes that write at once must not lose each other's entries."""
    lock = FileLock(make_store(workspace.store_folder) / "tuned.lock")
    lock.acquire()
    try:
        before = read_registry(workspace.folder)
        after = change(before)
        if after != before:
            _refuse_unreadable(after)
            # A link stays one; reading has made sure that it leads to a file inside the workspace.
            write_whole((workspace.folder / REGISTRY).resolve(), (HEAD + write_yaml(to_json(after))).encode())
    finally:
        lock.release()


def _refuse_unreadable(registry: Mapping[str, TunedModel]) -> None:
    """What comes from a service may hold anything. Raise `UsageError` for what reading would refuse."""
    from pydantic import ValidationError

    from gemini_eval.suites.wire_tuned import RegistryWire

    for alias, tuned in registry.items():
        if reason := alias_fault(alias):
            raise UsageError(f"{reason}: {alias!r}", "name the models: --name tickets")
        for model in asked_by(tuned):
            if fault := model_fault(model, tuned.backend):
                raise UsageError(f"{REGISTRY} can't hold {alias}: {fault[0]}", fault[1])
    try:
        RegistryWire.model_validate(to_json(registry))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{REGISTRY} can't hold {where}: {first['msg']}", "write the entry by hand") from error


def asked_by(tuned: TunedModel) -> list[str]:
    """Every model that an entry names: its own, its checkpoints'."""
    return [tuned.model, *(point.model for point in tuned.checkpoints if point.model)]


# ---- as it is written --------------------------------------------------------------------------------------


def to_json(registry: Mapping[str, TunedModel]) -> Json:
    return {"version": 1, "tuned": {alias: _entry(registry[alias]) for alias in sorted(registry)}}


def _entry(tuned: TunedModel) -> Json:
    checkpoints = [
        {"epoch": one.epoch, **({"id": one.id} if one.id else {}), **({"model": one.model} if one.model else {})}
        for one in tuned.checkpoints
    ]
    facts = {
        "model": tuned.model,
        "base": tuned.base,
        "backend": tuned.backend,
        "data": tuned.data,
        "prompt": tuned.prompt,
        "parameters": dict(tuned.parameters) if tuned.parameters else None,
        "checkpoints": checkpoints,
        "source": tuned.source,
        "job": tuned.job,
        "previous": _entry(tuned.previous) if tuned.previous else None,
    }
    return {name: value for name, value in facts.items() if value}
