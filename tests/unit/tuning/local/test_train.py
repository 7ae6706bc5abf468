"""Training a tiny model for real: what it learns, what it keeps, and that it goes on as if nothing had happened."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gemini_eval.errors import GeminiEvalError, InputError, Place, RunError, UsageError
from gemini_eval.providers.local_adapter import read_adapter
from gemini_eval.providers.local_files import ModelFile
from gemini_eval.providers.local_gguf import read_header
from gemini_eval.providers.local_params import sampler_settings
from gemini_eval.providers.local_server import LlamaServer
from gemini_eval.safe.files import FileLock
from gemini_eval.safe.json_text import read_record
from gemini_eval.tuning.example import TuningExample
from gemini_eval.tuning.local import record
from gemini_eval.tuning.local.record import Trained
from gemini_eval.tuning.local.tokens import tokens_of
from gemini_eval.tuning.local.train import Step, train
from gemini_eval.tuning.local.weights import read_tensors
from gemini_eval.tuning.parameters import Parameters
from gemini_eval.types import Message
from tests.support.tiny_gemma import VOCABULARY, write_tiny_gemma

COLORS = ("red", "blue", "green")
PARAMETERS = Parameters(epochs=3, learning_rate_multiplier=5.0, adapter_size=2)


def example(question: str, answer: str, place: Place | None = None) -> TuningExample:
    return TuningExample((Message("user", question), Message("model", answer)), place=place)


EXAMPLES = [example(f"the {letter} is:", COLORS[number % 3]) for number, letter in enumerate("abcdefghijkl")]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    path = write_tiny_gemma(tmp_path_factory.mktemp("tiny") / "tiny.gguf")
    return ModelFile(path, hashlib.sha256(path.read_bytes()).hexdigest())


def trained_into(
    folder: Path,
    base: ModelFile,
    parameters: Parameters = PARAMETERS,
    seed: int = 7,
    progress: Callable[[Step], None] | None = None,
) -> Trained:
    return train(EXAMPLES, parameters, folder, seed=seed, progress=progress or (lambda _step: None), base=base)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, base: ModelFile) -> Trained:
    return trained_into(tmp_path_factory.mktemp("whole"), base)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_training_leaves(whole: Trained, base: ModelFile) -> None:
    assert names(whole.folder) == ["epoch-01.gguf", "epoch-02.gguf", "epoch-03.gguf", "lock", "training.json"]
    told = read_record((whole.folder / "training.json").read_bytes())
    assert {name: told[name] for name in ("version", "base", "examples", "parameters", "seed")} == {
        "version": 1,
        "base": base.sha256,
        "examples": 12,
        "parameters": {"epochs": 3, "learning_rate_multiplier": 5.0, "adapter_size": 2},
        "seed": 7,
    }
    assert [epoch["file"] for epoch in told["epochs"]] == ["epoch-01.gguf", "epoch-02.gguf", "epoch-03.gguf"]
    for checkpoint in whole.checkpoints:
        assert read_adapter(checkpoint.path).sha256 == checkpoint.sha256
        assert checkpoint.model == f"local:gemma-3-270m+{checkpoint.path}@sha256:{checkpoint.sha256}"
    assert whole.is_whole and record.read(whole.folder) == whole


def test_it_learns(whole: Trained) -> None:
    losses = [checkpoint.loss for checkpoint in whole.checkpoints]
    assert losses[0] > losses[1] > losses[2]
    assert losses[2] < losses[0] / 1.5


def test_what_is_learned_is_served(whole: Trained, base: ModelFile) -> None:
    """The served model finds the answers' tokens as likely as the training said they were, with the adapter and only with it."""
    found = []
    for adapter in (None, whole.last.path):
        server = LlamaServer(base.path, lambda: False, adapter)
        settings = sampler_settings({"max_output_tokens": 1, "response_logprobs": True})
        choice = server.complete(EXAMPLES[0].contents[0].text, settings)["choices"][0]
        found.append((choice["text"], choice["logprobs"]["content"][0]["logprob"]))
        server.close()
    assert found[0][0] != found[1][0]
    assert found[1][0] == " "
    assert found[1][1] > -1.5


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(whole: Trained, base: ModelFile, tmp_path: Path) -> None:
    one_epoch = Parameters(1, 5.0, 2)
    first, same = (trained_into(tmp_path / name, base, one_epoch) for name in ("first", "same"))
    other = trained_into(tmp_path / "other", base, one_epoch, seed=8)
    assert first.last.sha256 == same.last.sha256
    assert first.last.loss == same.last.loss
    assert other.last.sha256 != first.last.sha256


@pytest.mark.parametrize("step", [1, 2, 3, 5])
def test_broken_off_and_gone_on_with_it_ends_as_if_nothing_had_happened(
    whole: Trained, base: ModelFile, tmp_path: Path, step: int
) -> None:
    """Two steps an epoch: the interrupt comes within the first, at the end of the first, in the second and in the third."""
    folder = tmp_path / "broken"

    def interrupt(told: Step) -> None:
        if told.step == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained_into(folder, base, progress=interrupt)
    kept = record.read(folder)
    assert len(kept.checkpoints if kept else ()) == (step - 1) // 2
    assert not list(folder.glob(".*"))

    steps: list[Step] = []
    again = trained_into(folder, base, progress=steps.append)
    assert [told.step for told in steps] == list(range((step - 1) // 2 * 2 + 1, 7))
    assert [one.sha256 for one in again.checkpoints] == [one.sha256 for one in whole.checkpoints]
    assert [one.loss for one in again.checkpoints] == [one.loss for one in whole.checkpoints]
    assert names(folder) == names(whole.folder)


def test_a_whole_training_is_not_done_again(whole: Trained, base: ModelFile) -> None:
    def progress(_step: Step) -> None:
        raise AssertionError("nothing is to be learned")

    assert trained_into(whole.folder, base, progress=progress) == whole


def test_progress_tells_epoch_loss_and_the_time_left(base: ModelFile, tmp_path: Path) -> None:
    steps: list[Step] = []
    trained = trained_into(tmp_path / "out", base, progress=steps.append)
    assert [(told.epoch, told.epochs, told.step, told.steps) for told in steps] == [
        ((number + 1) // 2, 3, number, 6) for number in range(1, 7)
    ]
    assert all(told.seconds_left > 0 for told in steps[:-1])
    assert steps[-1].seconds_left == 0
    assert steps[-1].loss == trained.last.loss


def test_an_adapter_is_read_back_as_it_was_written(whole: Trained) -> None:
    header = read_header(whole.last.path)
    assert (header.text("general.type"), header.text("adapter.type")) == ("adapter", "lora")
    assert header.fields["adapter.lora.alpha"] == 4.0
    tensors = read_tensors(header)
    assert len(tensors) == 6 * 7 * 2
    assert tensors["blk.5.ffn_down.weight.lora_a"].shape == (2, 96)
    assert tensors["blk.5.ffn_down.weight.lora_b"].shape == (64, 2)
    assert all(tensor.abs().sum() > 0 for tensor in tensors.values())


# ---- tokens ------------------------------------------------------------------------------------------------


def test_an_example_as_tokens(base: ModelFile) -> None:
    turns = (Message("user", "a "), Message("model", "b"), Message("user", "c:"), Message("model", " d\n"))
    (tokens,) = tokens_of([TuningExample(turns, system="be.")], base.path, 1)
    words = [VOCABULARY[token] for token in tokens.prompt]
    assert (words[0], "".join(words[1:])) == ("<bos>", "be.\n\na\n\nb\n\nc:")
    assert [VOCABULARY[token] for token in tokens.answer] == ["▁", "d", "<eos>"]


def test_control_tokens_are_words_in_an_answer(base: ModelFile) -> None:
    (tokens,) = tokens_of([example("a:", "<eos>")], base.path, 1)
    assert tokens.answer.count(1) == 1


def test_examples_that_cannot_be_learned_are_told_together(base: ModelFile) -> None:
    long = example("a " * 3000, "b", Place("data.jsonl", 2))
    empty = example("a:", " ", Place("data.jsonl", 3))
    alone = TuningExample((Message("model", "b"),), place=Place("data.jsonl", 4))
    with pytest.raises(InputError) as raised:
        tokens_of([EXAMPLES[0], long, empty, alone], base.path, 1)
    assert [(str(fault.place), fault.reason) for fault in raised.value.faults] == [
        ("data.jsonl:2", "example 2 has 6,003 tokens; the embedded model reads at most 4,096"),
        ("data.jsonl:3", "example 3 has an empty answer"),
        ("data.jsonl:4", "example 4 does not end with a question and its answer"),
    ]
    with pytest.raises(UsageError, match="there is no example to tune on"):
        tokens_of([], base.path, 1)


# ---- what is refused ---------------------------------------------------------------------------------------


def refused(
    kind: type[GeminiEvalError], folder: Path, base: ModelFile, parameters: Parameters = PARAMETERS, seed: int = 7
) -> str:
    with pytest.raises(kind) as raised:
        trained_into(folder, base, parameters, seed)
    return str(raised.value)


def test_parameters_out_of_range(base: ModelFile, tmp_path: Path) -> None:
    for parameters, reason in (
        (Parameters(0, 1, 1), "epochs is 0"),
        (Parameters(1, 0, 1), "learning_rate_multiplier is 0"),
        (Parameters(1, float("nan"), 1), "learning_rate_multiplier is nan"),
        (Parameters(1, 1, 65), "adapter_size is 65"),
    ):
        assert reason in refused(UsageError, tmp_path / "out", base, parameters)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_another_training_or_is_in_use(whole: Trained, base: ModelFile, tmp_path: Path) -> None:
    assert refused(UsageError, whole.folder, base, seed=9).splitlines() == [
        f"error: {whole.folder} holds another training: its seed is 7, not 9 (name another folder, or remove this one)"
    ]
    busy = FileLock(tmp_path / "lock")
    assert busy.acquire(blocking=False)
    assert f"another process is training into {tmp_path}" in refused(UsageError, tmp_path, base)
    busy.release()


def test_a_folder_that_was_damaged(base: ModelFile, tmp_path: Path) -> None:
    folder = tmp_path / "out"

    def interrupt(told: Step) -> None:
        if told.step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained_into(folder, base, progress=interrupt)
    state = folder / "state-01.gguf"
    written = state.read_bytes()
    mend = f" (remove {folder}, and train again)"
    for damaged in (written[:-1000], written[:-1000] + bytes([written[-1000] ^ 1]) + written[-999:]):
        state.write_bytes(damaged)
        assert refused(RunError, folder, base) == f"{state} is damaged: it is not what was written{mend}"
    state.unlink()
    assert refused(RunError, folder, base) == f"{state}: no such file{mend}"
    (folder / "epoch-01.gguf").write_bytes((folder / "epoch-01.gguf").read_bytes()[:-1] + b"?")
    assert refused(RunError, folder, base).startswith(f"{folder / 'epoch-01.gguf'} is not what training.json says it is")
    (folder / "training.json").write_bytes(b'{"version": 1}')
    assert refused(RunError, folder, base).startswith(f"{folder / 'training.json'} is damaged: ")
