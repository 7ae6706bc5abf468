"""`gemini-eval.tuned.yaml` beside the workspace file: which model `tuned:ALIAS` means.

The file may be anybody's: its names are checked as a suite's are, and a file that it names lies inside the workspace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gemini_eval.errors import Fault, Faults, FileRefusedError, InputError, UsageError, did_you_mean
from gemini_eval.providers import file_in, identity_of
from gemini_eval.providers.gemini.spelling import Form, read_spelling
from gemini_eval.providers.local_id import parts_of
from gemini_eval.safe.files import resolve
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.workspace import read_tree, shown
from gemini_eval.types import Json

REGISTRY = "gemini-eval.tuned.yaml"
PREFIX = "tuned:"
MOST_FORMER = 20
"""How many former models of an alias may stand one inside the other."""

_ALIAS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a model was after an epoch. `id` is Vertex AI's, `model` how it is asked; '' where there is none."""

    epoch: int
    id: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class TunedModel:
    """One alias. `model` is what is asked: a full endpoint, or `local:…`. `data` and `prompt` are `sha256:…` of what it was tuned
    on, '' where that is not known. `previous` is what the alias meant before."""

    alias: str
    model: str
    base: str
    backend: str
    data: str = ""
    prompt: str = ""
    parameters: Mapping[str, Json] | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    source: str = ""
    job: str = ""
    previous: TunedModel | None = None

    @property
    def former(self) -> Iterator[TunedModel]:
        """What the alias meant before, the latest first."""
        one = self.previous
        while one is not None:
            yield one
            one = one.previous


def alias_fault(alias: str) -> str:
    """What keeps a text from being an alias; '' where it is one: `tickets/e4-a4`."""
    parts = alias.split("/")
    odd = sorted(set(alias) - _ALIAS - {"/"})
    if odd:
        return f"an alias with {', '.join(map(repr, odd[:5]))} in it"
    if not all(part.strip(".") for part in parts) or len(alias) > 100:
        return "an alias with an empty part" if len(alias) <= 100 else "an alias of over 100 characters"
    return ""


def model_fault(model: str, backend: str) -> tuple[str, str] | None:
    """Why a text is not how a tuned model of that backend is asked, and the mend; None where it is."""
    if backend == "local":
        return None if model.startswith("local:") else (f'"{model}" is no local model', "write local:…")
    spelling = read_spelling(model)
    if spelling.reason:
        return spelling.reason, spelling.hint
    if spelling.form is not Form.ENDPOINT:
        return f'"{model}" is not the endpoint of a tuned model', f"write {Form.ENDPOINT.value}"
    return None


def read_registry(folder: Path) -> dict[str, TunedModel]:
    """The tuned models of a workspace's folder, none where it has no such file. Raises `InputError` with all that is wrong."""
    from gemini_eval.suites.shape import check_shape
    from gemini_eval.suites.wire_tuned import RegistryWire

    path = folder / REGISTRY
    if not path.exists() and not path.is_symlink():
        return {}
    try:
        resolve(REGISTRY, base=folder, root=folder)
    except FileRefusedError as error:
        raise InputError([Fault(error.reason, hint=error.hint)]) from error
    tree = read_tree(path)
    faults = Faults()
    check_shape(RegistryWire, tree, faults)
    faults.raise_if_any()
    top = Cursor.top(tree).get("tuned")
    for alias, entry in top.entries() if top else ():
        _check(alias, entry, faults)
    faults.raise_if_any()
    return {alias: _built(alias, entry.value) for alias, entry in top.entries()} if top else {}


def find_tuned(folder: Path, model_id: str) -> TunedModel:
    """What `tuned:ALIAS` or `tuned:ALIAS@EPOCH` means. Raises `InputError` where that is nothing."""
    alias, at, epoch = model_id.removeprefix(PREFIX).partition("@")
    known = read_registry(folder)
    found = known.get(alias)
    if found is None:
        reason = f'there is no tuned model "{alias}" in {shown(folder / REGISTRY)}'
        hint = did_you_mean(alias, known) or (f"it has {', '.join(known)}" if known else "gemini-eval tune start makes one")
        raise InputError([Fault(reason, hint=hint)])
    return at_epoch(found, epoch) if at else found


def at_epoch(tuned: TunedModel, epoch: str) -> TunedModel:
    """One checkpoint of a tuned model as a model. Raises `InputError` where it has none of that epoch, or it is not deployed."""
    known = {str(checkpoint.epoch): checkpoint for checkpoint in tuned.checkpoints}
    if epoch not in known:
        hint = f"it has {', '.join(known)}" if known else "none of its checkpoints is recorded"
        raise InputError([Fault(f'"{tuned.alias}" has no checkpoint of epoch {epoch}', hint=hint)])
    checkpoint = known[epoch]
    if not checkpoint.model:
        hint = f"gemini-eval tune deploy {tuned.alias}@{epoch}"
        raise InputError([Fault(f'the checkpoint of epoch {epoch} of "{tuned.alias}" is not deployed', hint=hint)])
    return TunedModel(
        f"{tuned.alias}@{epoch}",
        checkpoint.model,
        tuned.base,
        tuned.backend,
        tuned.data,
        tuned.prompt,
        tuned.parameters,
        (checkpoint,),
        tuned.source,
        tuned.job,
    )


def located(tuned: TunedModel, folder: Path) -> tuple[str, Path | None]:
    """The id that a tuned model's answers are kept under, and the file behind it, inside the workspace's folder; None where it is
    asked elsewhere, or is not there and known by its hash alone: recordings answer then. Raises `UsageError`."""
    name = file_in(tuned.model)
    try:
        file = resolve(name, base=folder, root=folder) if name else None
    except FileRefusedError as error:
        if not parts_of(tuned.model)[1]:
            raise UsageError(f"{PREFIX}{tuned.alias}: {error.reason}", error.hint) from error
        file = None
    return identity_of(tuned.model, file), file


# ---- what the shapes don't say -----------------------------------------------------------------------------


def _check(alias: str, entry: Cursor, faults: Faults) -> None:
    if reason := alias_fault(alias):
        faults.add(f"{reason}: {alias!r}", entry.key, "write NAME/VARIANT, as tickets/e4-a4")
    depth, here = 0, entry
    while here is not None:
        _check_models(here, faults)
        depth += 1
        if depth > MOST_FORMER:
            faults.add(f"more than {MOST_FORMER} former models of {alias}", here.place, "take the oldest out")
            return
        inner = here.get("previous")
        if inner is None:
            return
        here = inner


def _check_models(entry: Cursor, faults: Faults) -> None:
    backend = entry.value["backend"]
    checkpoints = entry.get("checkpoints")
    for holder in (entry, *(checkpoints.items() if checkpoints else ())):
        model = holder.get("model")
        if model is not None and (reason := model_fault(model.value, backend)):
            faults.add(reason[0], model.place, reason[1])


def _built(alias: str, value: Json) -> TunedModel:
    previous = value.get("previous")
    return TunedModel(
        alias,
        value["model"],
        value["base"],
        value["backend"],
        value.get("data") or "",
        value.get("prompt") or "",
        dict(value["parameters"]) if value.get("parameters") else None,
        tuple(Checkpoint(one["epoch"], one.get("id") or "", one.get("model") or "") for one in value.get("checkpoints") or ()),
        value.get("source") or "",
        value.get("job") or "",
        _built(alias, previous) if previous else None,
    )
