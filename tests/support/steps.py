"""The lines of a `command` file: the program itself, git, and small changes of files between them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.support.cli import TIMEOUT_S, Ended, clean_environment
from tests.support.warm import gemini_eval_warm

MOMENT = "2026-01-02T03:04:05Z"
PERSON = {"NAME": "Somebody", "EMAIL": "somebody@example.com", "DATE": MOMENT}
GIT = {
    **{f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in PERSON.items()},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "init.defaultBranch",
    "GIT_CONFIG_VALUE_0": "main",
}
"""The same commits have the same ids wherever they are made: one person, one moment, nobody's configuration."""


def run_line(line: str, folder: Path, environment: Mapping[str, str]) -> Ended | None:
    """One line, as a shell reads it: `NAME=VALUE … arguments` of the program; None for `git …`, `cp`, `rm`, `edit`.

    `arguments | from TEXT` keeps what is printed from the first line on that holds TEXT. `! git …` has to fail.
    """
    words = shlex.split(line)
    fails = words[0] == "!"
    words = words[fails:]
    if words[0] in _STEPS:
        assert _STEPS[words[0]](words[1:], folder) != fails, line
        return None
    own = dict(environment)
    while words and words[0].partition("=")[0].isupper() and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        own[name] = value
    if words[-3:-1] != ["|", "from"]:
        return gemini_eval_warm(words, folder, own)
    ended = gemini_eval_warm(words[:-3], folder, own)
    return Ended(ended.status, _beginning_with(words[-1], ended.stdout), ended.stderr)


def _beginning_with(text: str, printed: str) -> str:
    lines = printed.splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if text in line), len(lines))
    return "".join(lines[first:])


def _copy(words: Sequence[str], folder: Path) -> bool:
    """`cp FROM TO`: another file in a file's place."""
    source, target = words
    (folder / target).parent.mkdir(exist_ok=True)
    shutil.copy(folder / source, folder / target)
    return True


def _remove(words: Sequence[str], folder: Path) -> bool:
    """`rm FILE…`."""
    for name in words:
        (folder / name).unlink()
    return True


def _edit(words: Sequence[str], folder: Path) -> bool:
    r"""`edit FILE OLD NEW`: a text that stands in it once becomes another; `\n` in either is a line break."""
    path = folder / words[0]
    old, new = (text.replace("\\n", "\n") for text in words[1:])
    text = path.read_text()
    assert text.count(old) == 1, f"{words[0]} holds {old!r} {text.count(old)} times"
    path.write_text(text.replace(old, new))
    return True


def _git(words: Sequence[str], folder: Path) -> bool:
    """Whether it did it; what it prints is nobody's promise."""
    return git(words, folder).status == 0


def git(words: Sequence[str], folder: Path) -> Ended:
    """git itself, with `GIT` as its environment."""
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env=clean_environment(folder, GIT),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


_STEPS: dict[str, Callable[[Sequence[str], Path], bool]] = {"cp": _copy, "rm": _remove, "edit": _edit, "git": _git}
