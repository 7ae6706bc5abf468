"""One process at a time uses the embedded model: two of them on the same cores are many times slower than one after the other."""

from __future__ import annotations

import os
import stat
import tempfile
import threading
from pathlib import Path

from gemini_eval.errors import RunError
from gemini_eval.safe.files import FileLock


def private_folder() -> Path:
    """This user's own folder for temporary files, made where it is missing.

    Its name can be guessed, so one that another user put there, or a link, is refused. Raises `RunError`.
    """
    folder = Path(tempfile.gettempdir()) / f"gemini-eval-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise RunError(f"{folder} cannot be made: {error.strerror}", "point TMPDIR at a folder of your own") from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise RunError(f"{folder} is not a folder that only you can write", "remove it, or point TMPDIR at a folder of your own")
    return folder


class SharedLock:
    """A lock between processes that all users within this process hold together."""

    def __init__(self, path: Path) -> None:
        self._file = FileLock(path)
        self._guard = threading.Lock()
        self._holders = 0

    def try_acquire(self) -> bool:
        """False where another process has it. Raises `RunError` where the lock file can't be made."""
        with self._guard:
            if self._holders or self._file.acquire(blocking=False):
                self._holders += 1
                return True
            return False

    def release(self) -> None:
        with self._guard:
            self._holders -= 1
            if not self._holders:
                self._file.release()


_shared: dict[Path, SharedLock] = {}
_guard = threading.Lock()


def model_lock() -> SharedLock:
    """The lock that every gemini-eval process of this user takes before it loads a model. Raises `RunError`."""
    path = private_folder() / "model.lock"
    with _guard:
        return _shared.setdefault(path, SharedLock(path))
