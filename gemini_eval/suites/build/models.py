"""`models:` -> models; which one answers where the suite names none."""

from __future__ import annotations

from pathlib import Path

from gemini_eval.errors import Fault
from gemini_eval.providers import file_in, kind_of, unknown_model
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.settings import build_settings
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Model

NO_MODEL = Fault(
    "no model is chosen",
    None,
    "write `models:` in the suite, `default_model: local:gemma-3-270m` in gemini-eval.yaml, or pass --model local:gemma-3-270m",
)


def build_models(context: Context, cursor: Cursor | None) -> dict[str, Model]:
    models: dict[str, Model] = {}
    for name, entry in _entries(cursor):
        model = _build(context, name, entry)
        if model is None:
            context.unbuilt.add(name)
            continue
        if name in models:
            context.faults.add(f'two models are named "{name}"', entry.place, "write `models` as a map with a name for each")
        models[name] = model
    return models


def default_models(context: Context, command_line: tuple[str, ...], target: str) -> dict[str, Model]:
    """`--model` from the command line, else the target's, else the workspace's; none: there is never a silent fallback."""
    workspace = context.workspace
    place = workspace.target(target) if target else {}
    location = place.get("location") or ""
    if command_line:
        return {name: Model(name, name, location, file=_own_file(name, Path.cwd()), why="--model") for name in command_line}
    if place.get("model"):
        name = str(place["model"])
        return {name: Model(name, name, location, file=_own_file(name, workspace.folder), why=f"target {target}")}
    if workspace.default_model:
        name = workspace.default_model
        why = f"default_model of {workspace.path.name if workspace.path else 'the workspace'}"
        return {name: Model(name, name, location, file=_own_file(name, workspace.folder), why=why)}
    return {}


def check_model(context: Context, model: Model) -> None:
    """The model has a provider, and the workspace allows it."""
    if model.answers:
        return
    if kind_of(model.id) is None:
        reason, hint = unknown_model(model.id)
        context.faults.add(reason, model.place, hint)
    elif not context.workspace.allows_model(model.id):
        allowed = ", ".join(context.workspace.allow_models)
        context.faults.add(f'the workspace does not allow the model "{model.id}"', model.place, f"allow_models: {allowed}")


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
