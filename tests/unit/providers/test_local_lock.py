from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemini_eval.errors import RunError
from gemini_eval.providers.local_lock import SharedLock, model_lock, private_folder


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[Path]:
    """A folder that stands for the system's temporary one."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path)
    yield tmp_path
    tempfile.tempdir = before


def try_elsewhere(path: Path) -> str:
    """What another process gets."""
    code = "import sys, pathlib; from gemini_eval.providers.local_lock import SharedLock; "
    code += "print(SharedLock(pathlib.Path(sys.argv[1])).try_acquire())"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.strip()


def test_one_process_shares_it_another_waits_for_the_last(tmp_path: Path) -> None:
    path = tmp_path / "model.lock"
    lock = SharedLock(path)
    assert (lock.try_acquire(), lock.try_acquire(), try_elsewhere(path)) == (True, True, "False")
    lock.release()
    assert try_elsewhere(path) == "False"
    lock.release()
    assert try_elsewhere(path) == "True"
    assert lock.try_acquire()
    lock.release()


def test_the_private_folder_is_ours_alone(temporary: Path) -> None:
    folder = private_folder()
    assert folder == temporary / f"gemini-eval-{os.getuid()}" == private_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert model_lock() is model_lock()


def test_a_link_or_an_open_folder_is_refused(temporary: Path) -> None:
    folder = temporary / f"gemini-eval-{os.getuid()}"
    (temporary / "elsewhere").mkdir()
    folder.symlink_to(temporary / "elsewhere")
    with pytest.raises(RunError, match="is not a folder that only you can write"):
        private_folder()
    folder.unlink()
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(RunError, match="is not a folder that only you can write"):
        private_folder()
    folder.rmdir()
    folder.write_text("")
    with pytest.raises(RunError, match="cannot be made: File exists"):
        private_folder()
