"""`training.json`: what was trained, on what, and what is there of it. It is written last, so that it names whole files only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gemini_eval.errors import FileRefusedError, RunError, UsageError, ValueRefusedError
from gemini_eval.providers.local_adapter import read_adapter
from gemini_eval.providers.local_id import PIN, PREFIX
from gemini_eval.safe.files import read_bytes, write_whole
from gemini_eval.safe.json_text import canonical_json, dump_json, read_record
from gemini_eval.tuning.local.batches import Tokens
from gemini_eval.tuning.parameters import Parameters
from gemini_eval.types import Json

NAME = "training.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The adapter after an epoch. `loss` is the epoch's mean of −ln p over the tokens of the answers, while it learned."""

    epoch: int
    loss: float
    seconds: float
    path: Path
    sha256: str

    @property
    def model(self) -> str:
        """The id that every verb takes."""
        return f"{PREFIX}{self.path}@{PIN}{self.sha256}"


@dataclass(frozen=True, slots=True)
class Trained:
    """A training in `folder`, whole or not yet; `planned` is everything that shapes it, `state` the SHA-256 of the file that it
    goes on from, '' for a whole one."""

    folder: Path
    planned: Mapping[str, Json]
    checkpoints: tuple[Checkpoint, ...] = ()
    state: str = ""

    @property
    def last(self) -> Checkpoint:
        return self.checkpoints[-1]

    @property
    def is_whole(self) -> bool:
        return len(self.checkpoints) == int(self.planned["parameters"]["epochs"])

    def state_path(self, epoch: int) -> Path:
        """What training goes on from after an epoch; there only for the last one of a training that is not whole."""
        return self.folder / f"state-{epoch:02}.gguf"

    def adapter_path(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch:02}.gguf"


def planned(base: str, tokens: Sequence[Tokens], parameters: Parameters, seed: int) -> dict[str, Json]:
    """What two trainings have in common where one may go on with the other's work; `base` is the SHA-256 of the model's file."""
    digest = hashlib.sha256(canonical_json([[example.prompt, example.answer] for example in tokens])).hexdigest()
    return {
        "base": base,
        "examples": len(tokens),
        "tokens": {
            "prompts": sum(len(example.prompt) for example in tokens),
            "answers": sum(len(example.answer) for example in tokens),
        },
        "data": f"{PIN}{digest}",
        "parameters": asdict(parameters),
        "seed": seed,
    }


def write(trained: Trained) -> None:
    """Raises `RunError` where it can't be written."""
    epochs = [
        {
            "epoch": checkpoint.epoch,
            "loss": checkpoint.loss,
            "seconds": checkpoint.seconds,
            "file": checkpoint.path.name,
            "sha256": checkpoint.sha256,
        }
        for checkpoint in trained.checkpoints
    ]
    state = {"state": trained.state} if trained.state else {}
    write_whole(trained.folder / NAME, dump_json({"version": VERSION, **trained.planned, "epochs": epochs, **state}) + b"\n")


def read(folder: Path) -> Trained | None:
    """The training that is in `folder`, None where there is none. Raises `RunError` for a damaged one."""
    path = folder / NAME
    if not path.exists():
        return None
    mend = f"remove {folder}, and train again"
    try:
        body = read_record(read_bytes(path))
        body.pop("version")
        checkpoints, state = tuple(_checkpoints(folder, body.pop("epochs"))), str(body.pop("state", ""))
    except (FileRefusedError, ValueRefusedError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"{path} is damaged: {error}", mend) from error
    for checkpoint in checkpoints:
        if not checkpoint.path.is_file() or read_adapter(checkpoint.path).sha256 != checkpoint.sha256:
            raise RunError(f"{checkpoint.path} is not what {NAME} says it is", mend)
    return Trained(folder, body, checkpoints, state)


def _checkpoints(folder: Path, epochs: Sequence[Mapping[str, Json]]) -> Iterator[Checkpoint]:
    for epoch in epochs:
        yield Checkpoint(epoch["epoch"], epoch["loss"], epoch["seconds"], folder / Path(epoch["file"]).name, epoch["sha256"])


def refuse_another(found: Trained, wanted: Mapping[str, Json]) -> None:
    """Raise `UsageError` where the folder holds another training than the one that is wanted."""
    differing = [name for name in wanted if found.planned.get(name) != wanted[name]]
    if differing:
        name = differing[0]
        shown = f"its {name} is {found.planned.get(name)!r}, not {wanted[name]!r}"
        raise UsageError(f"{found.folder} holds another training: {shown}", "name another folder, or remove this one")
