"""`tune endpoints` and `tune deploy`: what serves tuned models, and the registry told where a checkpoint is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gemini_eval.errors import UsageError
from gemini_eval.suites.tuned import Checkpoint, TunedModel, read_registry
from gemini_eval.suites.workspace import Workspace
from gemini_eval.tuning.registry import change_entry, known_alias
from gemini_eval.tuning.vertex.endpoints import Endpoint, EndpointService
from gemini_eval.tuning.vertex.failures import ServiceError
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


@dataclass(frozen=True, slots=True)
class Placing:
    """A checkpoint, the one that the alias asks where no epoch was named, and the endpoint for it: '' for one that is to be made.
    `serves` tells that nothing is left to do there."""

    name: str
    alias: str
    tuned: TunedModel
    point: Checkpoint
    endpoint: str = ""
    serves: bool = False


def placing(workspace: Workspace, service: EndpointService, name: str) -> Placing:
    """What is to be done for `ALIAS` or `ALIAS@EPOCH`. An endpoint that a former try has left is found again: one that serves the
    checkpoint, or an empty one that was made for it. Raises `InputError` and `RunError`."""
    alias, tuned, point = _meant(workspace, name)
    _refuse_elsewhere(tuned.source, service)
    wanted = Placing(name, alias, tuned, point)
    there = list(service.find())
    serving = [one.name for one in there if one.models and (one.name == point.model or _serves(one, tuned.source, point))]
    if serving:
        return replace(wanted, endpoint=point.model if point.model in serving else serving[0], serves=True)
    empty = [one.name for one in there if not one.models and (one.name == point.model or _is_for(one, name, tuned))]
    return replace(wanted, endpoint=empty[0] if empty else "")


def deploy(workspace: Workspace, service: EndpointService, wanted: Placing) -> str:
    """The endpoint that now serves it, recorded. Raises `InputError` and `RunError`."""
    point = wanted.point
    endpoint = wanted.endpoint or service.create(wanted.name, _labels(wanted.tuned))
    if not wanted.serves:
        service.deploy(endpoint, wanted.tuned.source, point.id, wanted.name)

    def changed(entry: TunedModel) -> TunedModel:
        points = tuple(replace(one, model=endpoint) if one == point else one for one in entry.checkpoints)
        return replace(entry, checkpoints=points, model=endpoint if entry.model == point.model else entry.model)

    change_entry(workspace, wanted.alias, changed)
    return endpoint


def _serves(endpoint: Endpoint, source: str, point: Checkpoint) -> bool:
    return bool(point.id) and any((served.model, served.checkpoint) == (source, point.id) for served in endpoint.models)


def _is_for(endpoint: Endpoint, name: str, tuned: TunedModel) -> bool:
    return endpoint.label == name and bool(tuned.data) and endpoint.labels.get(DATA) == label_of(tuned.data)


def _labels(tuned: TunedModel) -> dict[str, str]:
    return {DATA: label_of(tuned.data)} if tuned.data else {}


def removable(workspace: Workspace, service: EndpointService, name: str) -> Endpoint:
    """The endpoint that ALIAS@EPOCH, or an endpoint's own name, means, where no alias asks it; without models where the registry
    alone still knows it. Raises `InputError` and `RunError`."""
    registry = read_registry(workspace.folder)
    known = name if name.startswith("projects/") else _meant(workspace, name)[2].model
    if not known:
        raise UsageError(f"{name} is not deployed", "see what is: gemini-eval tune endpoints")
    _refuse_asked(registry, known)
    _refuse_elsewhere(known, service)
    try:
        found = service.look(known)
    except ServiceError as error:
        if error.status != 404 or not (aliases_of(registry, known) or formerly(registry, known)):
            raise
        return Endpoint(known, "", ())
    _refuse_asked(registry, found.name)
    return found


def remove(workspace: Workspace, service: EndpointService, endpoint: Endpoint) -> None:
    """Take an endpoint away, also out of the registry's checkpoints and of what aliases go back to. Raises `RunError`."""
    try:
        service.remove(endpoint)
    except ServiceError as error:
        if error.status != 404:
            raise
    for alias in read_registry(workspace.folder):
        change_entry(workspace, alias, lambda entry: _without(entry, endpoint.name))


def formerly(registry: Mapping[str, TunedModel], endpoint: str) -> list[str]:
    """The aliases that go back to an endpoint, at once or later."""
    return [alias for alias, tuned in registry.items() if any(former.model == endpoint for former in tuned.former)]


def _refuse_asked(registry: Mapping[str, TunedModel], endpoint: str) -> None:
    users = [alias for alias, tuned in registry.items() if tuned.model == endpoint]
    if users:
        raise UsageError(f"{endpoint} is what tuned:{users[0]} asks", "promote another model there first, or take the alias out")


def _refuse_elsewhere(resource: str, service: EndpointService) -> None:
    """Only its own region serves a model or an endpoint."""
    parts = resource.split("/")
    place = parts[3] if len(parts) > 3 and parts[2] == "locations" else ""
    if place and place != service.seat.location:
        reason = f"{resource} lies in {place}, but {service.seat.location} is asked"
        raise UsageError(reason, f"set GOOGLE_CLOUD_LOCATION={place}, or name a --target there")


def _without(entry: TunedModel, endpoint: str) -> TunedModel:
    points = tuple(replace(one, model="") if one.model == endpoint else one for one in entry.checkpoints)
    previous = entry.previous
    while previous is not None and previous.model == endpoint:
        previous = previous.previous
    return replace(entry, checkpoints=points, previous=_without(previous, endpoint) if previous else None)


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
