from __future__ import annotations

import multiprocessing
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.errors import FileRefusedError, RunError
from gemini_eval.safe.files import (
    FileLock,
    make_folder,
    matching_files,
    open_append,
    open_read,
    read_bytes,
    read_text,
    resolve,
    write_whole,
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with links in and out of it, and a secret beside it."""
    top = tmp_path_factory.mktemp("tree").resolve()
    (top / "secret.txt").write_text("secret")
    (top / "outside").mkdir()
    (top / "outside" / "b.txt").write_text("secret")
    root = top / "root"
    (root / "suites" / "deep").mkdir(parents=True)
    for name in ("a.txt", "suites/b.txt", "suites/deep/c.txt", "suites/.hidden.txt", "suites/전화 번호.txt"):
        (root / name).write_text(name)
    links = {
        "in.txt": "a.txt",
        "out.txt": "../secret.txt",
        "loop": "loop",
        "dir_out": "../outside",
        "dir_in": "suites",
        "up": "..",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    (root / "suites" / "etc.txt").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe")
    return root


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("b.txt", "suites/b.txt"),
        ("./deep/../b.txt", "suites/b.txt"),
        ("../a.txt", "a.txt"),
        ("../in.txt", "a.txt"),
        ("../dir_in/b.txt", "suites/b.txt"),
        ("../up/root/a.txt", "a.txt"),
        ("전화 번호.txt", "suites/전화 번호.txt"),
    ],
)
def test_a_name_inside_the_root_is_resolved(tree: Path, name: str, found: str) -> None:
    assert resolve(name, base=tree / "suites", root=tree) == tree / found


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "'': a file name is empty (name a file)"),
        ("a\0b", "'a\\x00b': a file name with a control character (rename the file)"),
        ("/etc/passwd", "'/etc/passwd': an absolute path (write the path relative to the file that names it)"),
        ("C:/x", "'C:/x': an absolute path (write the path relative to the file that names it)"),
        ("~/x", "'~/x': ~ is not expanded (write the path relative to the file that names it)"),
        ("$HOME/x", "'$HOME/x': variables of the environment are not expanded (write the path out)"),
        ("deep\\c.txt", "'deep\\\\c.txt': a backslash in a file name (separate folders by /)"),
        ("a/NUL.txt", "'a/NUL.txt': a device's name (rename the file)"),
        ("gs://b/x", "'gs://b/x': an address is not a file here (name a file; remote data goes in `data`)"),
        ("../../secret.txt", "../../secret.txt leads outside {root} (keep the file inside that folder, links included)"),
        ("../../no_such", "../../no_such leads outside {root} (keep the file inside that folder, links included)"),
        ("../out.txt", "../out.txt leads outside {root} (keep the file inside that folder, links included)"),
        ("etc.txt", "etc.txt leads outside {root} (keep the file inside that folder, links included)"),
        ("../dir_out/b.txt", "../dir_out/b.txt leads outside {root} (keep the file inside that folder, links included)"),
        ("b.tx", 'b.tx: no such file (did you mean "b.txt"?)'),
        ("depp/c.txt", 'depp/c.txt: no such file (did you mean "deep"?)'),
        ("zzz", "zzz: no such file (looked in {root}/suites)"),
        ("deep", "deep is a folder, not a file (name a regular file)"),
        ("../pipe", "../pipe is a pipe, not a file (name a regular file)"),
    ],
)
def test_other_names_are_refused(tree: Path, name: str, message: str) -> None:
    with pytest.raises(FileRefusedError) as caught:
        resolve(name, base=tree / "suites", root=tree)
    assert str(caught.value) == message.format(root=tree)


def test_loops_of_links_and_endless_names_are_refused(tree: Path) -> None:
    for name in ("loop", "x" * 5_000, "a/" * 5_000, "\ud800"):
        with pytest.raises(FileRefusedError):
            resolve(name, base=tree, root=tree)


PARTS = st.sampled_from(
    ["a.txt", "in.txt", "out.txt", "loop", "dir_out", "dir_in", "up", "..", ".", "suites", "root", "b.txt", "secret.txt", ""]
)


@given(st.lists(PARTS, max_size=7).map("/".join) | st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_no_name_leads_out_of_the_root(tree: Path, name: str) -> None:
    try:
        found = resolve(name, base=tree / "suites", root=tree)
    except FileRefusedError:
        return
    assert found == found.resolve(strict=True)
    assert found.is_relative_to(tree)
    assert "secret" not in read_text(found)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.txt", ["a.txt", "in.txt"]),
        ("**/*.txt", ["a.txt", "in.txt", "suites/b.txt", "suites/deep/c.txt", "suites/전화 번호.txt"]),
        ("suites/**", ["suites/b.txt", "suites/deep/c.txt", "suites/전화 번호.txt"]),
        ("suites/.h*", ["suites/.hidden.txt"]),
        ("dir_out/*", []),
        ("up/*", []),
        ("[ab].txt", ["a.txt"]),
        ("nothing/*", []),
    ],
)
def test_patterns_match_files_inside_the_root(tree: Path, pattern: str, names: list[str]) -> None:
    assert matching_files(pattern, base=tree, root=tree) == tuple(tree / name for name in names)


@pytest.mark.parametrize("pattern", ["../*", "/etc/*", "~/*", "**/x/**", "", "$HOME/*"])
def test_patterns_that_leave_or_explode_are_refused(tree: Path, pattern: str) -> None:
    with pytest.raises(FileRefusedError):
        matching_files(pattern, base=tree, root=tree)


def test_only_regular_files_are_opened_and_nothing_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)  # the path of a socket is short
        server.bind("socket")
    refused = {"pipe": "a pipe", "/dev/zero": "a device", "/dev/null": "a device", ".": "a folder"}
    for name, kind in refused.items():
        with pytest.raises(FileRefusedError, match=f"is {kind}, not a file"):
            open_read(tmp_path / name)
    for name in ("socket", "missing", "a\0b", "\ud800"):
        with pytest.raises(FileRefusedError):
            open_read(tmp_path / name)


def test_reading_is_bounded_and_strict(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb")
    assert (read_bytes(path), read_text(path)) == (b"\xef\xbb\xbfa\r\nb", "a\r\nb")
    with pytest.raises(FileRefusedError) as large:
        read_text(path, max_bytes=6)
    assert str(large.value) == f"{path} has 7 bytes, more than the limit of 6 (split it or make it smaller)"
    path.write_bytes(b"ok\n\xe9t\xe9")
    with pytest.raises(FileRefusedError) as broken:
        read_text(path)
    assert str(broken.value) == f"{path}: byte 0xe9 in line 2 (offset 3) is not UTF-8 (save the file as UTF-8)"
    with open_read(path) as file:
        assert file.read(2) == b"ok"


def test_appended_records_stay_and_are_private(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with open_append(path) as log:
        log.append(b"one\n")
        log.sync()
    with open_append(path) as log:
        log.append(b"two\n")
        log.close()
    assert path.read_bytes() == b"one\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


LIMITED = """
import resource, sys
from pathlib import Path
from gemini_eval.errors import RunError
from gemini_eval.safe.files import open_append, write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
folder = Path(sys.argv[1])
log = open_append(folder / "log")
log.append(b"123456\\n")
for data in (b"abcdef\\n", b"xy\\n", b"z"):
    try:
        log.append(data)
    except RunError as error:
        print(error.reason.replace(str(folder), "F"), "|", error.hint)
try:
    write_whole(folder / "whole", b"new and too long")
except RunError as error:
    print(error.reason.replace(str(folder), "F"))
"""


def test_what_does_not_fit_is_taken_back_and_said(tmp_path: Path) -> None:
    (tmp_path / "whole").write_bytes(b"old")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.splitlines() == [
        "F/log cannot be written: only 3 of 7 bytes fitted | free some space, then go on with --resume",
        "F/log cannot be written: file too large | raise the limit on file sizes, then go on with --resume",
        "F/whole cannot be written: file too large",
    ]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"log": b"123456\nxy\n", "whole": b"old"}


def test_a_file_is_replaced_whole_and_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"target")
    (tmp_path / "link").symlink_to("target")
    write_whole(tmp_path / "link", b"new")
    write_whole(tmp_path / "target", b"")
    assert {path.name: (path.read_bytes(), path.is_symlink()) for path in tmp_path.iterdir()} == {
        "link": (b"new", False),
        "target": (b"", False),
    }
    assert stat.S_IMODE((tmp_path / "link").stat().st_mode) == 0o600


def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    cases = {
        (write_whole, "no/x"): "no such file (make the folder first)",
        (open_append, "no/x"): "no such file (make the folder first)",
        (open_append, "link"): "too many levels of symbolic links (it is a link; give the file itself)",
        (make_folder, "file"): "not a directory (check the path and its permissions)",
        (make_folder, "file/x"): "not a directory (check the path and its permissions)",
    }
    for (write, name), reason in cases.items():
        with pytest.raises(RunError) as caught:
            write(tmp_path / name, *([b"x"] if write is write_whole else []))  # type: ignore[operator]
        assert str(caught.value) == f"{tmp_path / name} cannot be written: {reason}"
    for name in ("pipe", "a\0b", "."):
        with pytest.raises(RunError):
            open_append(tmp_path / name)
    with pytest.raises(RunError):
        write_whole(tmp_path, b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link", "pipe"]


def test_a_device_is_written_to_not_replaced() -> None:
    write_whole(Path("/dev/null"), b"x")
    assert Path("/dev/null").is_char_device()
    full = Path("/dev/full")
    if full.exists():  # on Linux
        with pytest.raises(RunError, match="no space left on device"):
            write_whole(full, b"x")
        assert full.is_char_device()


def test_folders_are_private(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b")] == [0o700, 0o700]


def _try_lock(path: Path) -> bool:
    return FileLock(path).acquire(blocking=False)


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock, other = FileLock(path), FileLock(path)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert lock.acquire(blocking=False)
        assert lock.acquire(blocking=True)
        assert (pool.apply(_try_lock, (path,)), other.acquire(blocking=False)) == (False, False)
        lock.release()
        lock.release()
        assert pool.apply(_try_lock, (path,))
    assert other.acquire(blocking=True)
    other.release()
    with pytest.raises(RunError):
        FileLock(tmp_path / "no" / "lock").acquire(blocking=True)
