"""`init`: a workspace that passes on the embedded model. The files come from `starters/`; none is ever overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from gemini_eval.errors import Fault, InputError, RunError, UsageError, did_you_mean
from gemini_eval.providers import file_in, kind_of, parameter_faults, place_of, unknown_model
from gemini_eval.safe.files import read_text, write_stream
from gemini_eval.safe.json_text import dump_json, pretty_json
from gemini_eval.suites.workspace import FILE_NAME
from gemini_eval.types import Task
from gemini_eval.verbs.doctor import EMBEDDED, why_not

TASKS: tuple[Task, ...] = get_args(Task)
NAMES: dict[Task, str] = {"classification": "tickets", "extraction": "orders", "sentiment": "reviews"}
"""The suite's name where nobody gives one."""

MAX_NAME = 60
GEMINI = "gemini"
ROOMY = "max_output_tokens: 2048"
_OWN_LINE, _OWN_LINES = "  temperature: 0, thinking_budget: 0\n", "  temperature: 0\n  thinking_budget: 0\n"
_STARTERS = Path(__file__).parent / "starters"
_TAKEN = frozenset(("null", "true", "false", Path(FILE_NAME).stem))
_PLACES = {
    "suite.yaml": "specs/{name}.yaml",
    "template.j2": "templates/{name}.j2",
    "cases.csv": "specs/data/{name}.csv",
    "cases.jsonl": "specs/data/{name}.jsonl",
    "examples.csv": "specs/data/{name}_examples.csv",
    "examples.jsonl": "specs/data/{name}_examples.jsonl",
    "schema.json": "specs/data/{name}_schema.json",
}
"""A starter's file -> where it goes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The three answers, checked: `task_of`, `name_of` and `model_of` make them."""

    task: Task
    name: str
    model: str = EMBEDDED


@dataclass(frozen=True, slots=True)
class Started:
    """What was written and what was left alone, as paths below `folder`; `notes` are things to know."""

    folder: Path
    wanted: Wanted
    written: tuple[str, ...]
    left: tuple[str, ...]
    notes: tuple[str, ...] = ()


def start_workspace(folder: Path, wanted: Wanted) -> Started:
    """Write what is not there yet. Raises `InputError` where nothing could be written."""
    written: list[str] = []
    left: list[str] = []
    for name, data in workspace_files(folder, wanted):
        there = folder / name
        if there.is_symlink() or there.exists():
            left.append(name)
        else:
            _write(there, data)
            written.append(name)
    if not written:
        reason = f"{folder} has all of these already, and init overwrites nothing: {', '.join(left)}"
        raise InputError([Fault(reason, hint="give another --name, or another folder")])
    return Started(folder, wanted, tuple(written), tuple(left), tuple(_notes(folder, wanted)))


def workspace_files(folder: Path, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
    """(path below the folder, content) of each file of a workspace."""
    from gemini_eval.suites.schema import SCHEMAS

    model = _yaml_text(_model_from(wanted.model, folder))
    yield FILE_NAME, read_text(_STARTERS / "workspace.yaml").replace("MODEL", model).encode()
    for file, place in _PLACES.items():
        source = _STARTERS / wanted.task / file
        if source.is_file():
            text = read_text(source).replace("NAME", wanted.name)
            yield place.format(name=wanted.name), (_with_room(text, wanted.model) if file == "suite.yaml" else text).encode()
    for kind, schema in SCHEMAS.items():
        yield f"schemas/{kind}.schema.json", pretty_json(schema())
    yield ".github/workflows/gemini-eval.yml", _workflow(wanted.model).encode()


def _with_room(suite: str, model: str) -> str:
    """The starter's parameters for a model that thinks: no thinking where that can be had, else more room."""
    few = {"max_output_tokens": 8}
    if not parameter_faults(model, "", few, {}):
        return suite
    if not parameter_faults(model, "", {**few, "thinking_budget": 0}, {}):
        return suite.replace("temperature: 0", "temperature: 0, thinking_budget: 0").replace(_OWN_LINE, _OWN_LINES)
    return suite.replace("max_output_tokens: 8", ROOMY).replace("max_output_tokens: 64", ROOMY)


def _workflow(model: str) -> str:
    """What runs on GitHub: the embedded model itself, or recordings of a model that needs an account."""
    text = read_text(_STARTERS / "workflow.yaml")
    kind = kind_of(model)
    if kind is None or kind.name != GEMINI:
        return text
    asking = text.replace('"gemini-eval[local]"', "gemini-eval")
    for command in ("run specs/*.yaml", 'check --base "$BASE"'):
        asking = asking.replace(command, f"{command} --recordings-only")
    return asking


def _write(path: Path, data: bytes) -> None:
    """A file of the user's own project, so with their ordinary permissions. A folder or disk that refuses is told as input."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_stream(path, [data])
    except OSError as error:
        reason = f"the folder {path.parent} cannot be made: {error.strerror}"
        raise InputError([Fault(reason, hint="check the path and its permissions")]) from error
    except RunError as error:
        raise InputError([Fault(error.reason, hint=error.hint)]) from error


# ---- the three answers -----------------------------------------------------------------------------------


def task_of(text: str) -> Task:
    """Raises `UsageError`."""
    for task in TASKS:
        if task == text.strip().casefold():
            return task
    raise UsageError(f'there is no task "{text}"', did_you_mean(text, TASKS) or f"one of {', '.join(TASKS)}")


def name_of(text: str) -> str:
    """A suite's name, which becomes part of file names. Raises `UsageError`."""
    name = text.strip()
    plain = name[:1].isalpha() and all(char.isalnum() or char in "-_" for char in name)
    if not plain or len(name) > MAX_NAME:
        raise UsageError(
            f'"{text}" can\'t be the name of a suite', f"a letter, then letters, digits, - and _, at most {MAX_NAME}"
        )
    if name.casefold() in _TAKEN:
        raise UsageError(f'"{text}" has a meaning of its own', f"for example: {name}-suite")
    return name


def model_of(text: str) -> str:
    """The id of a model that this version can ask; `embedded` is short for the embedded one. Raises `UsageError`."""
    model = text.strip()
    if model == "embedded":
        return EMBEDDED
    kind = kind_of(model)
    if kind is None or (model != EMBEDDED and kind.name != GEMINI and not file_in(model)):
        raise UsageError(*unknown_model(model))
    place = place_of(model, "", {}, os.environ)
    if place.reason:
        raise UsageError(place.reason, place.hint)
    return model


def _model_from(model: str, folder: Path) -> str:
    """A model's file as the workspace in `folder` names it: paths typed by the user are relative to where the command runs."""
    name = file_in(model)
    if not name:
        return model
    path = Path(os.path.abspath(Path(name).expanduser()))
    home = Path(os.path.abspath(folder))
    return model.replace(name, str(path.relative_to(home) if path.is_relative_to(home) else path), 1)


def _yaml_text(text: str) -> str:
    plain = text.isascii() and all(char.isalnum() or char in "-_./:" for char in text)
    return text if plain else dump_json(text).decode()


# ---- notes -----------------------------------------------------------------------------------------------


def _notes(folder: Path, wanted: Wanted) -> Iterator[str]:
    fault = why_not(wanted.model, None) if wanted.model == EMBEDDED else None
    if fault:
        yield f"{fault.reason}: {fault.hint}"
    kind = kind_of(wanted.model)
    if kind is not None and kind.name == GEMINI:
        yield "the workflow answers from recordings, so it needs no key: gemini-eval record specs/*.yaml, and commit recordings/"
    top = next((above for above in Path(os.path.abspath(folder)).parents if (above / ".git").exists()), None)
    if top is not None and not (folder / ".git").exists():
        yield f"GitHub reads workflows only in {top / '.github'}: move that file there, and give its job a working-directory"
