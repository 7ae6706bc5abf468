"""Gemma 3 in transformers, from the same GGUF file: `python -m benchmarks.peers.transformers FILE IDS OUT`.

IDS is a JSON list of texts as tokens; OUT gets, of each, the natural logs of the probabilities after its positions `SHOWN`, and
at every position the likeliest token and the log of the next one's probability.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy
import torch
from transformers import AutoModelForCausalLM

SHOWN = (0, 7, -1)


def main(file: Path, ids: Path, out: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(
        str(file.parent), gguf_file=file.name, dtype=torch.float32, attn_implementation="eager", local_files_only=True
    ).eval()
    arrays = {}
    for number, tokens in enumerate(json.loads(ids.read_text(encoding="utf-8"))):
        with torch.no_grad():
            logs = model(torch.tensor([tokens])).logits[0].log_softmax(dim=-1)
        arrays[f"{number}.shown"] = logs[list(SHOWN)].numpy()
        arrays[f"{number}.best"] = logs.argmax(dim=-1).numpy()
        arrays[f"{number}.next"] = logs[:-1].gather(1, torch.tensor(tokens[1:])[:, None])[:, 0].numpy()
    numpy.savez(out, **arrays)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
