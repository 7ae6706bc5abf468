"""git as a program: with an environment of its own, and so that no hook, filter, pager or transport of a repository is run."""

from __future__ import annotations

import os
import select
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from gemini_eval.errors import Fault, InputError, RunError, UsageError
from gemini_eval.safe.process import Finished, run_program, start_worker, stop

GIT_S = 60.0
"""Seconds that one question may take, and that a stream may be silent."""

MAX_OUTPUT = 64 * 2**20

_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME")
"""What git keeps of our environment; the last two lead to the user's `safe.directory` and ignored files."""

_SET = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # before git 2.45 this alone keeps a partial clone from fetching what it lacks
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
)
_CHUNK = 64 * 1024
_LONGEST = 2**20


def ask(folder: Path, *arguments: str, config: Mapping[str, str] | None = None) -> Finished:
    """Run one git command in `folder` to its end; `config` are more settings. Its exit status is the caller's to judge.

    Needs git 2.31 or newer.

    Raises:
        UsageError: there is no git, or it takes the repository for somebody else's.
        RunError: it took too long, or wrote too much.
    """
    pairs = {**(config or {})}
    more = {"GIT_CONFIG_COUNT": str(len(pairs))} if pairs else {}
    for n, (key, value) in enumerate(pairs.items()):
        more |= {f"GIT_CONFIG_KEY_{n}": key, f"GIT_CONFIG_VALUE_{n}": value}
    argv = _command(folder, arguments)
    done = run_program(argv, timeout_s=GIT_S, max_output=MAX_OUTPUT, env={**_environment(), **more})
    if done.status and b"safe.directory" in done.stderr:
        raise _not_ours(folder, done.stderr.decode(errors="replace"))
    return done


def said(done: Finished) -> str:
    """What git wrote, as one text without its last line break; a path in it keeps bytes that are not UTF-8."""
    return os.fsdecode(done.stdout).removesuffix("\n")


def failed(what: str, done: Finished) -> UsageError:
    """git could not do it: in its own words."""
    words = done.stderr.decode(errors="replace").strip().splitlines()
    reason = words[0].removeprefix("fatal: ").removeprefix("error: ") if words else f"exit status {done.status}"
    return UsageError(f"git cannot {what}: {reason}", "look at the repository with: git status; git fsck")


class Stream:
    """A git command that is read while it writes, and may be written to. A context manager; at its end the program is ended.

    What it says on stderr is dropped.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        """Start it. Raises `UsageError` where there is no git."""
        self._worker = start_worker(_command(folder, arguments), env=_environment())
        assert self._worker.stdin is not None and self._worker.stdout is not None
        self._stdin, self._stdout = self._worker.stdin.fileno(), self._worker.stdout.fileno()
        self._buffer = bytearray()

    def send(self, line: bytes) -> None:
        """One short line; where the program has ended, reading shows it."""
        try:
            os.write(self._stdin, line)
        except BrokenPipeError:
            self._buffer.clear()

    def until(self, mark: bytes) -> bytes:
        """What comes before the next `mark`, a byte; b'' once nothing comes any more. Raises `RunError` on a long silence."""
        while (at := self._buffer.find(mark)) < 0:
            if len(self._buffer) > _LONGEST:
                raise InputError([Fault("a name in the repository is over 1 MiB long", hint="look at it with: git fsck")])
            if not self._fill():
                return b""
        found = bytes(self._buffer[:at])
        del self._buffer[: at + 1]
        return found

    def some(self, most: int) -> bytes:
        """The next bytes, 1 to `most` of them; b'' once nothing comes any more. Raises `RunError` on a long silence."""
        if not self._buffer:
            self._fill()
        found = bytes(self._buffer[:most])
        del self._buffer[: len(found)]
        return found

    def status(self) -> int:
        """Its exit status, once it closed its output."""
        return self._worker.wait(GIT_S)

    def _fill(self) -> bool:
        poll = select.poll()
        poll.register(self._stdout, select.POLLIN)
        if not poll.poll(GIT_S * 1000):
            raise RunError(f"git said nothing for {GIT_S:g} s", "try again; check the disk that the repository is on")
        data = os.read(self._stdout, _CHUNK)
        self._buffer += data
        return bool(data)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        stop(self._worker)


def _command(folder: Path, arguments: tuple[str, ...]) -> list[str]:
    git = shutil.which("git")
    if git is None:
        raise UsageError("git is not installed, or not on PATH", "install git; it is what knows the base revision")
    settings = [word for setting in _CONFIG for word in ("-c", setting)]
    return [os.path.abspath(git), "-C", str(folder), "--literal-pathspecs", *settings, *arguments]


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | _SET


def _not_ours(folder: Path, words: str) -> UsageError:
    mends = (line.strip() for line in words.splitlines() if "git config --global --add safe.directory" in line)
    mend = next(mends, shlex.join(["git", "config", "--global", "--add", "safe.directory", str(folder)]))
    return UsageError(f"{folder} is in a repository that belongs to another user", f"where you trust it: {mend}")
