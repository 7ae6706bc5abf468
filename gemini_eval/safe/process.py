"""Programs that are started: never by a shell, in a group of their own that is ended as a whole."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from gemini_eval.errors import RunError

MAX_OUTPUT = 10 * 2**20

Worker: TypeAlias = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended by itself. `status` is its exit status, minus the signal's number where one ended it."""

    status: int
    stdout: bytes
    stderr: bytes


def run_program(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    timeout_s: float,
    max_output: int = MAX_OUTPUT,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run a program to its end with nothing on its standard input. `env` is its whole environment, None for ours.

    Raises:
        RunError: it can't be started, took over `timeout_s` seconds, or wrote over `max_output` bytes (both streams together);
            it and everything it started are then ended.
    """
    deadline = time.monotonic() + timeout_s
    process = _start(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        stdout, stderr = _collect(process, argv, deadline, max_output)
        status = process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise RunError(f"{argv[0]} took over {timeout_s:g} s", "try again, or give it more time") from None
    finally:
        stop(process)
    return Finished(status, stdout, stderr)


def start_worker(argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> Worker:
    """Start a program that is talked to over binary pipes (`stdin`, `stdout`, unbuffered); what it says on stderr is dropped.

    It has a session of its own, so that Ctrl-C in our terminal does not reach it; it must end when its `stdin` does.

    Raises:
        RunError: it can't be started.
    """
    return _start(argv, cwd=None, env=env, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)


def stop(process: Worker) -> None:
    """End a program and its whole group at once, and free what it held here; again is fine."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _start(argv: Sequence[str], *, cwd: Path | None, env: Mapping[str, str] | None, stdin: int, stderr: int) -> Worker:
    try:
        return subprocess.Popen(
            list(argv), cwd=cwd, env=env, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr, bufsize=0, start_new_session=True
        )
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
        raise RunError(f"{argv[0]} cannot be started: {reason}", f"check that {argv[0]} is installed") from error


def _collect(process: Worker, argv: Sequence[str], deadline: float, max_output: int) -> tuple[bytes, bytes]:
    """Both streams, read side by side so that neither fills up and blocks the program."""
    assert process.stdout is not None and process.stderr is not None
    kept: dict[int, list[bytes]] = {process.stdout.fileno(): [], process.stderr.fileno(): []}
    total = 0
    with selectors.DefaultSelector() as selector:
        for fd in kept:
            selector.register(fd, selectors.EVENT_READ)
        while selector.get_map():
            if time.monotonic() >= deadline:
                raise subprocess.TimeoutExpired(list(argv), 0)
            for key, _ in selector.select(max(0.0, deadline - time.monotonic())):
                chunk = os.read(key.fd, 65_536)
                kept[key.fd].append(chunk)
                total += len(chunk)
                if not chunk:
                    selector.unregister(key.fd)
                if total > max_output:
                    raise RunError(f"{argv[0]} wrote over {max_output:,} bytes", "ask it for less")
    stdout, stderr = (b"".join(chunks) for chunks in kept.values())
    return stdout, stderr
