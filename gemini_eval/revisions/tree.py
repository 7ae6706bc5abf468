"""The files of a commit, written below a folder and never outside it, whatever names the commit holds."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path, PurePosixPath

from gemini_eval.errors import Fault, InputError, RunError, UsageError
from gemini_eval.revisions.git import Stream
from gemini_eval.safe.files import make_folder, open_append
from gemini_eval.safe.terminal import for_terminal

MAX_FILES = 100_000
MAX_BYTES = 2**30

THEN = "try again; TMPDIR may name a folder on another disk"
"""What helps where the files of a commit do not fit: they go to a temporary folder, and nothing was asked yet."""

_MAX_LINK = 4_095
_MAX_NAME = 255
_SHOWN = 100
_LINK, _SUBMODULE = b"120000", b"160000"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry of the commit that was not written. In its path, what is not UTF-8 or may not be printed is shown as `\\xff`."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Materialised:
    """What was written: how many files and links, and their bytes. `left_out` is the first hundred of `left_out_count`."""

    files: int
    size: int
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


@dataclass(slots=True)
class _Entry:
    mode: bytes
    blob: bytes
    path: bytes

    @property
    def shown(self) -> str:
        text = for_terminal(self.path.decode(errors="backslashreplace"))
        return text.replace("\n", "\\n").replace("\t", "\\t")


@dataclass(slots=True)
class _Tally:
    """What was met so far, and how much may be."""

    max_files: int
    max_bytes: int
    met: int = 0
    files: int = 0
    size: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    left_out_count: int = 0

    def meet(self) -> None:
        self.met += 1
        if self.met > self.max_files:
            raise _too_much(f"over {self.max_files:,} files")

    def take(self, size: int) -> None:
        self.files += 1
        self.size += size
        if self.size > self.max_bytes:
            raise _too_much(f"over {self.max_bytes:,} bytes")

    def leave_out(self, entry: _Entry, reason: str) -> None:
        self.left_out_count += 1
        if len(self.left_out) < _SHOWN:
            self.left_out.append(LeftOut(entry.shown, reason))


def write_tree(top: Path, commit: str, folder: Path, into: Path, *, max_files: int, max_bytes: int) -> Materialised:
    """The work of `Repository.materialise`; `commit` is a full id."""
    reason = _objection(os.fsencode(folder)) if folder.parts else ""
    if reason or folder.is_absolute():
        raise UsageError(f"{str(folder)!r} can't be read from git: {reason or 'an absolute path'}", "use a plain relative path")
    inside = _empty_folder(into)
    tally = _Tally(max_files, max_bytes)
    with Stream(top, "cat-file", "--batch") as blobs:
        writer = _Writer(inside, blobs, tally)
        for entry in _entries(top, commit, folder):
            tally.meet()
            reason = "a submodule" if entry.mode == _SUBMODULE else _objection(entry.path) or writer.write(entry)
            if reason:
                tally.leave_out(entry, reason)
    return Materialised(tally.files, tally.size, tuple(tally.left_out), tally.left_out_count)


def _entries(top: Path, commit: str, folder: Path) -> Iterator[_Entry]:
    """Every file, link and submodule below `folder`, as git lists them."""
    paths = [str(folder)] if folder.parts else []
    with Stream(top, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths) as listing:
        while line := listing.until(b"\0"):
            facts, _, path = line.partition(b"\t")
            mode, _, blob = facts.split(b" ")
            yield _Entry(mode, blob, path)
        if listing.status():
            raise _not_here(f"the files of commit {commit[:12]}")


class _Writer:
    """Writes entries below `into`, which holds nothing that others made."""

    def __init__(self, into: Path, blobs: Stream, tally: _Tally) -> None:
        self._into, self._blobs, self._tally = into, blobs, tally
        self._folder: tuple[str, ...] = ()
        self._longest = os.pathconf(into, "PC_PATH_MAX") - len(os.fsencode(into)) - 2

    def write(self, entry: _Entry) -> str:
        """'', or why it was left out."""
        if len(entry.path) > self._longest:
            return "its path is too long for this system"
        path = self._into / entry.path.decode()
        try:
            if not self._make_folders(PurePosixPath(entry.path.decode()).parts[:-1]) or os.path.lexists(path):
                return "another file or link has its name on this system"
            if entry.mode == _LINK:
                return self._write_link(entry, path)
        except OSError as error:
            raise RunError(f"{path} cannot be written: {error.strerror or error}", f"free some space, then {THEN}") from error
        self._write_file(entry, path)
        return ""

    def _make_folders(self, names: tuple[str, ...]) -> bool:
        """The folders above a file; False where one of them is there already as a file or a link."""
        if names != self._folder:
            path = self._into
            for name in names:
                path = path / name
                if not os.path.lexists(path):
                    path.mkdir(0o700)
                elif not stat.S_ISDIR(path.lstat().st_mode):
                    return False
            self._folder = names
        return True

    def _write_file(self, entry: _Entry, path: Path) -> None:
        left = self._ask(entry)
        self._tally.take(left)
        with open_append(path, THEN) as file:
            while left:
                data = self._some(entry, left)
                file.append(data)
                left -= len(data)
        self._some(entry, 1)

    def _write_link(self, entry: _Entry, path: Path) -> str:
        left = size = self._ask(entry)
        kept = b""
        while left:
            data = self._some(entry, left)
            kept = (kept + data)[: _MAX_LINK + 1]
            left -= len(data)
        self._some(entry, 1)
        reason = _link_objection(entry.path, kept)
        if not reason:
            self._tally.take(size)
            os.symlink(kept.decode(), path)
        return reason

    def _ask(self, entry: _Entry) -> int:
        """The size of the blob, whose bytes and a line break come next. `git help cat-file` has the format."""
        self._blobs.send(entry.blob + b"\n")
        words = self._blobs.until(b"\n").split(b" ")
        if len(words) != 3 or words[:2] != [entry.blob, b"blob"]:
            raise _not_here(entry.shown)
        return int(words[2])

    def _some(self, entry: _Entry, most: int) -> bytes:
        data = self._blobs.some(most)
        if not data:
            raise _not_here(entry.shown)
        return data


def _objection(path: bytes) -> str:
    """Why a path of a commit is not written; '' for a plain one."""
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return "its name is not UTF-8"
    if any(unicodedata.category(char) == "Cc" for char in text):
        return "a control character in its name"
    for name in text.split("/"):
        if name in ("", ".", ".."):
            return "it leads to another folder than it says"
        if _is_git(name):
            return "git's own folder"
        if len(name.encode()) > _MAX_NAME:
            return "its name is too long for this system"
    return ""


def _is_git(name: str) -> bool:
    """Whether some file system takes `name` for `.git`: by case, by characters that it ignores, by its short form."""
    plain = "".join(char for char in name if unicodedata.category(char) != "Cf")
    return plain.partition(":")[0].rstrip(". ").casefold() in {".git", "git~1"}


def _link_objection(path: bytes, target: bytes) -> str:
    """Why a link is not written; '' for one that stays inside.

    `..` may stand only at its beginning. The link's own folder is a real one, so going up from there is what it reads like; and
    what follows goes down, through folders or through links that were held to the same rule.
    """
    try:
        text = target.decode()
    except UnicodeDecodeError:
        return "a link to a name that is not UTF-8"
    parts = PurePosixPath(text).parts
    down = list(dropwhile(lambda part: part == "..", parts))
    if len(target) > _MAX_LINK or not parts or any(unicodedata.category(char) == "Cc" for char in text):
        return "a link to no plain path"
    if text.startswith("/"):
        return "a link to an absolute path"
    if ".." in down or len(parts) - len(down) > path.count(b"/"):
        return "a link that may lead outside"
    return ""


def _empty_folder(into: Path) -> Path:
    """`into` with every link resolved, made where it is missing, with an empty `.git` in it. Raises `RunError`."""
    make_folder(into)
    inside = Path(os.path.realpath(into))
    if any(inside.iterdir()):
        raise RunError(f"{into} is not empty", "give a new folder")
    make_folder(inside / ".git")
    return inside


def _too_much(what: str) -> InputError:
    hint = "keep the suites in a folder of their own, with a gemini-eval.yaml in it"
    return InputError([Fault(f"the base revision has {what} in the workspace's folder", hint=hint)])


def _not_here(what: str) -> InputError:
    hint = "fetch what the clone lacks: git fetch --refetch --no-filter origin; or look for damage: git fsck"
    return InputError([Fault(f"git has no content here for {what}", hint=hint)])
