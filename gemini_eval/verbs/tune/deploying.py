"""`tune endpoints` and `tune deploy`: what serves tuned models, and the registry told where a checkpoint is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gemini_eval.errors import UsageError
from gemini_eval.suites.tuned import Checkpoint, TunedModel, read_registry
from gemini_eval.suites.workspace import Workspace
from gemini_eval.tuning.registry import change_entry, known_alias
from gemini_eval.tuning.vertex.endpoints import Endpoint, EndpointService
from gemini_eval.tuning.vertex.jobs import DATA, label_of


def aliases_of(registry: Mapping[str, TunedModel], endpoint: str) -> list[str]:
    """Who of the registry asks an endpoint: aliases, and checkpoints as ALIAS@EPOCH."""
    found = [alias for alias, tuned in registry.items() if tuned.model == endpoint]
    points = [
        f"{alias}@{point.epoch}"
        for alias, tuned in registry.items()
        for point in tuned.checkpoints
        if point.model == endpoint and tuned.model != endpoint
    ]
    return found + points


def rows(service: EndpointService, registry: Mapping[str, TunedModel], *, every: bool) -> Iterator[tuple[Endpoint, list[str]]]:
    """Each endpoint with who asks it; without `every` those alone that the registry knows, or that serve a model of it."""
    models = {tuned.source.partition("@")[0] for tuned in registry.values()} - {""}
    for endpoint in service.find():
        own = aliases_of(registry, endpoint.name)
        if every or own or any(served.model.partition("@")[0] in models for served in endpoint.models):
            yield endpoint, own


def deploy(workspace: Workspace, service: EndpointService, name: str) -> str:
    """Deploy `ALIAS` or `ALIAS@EPOCH` to an endpoint of its own and record that; the endpoint. One that is there already stays.
    Raises `InputError` and `RunError`."""
    alias, tuned, point = _meant(workspace, name)
    there = {endpoint.name: endpoint for endpoint in service.find()}
    if point.model in there and there[point.model].models:
        return point.model
    labels = {DATA: label_of(tuned.data)} if tuned.data else {}
    endpoint = point.model if point.model in there else service.create(name, labels)
    service.deploy(endpoint, tuned.source, point.id, name)

    def changed(entry: TunedModel) -> TunedModel:
        points = tuple(replace(one, model=endpoint) if one == point else one for one in entry.checkpoints)
        return replace(entry, checkpoints=points, model=endpoint if entry.model == point.model else entry.model)

    change_entry(workspace, alias, changed)
    return endpoint


def removable(workspace: Workspace, service: EndpointService, name: str) -> Endpoint:
    """The endpoint that ALIAS@EPOCH, or an endpoint's own name, means, where no alias asks it. Raises `InputError` and
    `RunError`."""
    registry = read_registry(workspace.folder)
    known = name if name.startswith("projects/") else _meant(workspace, name)[2].model
    if not known:
        raise UsageError(f"{name} is not deployed", "see what is: gemini-eval tune endpoints")
    users = [alias for alias, tuned in registry.items() if tuned.model == known]
    if users:
        raise UsageError(f"{known} is what tuned:{users[0]} asks", "promote another model there first, or take the alias out")
    return service.look(known)


def remove(workspace: Workspace, service: EndpointService, endpoint: Endpoint) -> None:
    """Take an endpoint away, also out of the registry's checkpoints. Raises `RunError`."""
    service.remove(endpoint)
    for alias, tuned in read_registry(workspace.folder).items():
        if any(point.model == endpoint.name for point in tuned.checkpoints):
            change_entry(workspace, alias, lambda entry: _without(entry, endpoint.name))


def _without(entry: TunedModel, endpoint: str) -> TunedModel:
    points = tuple(replace(one, model="") if one.model == endpoint else one for one in entry.checkpoints)
    return replace(entry, checkpoints=points)


def _meant(workspace: Workspace, name: str) -> tuple[str, TunedModel, Checkpoint]:
    """(alias, its model, the checkpoint), the one that the alias asks where no epoch is named. Raises `UsageError`."""
    alias, at, epoch = name.partition("@")
    tuned = known_alias(read_registry(workspace.folder), alias)
    if tuned.backend != "vertex" or not tuned.source:
        reason = f'"{alias}" is {"a local model" if tuned.backend == "local" else "an endpoint of which the model is not known"}'
        raise UsageError(reason, "models that `tune start` made on Vertex AI can be deployed")
    points = {str(point.epoch): point for point in tuned.checkpoints}
    if at and epoch not in points:
        raise UsageError(f'"{alias}" has no checkpoint of epoch {epoch}', f"it has {', '.join(points) or 'none'}")
    if at:
        return alias, tuned, points[epoch]
    own = next((point for point in tuned.checkpoints if point.model == tuned.model), None)
    return alias, tuned, own or Checkpoint(0, "", tuned.model)
