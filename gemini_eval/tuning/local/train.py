"""Training: epoch by epoch, each kept before the next begins, so that what ends in between goes on from there."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from gemini_eval.errors import FileRefusedError, RunError, UsageError
from gemini_eval.providers.local_adapter import MAX_BYTES
from gemini_eval.providers.local_files import ModelFile
from gemini_eval.providers.local_gguf import read_header
from gemini_eval.safe.files import FileLock, make_folder, read_bytes
from gemini_eval.tuning.example import TuningExample
from gemini_eval.tuning.local import record
from gemini_eval.tuning.local.batches import Tokens, epoch_batches, padded, parts_of
from gemini_eval.tuning.local.export import write_adapter, write_tensors
from gemini_eval.tuning.local.lora import Lora, lora_of, new_lora
from gemini_eval.tuning.local.model import Gemma
from gemini_eval.tuning.local.record import Checkpoint, Trained
from gemini_eval.tuning.local.tokens import tokens_of
from gemini_eval.tuning.local.weights import Tensor, Weights, read_tensors, read_weights
from gemini_eval.tuning.parameters import Parameters

RATE = 2e-3
"""Adam's rate where the learning-rate multiplier is 1."""
BETAS = (0.9, 0.99)
WARM_UP = 0.1
"""The share of all steps in which the rate rises; it then falls, in a line, to `LEAST` of itself."""
LEAST = 0.05
MAX_NORM = 1.0
MAX_RANK, MAX_EPOCHS, MAX_MULTIPLIER = 64, 100, 100.0

_FIRST, _SECOND = ".m", ".v"


@dataclass(frozen=True, slots=True)
class Step:
    """Where a training stands: `step` of `steps` in all, in `epoch` of `epochs`; `loss` is the mean of the epoch so far."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    seconds_left: float


def train(
    examples: Sequence[TuningExample],
    parameters: Parameters,
    folder: Path,
    *,
    seed: int,
    progress: Callable[[Step], None],
    base: ModelFile,
) -> Trained:
    """Tune `base` on `examples` into `folder`: an adapter an epoch, and `training.json`. The caller holds the machine's lock.

    What `folder` has of the same training already is not done again: an interrupted one goes on after its last whole epoch, and
    ends as if it had not been interrupted. On one machine the same input gives the same bytes.

    Raises:
        InputError: parameters out of range, examples that can't be learned, a base of another kind, another training in `folder`.
        RunError: the folder can't be written to, what is in it is damaged, or the loss is no number any more.
    """
    check(parameters)
    header = read_header(base.path)
    tokens = tokens_of(examples, base.path, int(header.fields.get("tokenizer.ggml.eos_token_id", 1)))
    return train_tokens(tokens, parameters, folder, seed=seed, progress=progress, base=base)


def check(parameters: Parameters) -> None:
    """Raise `UsageError` for a parameter that is out of range."""
    for name, value, low, high in (
        ("epochs", parameters.epochs, 1, MAX_EPOCHS),
        ("learning_rate_multiplier", parameters.learning_rate_multiplier, 0.001, MAX_MULTIPLIER),
        ("adapter_size", parameters.adapter_size, 1, MAX_RANK),
    ):
        if not low <= value <= high:
            raise UsageError(f"{name} is {value}", f"a number from {low:g} to {high:g}")


def train_tokens(
    tokens: Sequence[Tokens],
    parameters: Parameters,
    folder: Path,
    *,
    seed: int,
    progress: Callable[[Step], None],
    base: ModelFile,
) -> Trained:
    """As `train`, of examples that are tokens already."""
    planned = record.planned(base.sha256, tokens, parameters, seed)
    make_folder(folder)
    with _alone(folder):
        trained = record.read(folder) or Trained(folder, planned)
        record.refuse_another(trained, planned)
        if trained.is_whole:
            return trained
        training = _Training(read_weights(read_header(base.path)), tokens, parameters, seed, progress)
        training.restore(trained)
        for epoch in range(len(trained.checkpoints) + 1, parameters.epochs + 1):
            loss, seconds = training.epoch(epoch)
            trained = training.keep(trained, epoch, loss, seconds)
        return trained


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time trains into a folder. Raises `UsageError` for the second."""
    lock = FileLock(folder / "lock")
    if not lock.acquire(blocking=False):
        raise UsageError(f"another process is training into {folder}", "wait for it, or name another folder")
    try:
        yield
    finally:
        lock.release()


class _Training:
    def __init__(
        self,
        weights: Weights,
        tokens: Sequence[Tokens],
        parameters: Parameters,
        seed: int,
        progress: Callable[[Step], None],
    ) -> None:
        self._tokens, self._parameters, self._seed, self._progress = tokens, parameters, seed, progress
        self._model = Gemma(weights, new_lora(weights, parameters.adapter_size, seed))
        self._optimizer = self._fresh()
        self._steps = parameters.epochs * len(epoch_batches(tokens, seed, 1))
        self._step = 0
        self._seconds = 0.0
        self._done = 0
        self._before = 0

    @property
    def _lora(self) -> Lora:
        assert self._model.lora is not None
        return self._model.lora

    def _fresh(self) -> Any:
        return torch.optim.Adam([tensor for _, tensor in self._lora.named()], lr=RATE, betas=BETAS)

    # ---- learning ------------------------------------------------------------------------------------------

    def epoch(self, epoch: int) -> tuple[float, float]:
        """(mean loss, seconds) of one pass over all examples."""
        started, nats, answered = time.monotonic(), 0.0, 0
        for batch in epoch_batches(self._tokens, self._seed, epoch):
            before = time.monotonic()
            nats += self._learn(batch)
            answered += sum(len(example.answer) for example in batch)
            self._seconds += time.monotonic() - before
            self._done += sum(example.length for example in batch)
            self._progress(Step(epoch, self._parameters.epochs, self._step, self._steps, nats / answered, self._seconds_left()))
        return nats / answered, time.monotonic() - started

    def _learn(self, batch: Sequence[Tokens]) -> float:
        """One step; the loss before it, in nats over all answers of the batch. Raises `RunError` where there is none any more."""
        rate = self._rate()
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad()
        answered = sum(len(example.answer) for example in batch)
        nats = 0.0
        for part in parts_of(batch):
            shape = padded(part)
            states = self._model.states(torch.tensor(shape.ids), torch.tensor(shape.places))
            part_nats, slope = self._model.loss(states.detach(), torch.tensor(shape.targets))
            states.backward(slope / answered)
            nats += part_nats
        if not math.isfinite(nats):
            raise RunError("the training ran away: its loss is no number any more", "choose a smaller learning_rate_multiplier")
        torch.nn.utils.clip_grad_norm_([tensor for _, tensor in self._lora.named()], MAX_NORM)
        self._optimizer.step()
        self._step += 1
        return nats

    def _rate(self) -> float:
        rising = min(1.0, (self._step + 1) / max(1.0, WARM_UP * self._steps))
        falling = max(LEAST, 1 - self._step / self._steps)
        return RATE * self._parameters.learning_rate_multiplier * rising * falling

    def _seconds_left(self) -> float:
        """By the rate of tokens since this process began to learn."""
        an_epoch = sum(example.length for example in self._tokens)
        left = an_epoch * self._parameters.epochs - self._before - self._done
        return self._seconds / self._done * left

    # ---- what is kept --------------------------------------------------------------------------------------

    def restore(self, trained: Trained) -> None:
        """Go on after the last whole epoch. Raises `RunError` where its state is damaged."""
        epochs = len(trained.checkpoints)
        if not epochs:
            return
        path, mend = trained.state_path(epochs), f"remove {trained.folder}, and train again"
        try:
            if hashlib.sha256(read_bytes(path, max_bytes=MAX_BYTES)).hexdigest() != trained.state:
                raise UsageError("it is not what was written")
            tensors = read_tensors(read_header(path))
            self._model.lora = lora_of(tensors, self._model.weights)
            self._step = epochs * self._steps // self._parameters.epochs
            self._optimizer = self._fresh()
            for name, tensor in self._lora.named():
                moments = {"exp_avg": tensors[name + _FIRST].clone(), "exp_avg_sq": tensors[name + _SECOND].clone()}
                self._optimizer.state[tensor] = {"step": torch.tensor(float(self._step)), **moments}
        except FileRefusedError as error:
            raise RunError(error.reason, mend) from error
        except (UsageError, KeyError) as error:
            reason = error.faults[0].reason if isinstance(error, UsageError) else f"it has no {error}"
            raise RunError(f"{path} is damaged: {reason}", mend) from error
        self._before = epochs * sum(example.length for example in self._tokens)

    def keep(self, trained: Trained, epoch: int, loss: float, seconds: float) -> Trained:
        """The adapter, then the state, then the line that names them: whenever this is broken off, what is named is whole."""
        path = trained.adapter_path(epoch)
        sha256 = write_adapter(path, self._lora, f"epoch {epoch}")
        state = write_tensors(trained.state_path(epoch), self._state()) if epoch < self._parameters.epochs else ""
        checkpoint = Checkpoint(epoch, loss, round(seconds, 3), path, sha256)
        kept = replace(trained, checkpoints=(*trained.checkpoints, checkpoint), state=state)
        record.write(kept)
        for left_over in trained.folder.glob("state-*.gguf"):
            if left_over != trained.state_path(epoch) or kept.is_whole:
                left_over.unlink()
        return kept

    def _state(self) -> list[tuple[str, Tensor]]:
        found: list[tuple[str, Tensor]] = []
        for name, tensor in self._lora.named():
            moments = self._optimizer.state[tensor]
            found += [(name, tensor), (name + _FIRST, moments["exp_avg"]), (name + _SECOND, moments["exp_avg_sq"])]
        return found
