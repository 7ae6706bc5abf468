"""`models:` -> models; which one answers where the suite names none, and where each is asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gemini_eval.errors import Fault, InputError
from gemini_eval.providers import (
    EVALUATION_SERVICE,
    Place,
    file_in,
    identity_of,
    kind_of,
    model_warnings,
    place_of,
    unknown_model,
)
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.settings import build_settings
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Model, Suite
from gemini_eval.suites.tuned import PREFIX, find_tuned, located
from gemini_eval.suites.workspace import Workspace

NO_MODEL = Fault(
    "no model is chosen",
    None,
    "write `models:` in the suite, `default_model: local:gemma-3-270m` in gemini-eval.yaml, or pass --model local:gemma-3-270m",
)


def build_models(context: Context, cursor: Cursor | None, target: str) -> dict[str, Model]:
    models: dict[str, Model] = {}
    for name, entry in _entries(cursor):
        model = _build(context, name, entry)
        if model is None:
            context.unbuilt.add(name)
            continue
        if name in models:
            context.faults.add(f'two models are named "{name}"', entry.place, "write `models` as a map with a name for each")
        models[name] = _placed(context.workspace, model, target)
    return models


def default_models(context: Context, command_line: tuple[str, ...], target: str) -> dict[str, Model]:
    """`--model` from the command line, else the target's, else the workspace's; none: there is never a silent fallback."""
    workspace = context.workspace
    named = str((workspace.target(target) if target else {}).get("model") or "")
    if command_line:
        found = [Model(name, name, file=_own_file(name, Path.cwd()), why="--model") for name in command_line]
    elif named:
        found = [Model(named, named, file=_own_file(named, workspace.folder), why=f"target {target}")]
    elif workspace.default_model:
        name = workspace.default_model
        why = f"default_model of {workspace.path.name if workspace.path else 'the workspace'}"
        found = [Model(name, name, file=_own_file(name, workspace.folder), why=why)]
    else:
        found = []
    return {model.name: _placed(workspace, model, target) for model in found}


def default_judge(workspace: Workspace, target: str) -> Model | None:
    """The workspace's judge, named by its id; None where it has none."""
    if not workspace.default_judge:
        return None
    name = workspace.default_judge
    why = f"default_judge of {workspace.path.name if workspace.path else 'the workspace'}"
    return _placed(workspace, Model(name, name, file=_own_file(name, workspace.folder), why=why), target)


def service(workspace: Workspace, target: str, model_id: str, location: str = "") -> Model:
    """The evaluation service, or an embedding model, at a location that the suite writes, '' for the target's."""
    named, why = ("vertex", "a vertex assertion") if model_id == EVALUATION_SERVICE else (model_id, "a similar assertion")
    return _placed(workspace, Model(named, model_id, location=location, why=why), target)


def service_of(suite: Suite, model_id: str, location: str) -> Model:
    """The one that a suite asks."""
    return service(suite.workspace, suite.judges.target, model_id, location)


def check_service(context: Context, cursor: Cursor, model_id: str, location: str) -> None:
    """It may be asked from here; told once."""
    if (model_id, location) not in context.services:
        context.services.add((model_id, location))
        target = context.judges.target
        check_allowed(context, replace(service(context.workspace, target, model_id, location), place=cursor.place), target)


@dataclass(frozen=True, slots=True)
class Swap:
    """A model's id, and the one that is asked in its place; `why` says who wants it."""

    old: str
    new: str
    why: str = "--to"


def swapped_models(context: Context, models: Mapping[str, Model], swap: Swap | None, target: str) -> dict[str, Model]:
    """The models with one in another's place, as if the suite had it; parameters and names stay."""
    return {
        name: _swapped(context, model, swap, target) if swap and swap.old in (model.id, model.written) else model
        for name, model in models.items()
    }


def _swapped(context: Context, model: Model, swap: Swap, target: str) -> Model:
    other = replace(model, id=swap.new, file=_own_file(swap.new, Path.cwd()), why=swap.why, tuned=None)
    return _placed(context.workspace, other, target)


def check_model(context: Context, model: Model, target: str) -> None:
    """The model has a provider and an address, and the workspace allows it."""
    if model.answers or _is_unknown(context, model):
        return
    kind = kind_of(model.id)
    if kind is None:
        reason, hint = unknown_model(model.id)
        context.faults.add(reason, model.place, hint)
        return
    if kind.asked_by:
        hint = f"ask it with `{kind.asked_by}` in an assertion"
        context.faults.add(f'"{model.id}" answers no prompts and judges no rubrics', model.place, hint)
        return
    check_allowed(context, model, target)


def _is_unknown(context: Context, model: Model) -> bool:
    """Whether the registry says nothing of a tuned model, which is told."""
    if not model.id.startswith(PREFIX):
        return False
    try:
        located(find_tuned(context.workspace.folder, model.id), context.workspace.folder)
    except InputError as error:
        context.faults.extend(replace(fault, place=fault.place or model.place) for fault in error.faults)
    return True


def check_allowed(context: Context, model: Model, target: str) -> None:
    """The workspace allows the model, and it has an address."""
    if not context.workspace.allows_model(model.id):
        allowed = ", ".join(context.workspace.allow_models)
        context.faults.add(f'the workspace does not allow the model "{model.id}"', model.place, f"allow_models: {allowed}")
    place = _place(context.workspace, model, target)
    if place.reason:
        context.faults.add(place.reason, model.place, place.hint)
    for warning in model_warnings(model.id, context.workspace.place(target)):
        context.faults.warn(warning, model.place)


def _placed(workspace: Workspace, model: Model, target: str) -> Model:
    """The model with where it is asked, and by the id that its answers are kept under; `tuned:ALIAS` is the model that the
    registry names, and one that it does not name stays as it is, for `check_model` to tell."""
    if model.answers:
        return model
    model = _looked_up(workspace, model)
    place = _place(workspace, model, target)
    return replace(
        model,
        id=identity_of(model.id, model.file),
        location=place.location,
        implied=place.implied,
        project=place.project,
        through=place.through,
        target=target,
    )


def _looked_up(workspace: Workspace, model: Model) -> Model:
    if not model.id.startswith(PREFIX):
        return model
    try:
        tuned = find_tuned(workspace.folder, model.id)
        model_id, file = located(tuned, workspace.folder)
    except InputError:
        return model
    return replace(model, id=model_id, file=file, why=f"{model.why}, {model.id}", tuned=tuned)


def _place(workspace: Workspace, model: Model, target: str) -> Place:
    return place_of(model.id, "" if model.implied else model.location, workspace.place(target), os.environ)


def _entries(cursor: Cursor | None) -> list[tuple[str, Cursor]]:
    """A map of models, a list, or a single entry, as (name, entry)."""
    if cursor is None:
        return []
    value = cursor.value
    if isinstance(value, str):
        return [(value, cursor)]
    if isinstance(value, list):
        return [(_name(item), item) for item in cursor.items()]
    if "id" in value or "answers" in value:
        return [(_name(cursor), cursor)]
    return list(cursor.entries())


def _name(entry: Cursor) -> str:
    if isinstance(entry.value, str):
        return entry.value
    return str(entry.value.get("id") or entry.value.get("answers") or "model")


def _build(context: Context, name: str, entry: Cursor) -> Model | None:
    if isinstance(entry.value, str):
        return Model(name, entry.value, file=_suite_file(context, entry, entry.value), why="the suite", place=entry.place)
    answers = entry.value.get("answers") or ""
    model_id = entry.value.get("id") or ""
    if bool(answers) == bool(model_id):
        context.faults.add(f'model "{name}" needs `id` or `answers`, one of the two', entry.place)
        return None
    return Model(
        name,
        model_id or f"answers:{answers}",
        location=entry.value.get("location") or "",
        settings=build_settings(context, entry.get("params"), f"model {name}"),
        answers=answers,
        file=_suite_file(context, entry.get("id") or entry, model_id),
        why="the suite",
        place=entry.place,
    )


def _suite_file(context: Context, cursor: Cursor, model_id: str) -> Path | None:
    """The file that a model id in a suite names, inside the suite's root; a GGUF file only the workspace or the user may name."""
    name = file_in(model_id)
    if not name:
        return None
    if model_id.startswith("local:"):
        context.faults.add(
            "a suite can't name a model file", cursor.place, "name it as default_model in gemini-eval.yaml, or by --model"
        )
        return None
    return context.resolve(cursor, name)


def _own_file(model_id: str, folder: Path) -> Path | None:
    name = file_in(model_id)
    return folder / Path(name).expanduser() if name else None
