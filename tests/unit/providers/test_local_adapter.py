"""Adapters: how tuned models are named, what is read of a GGUF file, and what is refused."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.errors import UsageError
from gemini_eval.providers import file_in, identity_of, kind_of
from gemini_eval.providers.local_adapter import AdapterFile, open_adapter, read_adapter
from gemini_eval.providers.local_gguf import TensorInfo, read_header
from gemini_eval.providers.local_id import parts_of
from tests.support.adapters import write_adapter

HASH = "0123456789abcdef" * 4
TUNED = "local:gemma-3-270m+"


def reason(path: Path) -> str:
    with pytest.raises(UsageError) as raised:
        read_adapter(path)
    return raised.value.faults[0].reason


# ---- names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model_id", "parts"),
    [
        (f"{TUNED}tuned/a.gguf", ("tuned/a.gguf", "")),
        (f"{TUNED}tuned/a.gguf@sha256:{HASH}", ("tuned/a.gguf", HASH)),
        (f"{TUNED}sha256:{HASH}", ("", HASH)),
        (f"{TUNED}a+b@c.gguf", ("a+b@c.gguf", "")),
        (f"{TUNED}tuned/a.bin", ("", "")),
        (f"{TUNED}a.gguf@sha256:{HASH[:-1]}", ("", "")),
        (f"{TUNED}sha256:{HASH.upper()}", ("", "")),
        ("local:gemma-3-270m", ("", "")),
        ("local:own.gguf", ("", "")),
    ],
)
def test_parts_of_an_id(model_id: str, parts: tuple[str, str]) -> None:
    assert parts_of(model_id) == parts
    kind = kind_of(model_id)
    assert kind is not None and kind.name == "embedded"
    if model_id.startswith(TUNED):
        assert file_in(model_id) == parts[0]


def test_a_tuned_model_is_named_by_its_adapters_content_wherever_that_lies(tmp_path: Path) -> None:
    here = write_adapter(tmp_path / "here.gguf")
    there = tmp_path / "there.gguf"
    there.write_bytes(here.read_bytes())
    name = f"{TUNED}sha256:{hashlib.sha256(here.read_bytes()).hexdigest()}"
    assert identity_of(f"{TUNED}here.gguf", here) == identity_of(f"{TUNED}x/there.gguf", there) == name
    assert identity_of(name, None) == name
    assert identity_of(f"{TUNED}gone.gguf@sha256:{HASH}", tmp_path / "gone.gguf") == f"{TUNED}sha256:{HASH}"
    write_adapter(there, shapes=((3, 8), (4, 3)))
    assert identity_of(f"{TUNED}there.gguf", there) != name
    assert identity_of(f"{TUNED}here.gguf", None) == f"{TUNED}here.gguf"
    assert identity_of("local:gemma-3-270m", None) == "local:gemma-3-270m"
    assert identity_of("local:own.gguf", tmp_path / "own.gguf") == "local:own.gguf"
    assert identity_of("gemini-3.5-flash", None) == "gemini-3.5-flash"


# ---- opening -----------------------------------------------------------------------------------------------


def test_an_adapter_is_held_against_its_hash(tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "a.gguf")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    for model_id in (f"{TUNED}{path}", f"{TUNED}sha256:{found}", f"{TUNED}{path}@sha256:{found}"):
        opened = open_adapter(model_id, path)
        assert opened is not None and opened() == AdapterFile(path, found)
    assert open_adapter("local:gemma-3-270m", None) is None
    with pytest.raises(UsageError) as raised:
        open_adapter(f"{TUNED}sha256:{HASH}", path)
    assert raised.value.faults[0].reason == (
        f"{path} is not the adapter that is meant: SHA-256 {found[:12]}…, expected 0123456789ab…"
    )


def test_one_that_changes_after_it_was_opened_is_not_asked(tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "a.gguf")
    opened = open_adapter(identity_of(f"{TUNED}{path}", path), path)
    assert opened is not None
    write_adapter(path, shapes=((3, 8), (4, 3)))
    with pytest.raises(UsageError, match="is not the adapter that is meant"):
        opened()


def test_ids_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no local model 'local:gemma-3-270m\+x'"):
        open_adapter(f"{TUNED}x", None)
    with pytest.raises(UsageError, match="is known by its hash alone"):
        open_adapter(f"{TUNED}sha256:{HASH}", None)
    with pytest.raises(UsageError, match="no such file"):
        open_adapter(f"{TUNED}{tmp_path}/none.gguf", None)


# ---- what is no adapter ------------------------------------------------------------------------------------


def test_files_that_are_no_adapter_of_this_model(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    assert reason(write_adapter(path, kind="model")) == f"{path} is no adapter: its type is model"
    assert reason(write_adapter(path, architecture="llama")) == f"{path} is an adapter of llama, not of gemma3"
    damaged = f"{path} is a damaged adapter: blk.0.attn_q.weight.lora_a has no other half that fits"
    assert reason(write_adapter(path, shapes=((2, 8),))) == damaged
    assert reason(write_adapter(path, shapes=((2, 8), (4, 3)))) == damaged
    path.write_text("hello, this is no model at all")
    assert reason(path) == f"local:{path} is no GGUF file: it begins with b'hell'"


def test_the_header_of_a_file(tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "x.gguf")
    header = read_header(path)
    assert header.fields == {
        "general.architecture": "gemma3",
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": 4.0,
    }
    size = path.stat().st_size
    assert header.tensors == {
        "blk.0.attn_q.weight.lora_a": TensorInfo((2, 8), 0, size - 96, 64),
        "blk.0.attn_q.weight.lora_b": TensorInfo((4, 2), 0, size - 32, 32),
    }


def gguf(body: bytes, tensors: int = 0, fields: int = 0) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, fields) + body


def text(written: bytes) -> bytes:
    return struct.pack("<Q", len(written)) + written


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (gguf(b"", fields=2**60), "it is cut short"),
        (gguf(struct.pack("<Q", 2**60), fields=1), "a text of 1,152,921,504,606,846,976 bytes"),
        (gguf(text(b"\xff") + bytes(4), fields=1), "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (gguf(text(b"a") + struct.pack("<I", 77), fields=1), "a field has the type 77, which is none"),
        (gguf(text(b"a") + struct.pack("<IIQ", 9, 9, 1), fields=1), "a list has elements of the type 9"),
        (gguf(text(b"a") + struct.pack("<IIQ", 9, 8, 2**60), fields=1), "it is cut short"),
        (gguf(text(b"a") + struct.pack("<IIQ", 9, 0, 2**63), fields=1), "it is cut short"),
        (gguf(text(b"general.alignment") + struct.pack("<II", 4, 0), fields=1), "its alignment is 0"),
        (gguf(text(b"t") + struct.pack("<I", 9), tensors=1), "the tensor t has 9 dimensions"),
        (gguf(text(b"t") + struct.pack("<IQIQ", 1, 8, 99, 0), tensors=1), "the tensor t has the type 99, which can't be read"),
        (gguf(text(b"t") + struct.pack("<IQIQ", 1, 2**60, 0, 0), tensors=1), "the tensor t ends after the file"),
        (gguf(text(b"t") + struct.pack("<IQIQ", 1, 8, 0, 2**63), tensors=1), "the tensor t ends after the file"),
        (gguf(text(b"t") + struct.pack("<IQIQ", 1, 5, 8, 0), tensors=1), "the tensor t has the shape [5]"),
    ],
)
def test_hostile_headers(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(data)
    assert reason(path) == f"{path} is a damaged GGUF file: {why}"


@given(cut=st.integers(24, 400), flip=st.integers(8, 400), to=st.integers(0, 255))
def test_any_damage_is_a_plain_error_or_none(tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int, to: int) -> None:
    path = write_adapter(tmp_path_factory.mktemp("damaged") / "x.gguf")
    data = bytearray(path.read_bytes())
    data[flip % len(data)] = to
    path.write_bytes(data[: max(cut, 24)] if cut < 300 else data)
    try:
        read_adapter(path)
    except UsageError as error:
        assert error.faults[0].reason
