"""`make proofs-tuning-forward`: the forward pass that trains adapters, held against transformers' Gemma 3 on the same file."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy

from benchmarks.measure import ROOT
from benchmarks.page import Origin, table, write_page
from benchmarks.peers.__main__ import main as install
from benchmarks.peers.table import TRANSFORMERS
from benchmarks.promise import Promise, promised
from gemini_eval.providers.local_files import embedded_file
from gemini_eval.providers.local_gguf import read_header
from gemini_eval.providers.local_params import sampler_settings
from gemini_eval.providers.local_server import LlamaServer

COMMAND = "make proofs-tuning-forward"
SHOWN = (0, 7, -1)
"""As in `benchmarks/peers/transformers.py`, which runs without this program."""

TICKET = "Classify the support ticket by the team that answers it.\n\nTicket: {}\nTeam: {}"
TEXTS = {
    "English": TICKET.format("My parcel has not arrived for 12 days, where is it?", "delivery"),
    "Korean": TICKET.format("주문한 상품이 아직 도착하지 않았어요. 언제 받을 수 있나요?", "배송"),
    "JSON": 'Extract the fields.\n\nInvoice 4711 of 3 May, 12.50 EUR\nJSON: {"number": "4711", "total": 12.5}',
    "longer than the window": "\n".join(
        TICKET.format(f"Order {n} was charged {n % 7} times in {n % 5} days", "billing") for n in range(30)
    ),
}

ABOUT = """\
The same tokens go through the forward pass of `gemini_eval/tuning/local/model.py` and through `Gemma3ForCausalLM` of
transformers, which reads the embedded model's GGUF file by its own code. Differences are of natural logarithms of
probabilities, over the whole vocabulary after three positions of each text, and over every token of the text. Training
computes in 16 bits (bfloat16): its differences are what that rounding costs. The third table is llama.cpp, which serves
the adapters: it rounds to 8 bits what goes into its products."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one text: the largest over the vocabulary, the largest and the mean over its own tokens, and the share of places where
    the likeliest token is the same."""

    text: str
    tokens: int
    vocabulary: float
    largest: float
    mean: float
    agreed: float


@dataclass(frozen=True, slots=True)
class Served:
    """The likeliest token after a text, by llama.cpp: whether it is ours (32 bits) too, and the difference of its logarithm."""

    text: str
    same: bool
    difference: float


def main() -> int:
    """0 where every promise is kept."""
    if install([TRANSFORMERS.key]):
        return 1
    import torch

    origin = Origin.now(COMMAND, ("torch", "gguf", "xllamacpp"))
    file = embedded_file(None, print).path
    server = LlamaServer(file, lambda: False)
    ids = {name: server.tokens(text, is_prompt=True) for name, text in TEXTS.items()}
    answers = {name: _answered(server, text) for name, text in TEXTS.items()}
    server.close()
    theirs = _reference(file, list(ids.values()))
    exact, ours = _differences(ids, theirs, file, torch.float32)
    rounded, _ = _differences(ids, theirs, file, torch.bfloat16)
    served = [
        Served(name, int(ours[name].argmax()) == token, abs(float(ours[name][token]) - log))
        for name, (token, log) in answers.items()
    ]
    promises = [
        Promise("32 bits: largest difference", 1e6 * max(one.vocabulary for one in exact), 1_000, " · 10⁻⁶"),
        Promise("32 bits: tokens where the likeliest is the same", min(one.agreed for one in exact), 100, " %", at_least=True),
        Promise("16 bits: largest mean difference over a text", max(one.mean for one in rounded), 0.1, ""),
        Promise(
            "llama.cpp: texts whose likeliest next token is the same", 100 * _share([one.same for one in served]), 100, " %", True
        ),
    ]
    parts = [ABOUT, "## Promised", promised(promises)]
    for title, found in (("32 bits", exact), ("16 bits, as in training", rounded)):
        parts += [f"## {title}", table(_HEAD, [_row(one) for one in found])]
    rows = [[one.text, "yes" if one.same else "no", f"{one.difference:.3f}"] for one in served]
    parts += ["## llama.cpp", table(["text", "same next token", "difference"], rows)]
    print("\n\n".join(parts[1:]))
    print(f"\nwritten: {write_page('tuning-forward.md', 'The forward pass that trains', origin, parts).name}")
    return 0 if all(promise.kept for promise in promises) else 1


def _answered(server: LlamaServer, text: str) -> tuple[int, float]:
    """The likeliest next token, and the log of its probability."""
    answer = server.complete(text, sampler_settings({"max_output_tokens": 1, "response_logprobs": True}))
    first = answer["choices"][0]["logprobs"]["content"][0]
    return first["id"], first["logprob"]


def _reference(file: Path, ids: Sequence[Sequence[int]]) -> Mapping[str, Any]:
    with TemporaryDirectory(prefix="gemini-eval-forward-") as name:
        asked, out = Path(name) / "ids.json", Path(name) / "out.npz"
        asked.write_text(json.dumps(ids), encoding="utf-8")
        command = [
            str(TRANSFORMERS.folder / "bin" / "python"),
            "-m",
            f"benchmarks.peers.{TRANSFORMERS.key}",
            *map(str, (file, asked, out)),
        ]
        subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, **TRANSFORMERS.environment})
        with numpy.load(out) as arrays:
            return dict(arrays)


def _differences(
    ids: Mapping[str, Sequence[int]], theirs: Mapping[str, Any], file: Path, dtype: Any
) -> tuple[list[Difference], dict[str, Any]]:
    """Of each text; and what the model says after each, as logs of probabilities."""
    import torch

    from gemini_eval.tuning.local.model import Gemma
    from gemini_eval.tuning.local.weights import read_weights

    model, found, last = Gemma(read_weights(read_header(file), dtype)), [], {}
    for number, (name, tokens) in enumerate(ids.items()):
        with torch.no_grad():
            logs = model.logits(model.states(torch.tensor([tokens]), torch.arange(len(tokens)))).log_softmax(dim=-1).numpy()
        own = abs(logs[numpy.arange(len(tokens) - 1), tokens[1:]] - theirs[f"{number}.next"])
        whole = abs(logs[list(SHOWN)] - theirs[f"{number}.shown"])
        agreed = 100 * _share(logs.argmax(axis=-1) == theirs[f"{number}.best"])
        found.append(Difference(name, len(tokens), float(whole.max()), float(own.max()), float(own.mean()), agreed))
        last[name] = logs[-1]
    return found, last


def _share(found: Any) -> float:
    return float(numpy.mean(found))


_HEAD = ("text", "tokens", "vocabulary, largest", "own tokens, largest", "mean", "same likeliest")


def _row(one: Difference) -> list[str]:
    figures = [f"{value:.1e}" for value in (one.vocabulary, one.largest, one.mean)]
    return [one.text, str(one.tokens), *figures, f"{one.agreed:.1f} %"]
