"""The forward pass on a tiny model of random weights: against llama.cpp on the same file, and its parts against themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gemini_eval.errors import UsageError
from gemini_eval.providers.local_gguf import read_header
from gemini_eval.providers.local_params import sampler_settings
from gemini_eval.providers.local_server import LlamaServer
from gemini_eval.tuning.local.batches import Tokens, padded, parts_of
from gemini_eval.tuning.local.lora import Lora, new_lora
from gemini_eval.tuning.local.model import Gemma
from gemini_eval.tuning.local.weights import Weights, read_tensors, read_weights
from tests.support.tiny_gemma import LAYERS, VOCABULARY, WINDOW, write_tiny_gemma

TEXT = "the sky over the sea is blue and the grass of the hill is"
"""Longer than the tiny model's window."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gemma(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="module")
def weights(file: Path) -> Weights:
    return read_weights(read_header(file), torch.float32)


def moved(weights: Weights, rank: int = 2) -> Lora:
    """An adapter that changes every projection."""
    lora = new_lora(weights, rank, seed=5)
    with torch.no_grad():
        for _, b in lora.pairs.values():
            b.copy_(torch.linspace(-0.2, 0.2, b.numel()).reshape(b.shape))
    return lora


def test_the_same_next_token_as_llama_cpp_and_about_the_same_probability(file: Path, weights: Weights) -> None:
    """llama.cpp rounds what goes into its products to 8 bits, so that the two never agree to the last digit."""
    server = LlamaServer(file, lambda: False)
    ids = server.tokens(TEXT, is_prompt=True)
    settings = sampler_settings({"max_output_tokens": 1, "response_logprobs": True})
    answer = server.complete(TEXT, settings)["choices"][0]["logprobs"]["content"][0]
    server.close()
    model = Gemma(weights)
    logs = model.logits(model.states(torch.tensor([ids]), torch.tensor([len(ids) - 1]))).log_softmax(-1)[0]
    assert len(ids) > WINDOW
    assert int(logs.argmax()) == answer["id"]
    assert float(logs.max()) == pytest.approx(answer["logprob"], abs=0.05)


def test_what_is_to_the_right_and_what_is_padded_changes_nothing(weights: Weights) -> None:
    model = Gemma(weights, moved(weights))
    short, long = list(range(260, 272)), list(range(260, 290))
    alone = model.states(torch.tensor([short]), torch.arange(12))
    within = model.states(torch.tensor([short + [0] * 18, long]), torch.arange(12))
    begun = model.states(torch.tensor([long]), torch.arange(12))
    torch.testing.assert_close(alone, within, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(alone, begun, rtol=1e-4, atol=1e-5)


def test_a_window_is_all_that_a_local_layer_sees(weights: Weights) -> None:
    """With the one global layer left out, a token that is further back than all windows together changes nothing."""
    far = LAYERS * (WINDOW - 1) + 1
    ids = torch.randint(4, len(VOCABULARY), (1, far + 1), generator=torch.Generator().manual_seed(0))
    other = ids.clone()
    other[0, 0] = 4 if ids[0, 0] != 4 else 5
    last = torch.tensor([far])
    model = Gemma(weights)
    assert not torch.equal(model.states(ids, last), model.states(other, last))
    local = Gemma(replace(weights, config=replace(weights.config, global_every=LAYERS + 1)))
    torch.testing.assert_close(local.states(ids, last), local.states(other, last), rtol=0, atol=0)


def test_a_new_adapter_changes_nothing_and_is_the_same_for_the_same_seed(weights: Weights) -> None:
    ids, places = torch.arange(260, 280)[None], torch.arange(20)
    plain = Gemma(weights).states(ids, places)
    assert torch.equal(plain, Gemma(weights, new_lora(weights, 4, 0)).states(ids, places))
    assert not torch.allclose(plain, Gemma(weights, moved(weights)).states(ids, places))
    one, same, other = (dict(new_lora(weights, 4, seed).named()) for seed in (0, 0, 1))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["blk.0.attn_q.weight.lora_a"], other["blk.0.attn_q.weight.lora_a"])


def test_the_gradient_is_the_slope_of_the_loss(weights: Weights) -> None:
    """Central differences in 64 bits, in directions that move the whole adapter."""
    wide = _wide(weights)
    narrow = moved(weights)
    lora = Lora(narrow.rank, {key: (_leaf(a), _leaf(b)) for key, (a, b) in narrow.pairs.items()})
    model = Gemma(wide, lora)
    ids = torch.randint(4, len(VOCABULARY), (2, 20), generator=torch.Generator().manual_seed(1))
    places, targets = torch.tensor([10, 11, 35, 39]), torch.tensor([261, 262, 263, 1])

    def loss() -> float:
        with torch.no_grad():
            return float(
                torch.nn.functional.cross_entropy(model.states(ids, places) @ wide.embedding.T, targets, reduction="sum")
            )

    states = model.states(ids, places)
    told, slope = model.loss(states.detach(), targets)
    states.backward(slope)
    assert told == pytest.approx(loss(), rel=1e-9)
    for seed in range(3):
        draw = torch.Generator().manual_seed(seed)
        direction = {name: torch.randn(tensor.shape, generator=draw, dtype=torch.float64) for name, tensor in lora.named()}
        expected = sum(float((tensor.grad * direction[name]).sum()) for name, tensor in lora.named())
        step, found = 1e-5, []
        for sign in (1, -1):
            with torch.no_grad():
                for name, tensor in lora.named():
                    tensor.add_(sign * step * direction[name])
                found.append(loss())
                for name, tensor in lora.named():
                    tensor.sub_(sign * step * direction[name])
        assert (found[0] - found[1]) / (2 * step) == pytest.approx(expected, rel=1e-5)


def test_many_rows_and_long_batches_give_the_same_in_parts(weights: Weights) -> None:
    ids = torch.randint(4, len(VOCABULARY), (3, 24), generator=torch.Generator().manual_seed(2))
    places, targets = torch.arange(0, 72, 5), torch.arange(265, 280)

    def gradients(**limits: int) -> tuple[float, dict[str, torch.Tensor | None]]:
        model = Gemma(weights, moved(weights), **limits)
        states = model.states(ids, places)
        nats, slope = model.loss(states.detach(), targets)
        states.backward(slope)
        assert model.lora is not None
        return nats, {name: tensor.grad for name, tensor in model.lora.named()}

    whole, slopes = gradients()
    parts, same = gradients(rows_at_once=4, keep_tokens=0)
    assert parts == pytest.approx(whole, rel=1e-6)
    for name in slopes:
        torch.testing.assert_close(slopes[name], same[name], rtol=1e-4, atol=1e-6)


def test_a_batch_in_parts_has_the_gradient_of_the_whole(weights: Weights) -> None:
    batch = [Tokens(tuple(range(260, 262 + length)), (270, 1)) for length in (3, 4, 9, 12)]

    def gradients(parts: list[list[Tokens]]) -> tuple[float, dict[str, torch.Tensor | None]]:
        model, nats = Gemma(weights, moved(weights)), 0.0
        for part in parts:
            shape = padded(part)
            states = model.states(torch.tensor(shape.ids), torch.tensor(shape.places))
            told, slope = model.loss(states.detach(), torch.tensor(shape.targets))
            states.backward(slope)
            nats += told
        assert model.lora is not None
        return nats, {name: tensor.grad for name, tensor in model.lora.named()}

    parts = list(parts_of(batch, most=16))
    assert [len(part) for part in parts] == [2, 1, 1]
    (whole, slopes), (apart, same) = gradients([batch]), gradients(parts)
    assert apart == pytest.approx(whole, rel=1e-6)
    for name in slopes:
        torch.testing.assert_close(slopes[name], same[name], rtol=1e-4, atol=1e-6)


def test_files_that_are_no_gemma_or_lack_a_tensor(file: Path, tmp_path: Path) -> None:
    header = read_header(file)
    with pytest.raises(UsageError) as raised:
        read_weights(type(header)(file, {**header.fields, "general.architecture": "llama"}, header.tensors))
    assert raised.value.faults[0].reason == f"{file} is of the kind llama, which can't be tuned here"
    with pytest.raises(UsageError, match="has no tensor token_embd"):
        rest = {name: info for name, info in header.tensors.items() if name != "token_embd.weight"}
        read_weights(type(header)(file, header.fields, rest))
    assert read_tensors(header)["token_embd.weight"].shape == (len(VOCABULARY), header.fields["gemma3.embedding_length"])


def _wide(weights: Weights) -> Weights:
    layers = tuple({name: tensor.double() for name, tensor in layer.items()} for layer in weights.layers)
    return Weights(weights.config, weights.embedding.double(), layers, weights.output_norm.double())


def _leaf(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().double().requires_grad_()
