"""A Gemma 3 of a few thousand random weights in a GGUF file: everything real but the size."""

from __future__ import annotations

from pathlib import Path

import numpy
from gguf import GGMLQuantizationType, GGUFWriter, TokenType
from gguf.quants import quantize

WIDTH, LAYERS, HEADS, SHARED, HEAD_WIDTH, HIDDEN, WINDOW = 64, 6, 2, 1, 32, 96, 8
SPECIAL = ("<pad>", "<eos>", "<bos>", "<unk>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
WORDS = (*"▁abcdefghijklmnopqrstuvwxyz:.,\n?", "▁red", "▁blue", "▁green", "▁is", "▁the")
VOCABULARY = (*SPECIAL, *BYTES, *WORDS)

_F16, _Q8 = GGMLQuantizationType.F16, GGMLQuantizationType.Q8_0


def write_tiny_gemma(path: Path, seed: int = 0) -> Path:
    """The same file for the same seed."""
    draw = numpy.random.default_rng(seed)
    writer = GGUFWriter(path, "gemma3")
    writer.add_type("model")
    writer.add_name("tiny")
    writer.add_context_length(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(SHARED)
    writer.add_key_length(HEAD_WIDTH)
    writer.add_value_length(HEAD_WIDTH)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_sliding_window(WINDOW)
    _add_vocabulary(writer)

    def add(name: str, outputs: int, inputs: int, kind: GGMLQuantizationType = _F16) -> None:
        values = draw.standard_normal((outputs, inputs), dtype=numpy.float32) / numpy.sqrt(inputs)
        writer.add_tensor(name, quantize(values, kind), raw_dtype=kind)

    def norm(name: str, width: int) -> None:
        writer.add_tensor(name, (1 + draw.standard_normal(width, dtype=numpy.float32) / 8))

    add("token_embd.weight", len(VOCABULARY), WIDTH, _Q8)
    norm("output_norm.weight", WIDTH)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        add(f"{block}attn_q.weight", HEADS * HEAD_WIDTH, WIDTH, _Q8)
        add(f"{block}attn_k.weight", SHARED * HEAD_WIDTH, WIDTH)
        add(f"{block}attn_v.weight", SHARED * HEAD_WIDTH, WIDTH)
        add(f"{block}attn_output.weight", WIDTH, HEADS * HEAD_WIDTH)
        add(f"{block}ffn_gate.weight", HIDDEN, WIDTH, _Q8)
        add(f"{block}ffn_up.weight", HIDDEN, WIDTH)
        add(f"{block}ffn_down.weight", WIDTH, HIDDEN)
        for name, width in (("attn_norm", WIDTH), ("attn_q_norm", HEAD_WIDTH), ("attn_k_norm", HEAD_WIDTH)):
            norm(f"{block}{name}.weight", width)
        for name in ("post_attention_norm", "ffn_norm", "post_ffw_norm"):
            norm(f"{block}{name}.weight", WIDTH)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_vocabulary(writer: GGUFWriter) -> None:
    kinds = [TokenType.CONTROL] * 3 + [TokenType.UNKNOWN] + [TokenType.BYTE] * 256 + [TokenType.NORMAL] * len(WORDS)
    scores = [-1000.0] * (len(SPECIAL) + 256) + [-float(number) for number in range(len(WORDS))]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(list(VOCABULARY))
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_pad_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_bos_token_id(2)
    writer.add_unk_token_id(3)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
