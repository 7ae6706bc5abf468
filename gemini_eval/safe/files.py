"""The only place where files are opened: names from suites confined to their root, reads bounded, writes never half done."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from gemini_eval.errors import FileRefusedError, RunError, did_you_mean

MAX_TEXT_BYTES = 64 * 2**20
RESUME = "go on with --resume"
"""What helps once a full disk has space again, of files of a run."""

_CREATE = os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
_KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISCHR, "a device"))


# ---- names that a suite wrote ------------------------------------------------------------------------------


def resolve(name: str, *, base: Path, root: Path) -> Path:
    """The regular file that a suite means by `name`, with every link resolved.

    `base` is the folder of the file that wrote the name, `root` the folder that may not be left; `..` and links are fine while
    the file they lead to is inside `root`. What lies outside is never looked at, so that its existence cannot be probed.

    Raises:
        FileRefusedError: the name is no plain relative path, leads outside `root`, or is no regular file there.
    """
    _check_name(name)
    inside = Path(os.path.realpath(root))
    found = Path(os.path.realpath(base / name))
    if not found.is_relative_to(inside):
        raise FileRefusedError(f"{name} leads outside {inside}", "keep the file inside that folder, links included")
    try:
        mode = found.stat().st_mode
    except OSError as error:
        raise FileRefusedError(f"{name}: {_why(error)}", _near(found, inside)) from error
    if not stat.S_ISREG(mode):
        raise FileRefusedError(f"{name} is {_kind(mode)}, not a file", "name a regular file")
    return found


def matching_files(pattern: str, *, base: Path, root: Path) -> tuple[Path, ...]:
    """The regular files that a suite's pattern matches below `base`, ordered by path.

    `*`, `?` and `[…]` match within one name, one `**` any number of folders. As in a shell, a name that begins with a dot must be
    written with it. Links to folders are not followed, links to files only where they lead to a file inside `root`.

    Raises:
        FileRefusedError: the pattern is no plain relative path, has `..` in it, or more than one `**`.
    """
    _check_name(pattern)
    parts = PurePosixPath(pattern).parts
    if ".." in parts:
        raise FileRefusedError(f"{pattern!r}: .. in a pattern", "write the pattern below the file that names it")
    if parts.count("**") > 1:
        raise FileRefusedError(f"{pattern!r}: more than one ** in a pattern", "write ** once, for any number of folders")
    inside = Path(os.path.realpath(root))
    found = [(path, Path(os.path.realpath(path))) for path in _walk(base, (*parts, "*") if parts[-1] == "**" else parts)]
    return tuple(sorted(path for path, real in found if real.is_relative_to(inside) and real.is_file()))


def _walk(base: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    """Every path below `base` whose names match `parts`; folders that cannot be read have none."""
    pending = [(base, parts)]
    while pending:
        folder, (first, *rest) = pending.pop()
        if first == "**":
            pending.append((folder, tuple(rest)))
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            hidden = entry.name.startswith(".") and not first.startswith(".")
            if hidden or not fnmatchcase(entry.name, first):
                continue
            if not rest:
                yield folder / entry.name
            elif entry.is_dir(follow_symlinks=False):
                pending.append((folder / entry.name, (first, *rest) if first == "**" else tuple(rest)))


def _check_name(name: str) -> None:
    reason, hint = _objection(name)
    if reason:
        raise FileRefusedError(f"{name!r}: {reason}", hint)


def _objection(name: str) -> tuple[str, str]:
    """Why `name` may not stand in a suite and what to write instead; ('', '') where it may."""
    if not name.strip():
        return "a file name is empty", "name a file"
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        return "a file name with a control character", "rename the file"
    if "://" in name:
        return "an address is not a file here", "name a file; remote data goes in `data`"
    if "\\" in name:
        return "a backslash in a file name", "separate folders by /"
    if name.startswith("/") or (name[1:2] == ":" and name[0].isalpha()):
        return "an absolute path", "write the path relative to the file that names it"
    if name.startswith("~"):
        return "~ is not expanded", "write the path relative to the file that names it"
    if "$" in name:
        return "variables of the environment are not expanded", "write the path out"
    if any(part.split(".")[0].strip().lower() in _DEVICES for part in PurePosixPath(name).parts):
        return "a device's name", "rename the file"
    return "", ""


def _near(path: Path, root: Path) -> str:
    """Did the user mean a neighbour of `path`?"""
    folder = path.parent
    while not os.path.isdir(folder) and folder != root:
        path, folder = folder, folder.parent
    try:
        near = did_you_mean(path.name, sorted(os.listdir(folder))[:10_000])
    except OSError:
        near = ""
    return near or f"looked in {folder}"


# ---- reading -----------------------------------------------------------------------------------------------


def open_read(path: Path, *, max_bytes: int | None = None) -> BinaryIO:
    """A regular file, opened for reading; a pipe or a device is refused, never waited for.

    What was opened is checked, not what had the name before. Without `max_bytes` any size is fine, for data that streams.

    Raises:
        FileRefusedError: it cannot be opened, is no regular file, or is larger than `max_bytes`.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        raise FileRefusedError(f"{path}: {_why(error)}") from error
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise FileRefusedError(f"{path} is {_kind(status.st_mode)}, not a file", "name a regular file")
        if max_bytes is not None and status.st_size > max_bytes:
            raise _too_large(path, status.st_size, max_bytes)
        return os.fdopen(fd, "rb")
    except BaseException:
        os.close(fd)
        raise


def read_bytes(path: Path, *, max_bytes: int = MAX_TEXT_BYTES) -> bytes:
    """The whole file, at most `max_bytes` of it even where it grows meanwhile. Raises `FileRefusedError` as `open_read` does."""
    with open_read(path, max_bytes=max_bytes) as file:
        try:
            data = file.read(max_bytes + 1)
        except OSError as error:
            raise FileRefusedError(f"{path}: {_why(error)}") from error
    if len(data) > max_bytes:
        raise _too_large(path, len(data), max_bytes)
    return data


def read_text(path: Path, *, max_bytes: int = MAX_TEXT_BYTES) -> str:
    """The whole file as UTF-8 without a byte order mark, line ends kept. Raises `FileRefusedError` as `open_read` does."""
    data = read_bytes(path, max_bytes=max_bytes)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"{path}: byte 0x{data[error.start]:02x} in line {line} (offset {error.start}) is not UTF-8"
        raise FileRefusedError(reason, "save the file as UTF-8") from error


# ---- writing -----------------------------------------------------------------------------------------------


class AppendFile:
    """A file that only grows, by whole records: a record that did not fit is taken back."""

    def __init__(self, path: Path, then: str) -> None:
        """Open or create (0600) a regular file; `then` is what helps once there is space again. Raises `RunError`."""
        self.path, self._then = path, then
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | _CREATE, 0o600)
        except (OSError, ValueError) as error:
            raise _not_written(path, error, then) from error
        mode = os.fstat(self._fd).st_mode
        if not stat.S_ISREG(mode):
            os.close(self._fd)
            raise RunError(f"{path} is {_kind(mode)}, not a file", "give a path to a regular file")

    def append(self, data: bytes) -> None:
        """Hand `data` to the system in one write. Raises `RunError` where not all of it fitted; the file then ends before it."""
        try:
            written = os.write(self._fd, data)
        except OSError as error:
            raise _not_written(self.path, error, self._then) from error
        if written != len(data):
            end = os.lseek(self._fd, 0, os.SEEK_CUR)
            if os.fstat(self._fd).st_size == end:
                os.ftruncate(self._fd, end - written)
            short = OSError(errno.ENOSPC, f"only {written} of {len(data)} bytes fitted")
            raise _not_written(self.path, short, self._then)

    def sync(self) -> None:
        """Wait until the disk has everything. Raises `RunError`."""
        try:
            os.fsync(self._fd)
        except OSError as error:
            raise _not_written(self.path, error, self._then) from error

    def close(self) -> None:
        """Close the file; again is fine."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def __enter__(self) -> AppendFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_append(path: Path, then: str = RESUME) -> AppendFile:
    """`path` for appending whole records, created 0600 where it is not there; a link is not followed. `then` is what helps once
    there is space again. Raises `RunError`."""
    return AppendFile(path, then)


def write_whole(path: Path, data: bytes) -> None:
    """Replace `path` by `data` (0600): whoever looks sees the old file or the new one, never a part.

    A link is replaced, not followed. A device or a pipe (`/dev/stdout`) is written to as it is.

    Raises:
        RunError: disk full, no permission, no such folder; `path` is then as it was.
    """
    try:
        if _is_stream(path):
            _write_file(path, data, os.O_WRONLY)
            return
        temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
        try:
            _write_file(temporary, data, os.O_WRONLY | os.O_EXCL | _CREATE)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except (OSError, ValueError) as error:
        raise _not_written(path, error) from error


def write_stream(path: Path, chunks: Iterable[bytes]) -> None:
    """A report that the user asked for, written as it is made. Raises `RunError` where the path or the disk does not take it."""
    try:
        with open(path, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
    except (OSError, ValueError) as error:
        raise _not_written(path, error) from error


def make_folder(path: Path) -> None:
    """Make `path` and every missing folder above it, each 0700. Raises `RunError`."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        for folder in reversed(missing):
            folder.mkdir(0o700, exist_ok=True)
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except (OSError, ValueError) as error:
        raise _not_written(path, error) from error


class FileLock:
    """One holder on this machine at a time (flock on a file of its own); the system frees it when its holder dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1

    def acquire(self, blocking: bool = True) -> bool:
        """True once held (again is fine); False where another has it and `blocking` is False. Raises `RunError`."""
        if self._fd >= 0:
            return True
        try:
            fd = os.open(self.path, os.O_RDWR | _CREATE, 0o600)
        except (OSError, ValueError) as error:
            raise _not_written(self.path, error) from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX if blocking else fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._fd = fd
        except BlockingIOError:
            return False
        except OSError as error:
            raise RunError(f"{self.path} cannot be locked: {_why(error)}", "put it on a local disk") from error
        finally:
            if self._fd != fd:
                os.close(fd)
        return True

    def release(self) -> None:
        """Let the next one in; again is fine."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)


# ---- what both sides need ----------------------------------------------------------------------------------


def _is_stream(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _write_file(path: Path, data: bytes, flags: int) -> None:
    fd = os.open(path, flags, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        if stat.S_ISREG(os.fstat(fd).st_mode):
            os.fsync(fd)
    finally:
        os.close(fd)


def _sync_folder(folder: Path) -> None:
    """Make a rename last over a power loss; some file systems cannot sync a folder, and need not."""
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            os.fsync(fd)
    finally:
        os.close(fd)


def _kind(mode: int) -> str:
    return next((name for test, name in _KINDS if test(mode)), "a device")


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)


def _too_large(path: Path, size: int, limit: int) -> FileRefusedError:
    return FileRefusedError(f"{path} has {size:,} bytes, more than the limit of {limit:,}", "split it or make it smaller")


def _not_written(path: Path, error: OSError | ValueError, then: str = RESUME) -> RunError:
    hints = {
        errno.ENOSPC: f"free some space, then {then}",
        errno.EDQUOT: f"free some of your quota, then {then}",
        errno.EFBIG: f"raise the limit on file sizes, then {then}",
        errno.ENOENT: "make the folder first",
        errno.ELOOP: "it is a link; give the file itself",
    }
    number = error.errno if isinstance(error, OSError) else None
    return RunError(f"{path} cannot be written: {_why(error)}", hints.get(number or 0, "check the path and its permissions"))


def drain_stdout() -> None:
    """Send what is still to be printed nowhere: whoever read it has left, and Python would complain at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(nowhere, 1)
    os.close(nowhere)
