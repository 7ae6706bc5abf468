"""Real git repositories, the same on every machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always", "-c", "gc.auto=0")
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_AUTHOR_DATE": "2026-01-31T12:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-31T12:00:00Z",
}


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Its output; the test fails where git does."""
    done = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, env=ENVIRONMENT, input=stdin, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def new(folder: Path) -> Path:
    """An empty repository on branch main, without a commit."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def commit(folder: Path, files: Mapping[str, str], message: str = "one") -> str:
    """Write `files`, commit everything, and give the commit's id."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--no-verify", f"--message={message}")
    return git(folder, "rev-parse", "HEAD")


def hostile(folder: Path, *entries: tuple[str, bytes, bytes]) -> str:
    """A commit whose one tree has `entries` (mode, name, content) as no git would make it; a mode 40000 has an object's id."""
    tree = b""
    for mode, name, content in entries:
        made = content.decode() if mode in ("40000", "160000") else git(folder, "hash-object", "-w", "--stdin", stdin=content)
        tree += b"%b %b\0%b" % (mode.encode(), name, bytes.fromhex(made))
    made = git(folder, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=tree)
    return git(folder, "commit-tree", made, "-m", "hostile")


def written(folder: Path) -> dict[str, str]:
    """Every file and link (`-> target`) below `folder`, by its path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        elif path.is_file():
            found[name] = path.read_text()
    return found


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Modification time and content of every file, git's own included."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}
