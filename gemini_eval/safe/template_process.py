"""The parent's end of the template worker: start it, talk to it with a deadline, end it."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import gemini_eval.errors
from gemini_eval.errors import RunError
from gemini_eval.safe.files import read_bytes
from gemini_eval.safe.json_text import dump_json
from gemini_eval.safe.process import run_program, start_worker, stop

_PACKAGE_PARENT = str(Path(gemini_eval.errors.__file__).resolve().parents[1])
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from gemini_eval.safe.template_worker import main; main()"
WORKER = (sys.executable, "-I", "-X", "utf8", "-c", _CODE, _PACKAGE_PARENT)

_FIRST_LOOK_S, _LOOK_S = 0.05, 0.02
_CHUNK = 1 << 20
_MAX_REPLY = 64 << 20
_LINUX = sys.platform.startswith("linux")


@dataclass(frozen=True, slots=True)
class TemplateLimits:
    """What a template may use. `deadline_s` is per batch; `row_bytes` is the JSON of one row, and of the shared values."""

    deadline_s: float = 2.0
    memory_bytes: int = 256 << 20
    output_bytes: int = 1 << 20
    source_bytes: int = 256 << 10
    row_bytes: int = 8 << 20
    batch_rows: int = 64
    start_s: float = 60.0


class WorkerLostError(Exception):
    """The worker was ended, or ended itself, over a request: too long, too much memory, or a crash."""

    def __init__(self, cause: Literal["deadline", "memory", "crash"], detail: str = "") -> None:
        self.cause, self.detail = cause, detail
        super().__init__(cause)


class TemplateProcess:
    """One worker process. After WorkerLostError, or any other exception while it was asked, it is gone."""

    def __init__(self, limits: TemplateLimits, argv: tuple[str, ...] = WORKER) -> None:
        """Start it and return at once; its start-up is waited for by the first `ask`. Raises RunError."""
        self._memory_bytes, self._start_s = limits.memory_bytes, limits.start_s
        self._process = start_worker(argv, env={})
        assert self._process.stdin is not None and self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._stdin, False)
        os.set_blocking(self._stdout, False)
        self._ready = False
        hello = {
            "source_bytes": limits.source_bytes,
            "output_bytes": limits.output_bytes,
            "memory_bytes": limits.memory_bytes,
            "cpu_s": int(limits.deadline_s) + 2,
        }
        self._hello = dump_json(hello)

    def ask(self, request: bytes, seconds: float) -> bytes:
        """Send one frame and wait for the answer. Raises WorkerLostError; RunError where the worker can't start."""
        try:
            if not self._ready:
                self._wait_for_start()
            return self._exchange(request, seconds)
        except BaseException:
            self.stop()  # an answer that nobody reads must not meet the next request
            raise

    def stop(self) -> None:
        """End the process at once; again is fine."""
        stop(self._process)

    def _wait_for_start(self) -> None:
        try:
            self._exchange(self._hello, self._start_s)
        except WorkerLostError as error:
            reason = f"took over {self._start_s:g} s to start" if error.cause == "deadline" else "ended at its start"
            raise RunError(f"the template worker {reason}", "try again; check that gemini-eval is installed whole") from error
        self._ready = True

    def _exchange(self, request: bytes, seconds: float) -> bytes:
        ends = time.monotonic() + seconds
        self._write(len(request).to_bytes(4, "big") + request, ends)
        size = int.from_bytes(self._read(4, ends), "big")
        if size > _MAX_REPLY:
            raise WorkerLostError("memory")
        return self._read(size, ends)

    def _write(self, data: bytes, ends: float) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._stdin, view[:_CHUNK]) :]
            except BlockingIOError:
                self._wait(self._stdin, select.POLLOUT, ends)
            except BrokenPipeError:
                raise self._lost() from None

    def _read(self, size: int, ends: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            try:
                part = os.read(self._stdout, min(size - len(data), _CHUNK))
            except BlockingIOError:
                self._wait(self._stdout, select.POLLIN, ends)
                continue
            if not part:
                raise self._lost()
            data += part
        return bytes(data)

    def _wait(self, fd: int, event: int, ends: float) -> None:
        """Until the pipe is ready; a request that takes long has its memory watched."""
        poll = select.poll()
        poll.register(fd, event)
        look = _FIRST_LOOK_S
        while not poll.poll(max(0.0, min(look, ends - time.monotonic())) * 1000):
            if time.monotonic() >= ends:
                raise WorkerLostError("deadline")
            if resident_bytes(self._process.pid) > self._memory_bytes:
                raise WorkerLostError("memory")
            look = _LOOK_S

    def _lost(self) -> WorkerLostError:
        """Why the pipe closed. A worker that the system ended was out of memory, or computed past its limit."""
        status = self._process.wait()
        if status == -signal.SIGXCPU:
            return WorkerLostError("deadline")
        if status in (-signal.SIGKILL, -signal.SIGABRT, -signal.SIGBUS):
            return WorkerLostError("memory")
        return WorkerLostError("crash", f"exit status {status}")


def resident_bytes(pid: int) -> int:
    """The memory that a process of ours holds now, 0 once it is gone.

    Linux holds RLIMIT_AS itself, this is its second line; macOS does not, this is the only one.
    """
    if _LINUX:
        fields = read_bytes(Path(f"/proc/{pid}/statm"), max_bytes=4096).split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
    listed = run_program(["/bin/ps", "-o", "rss=", "-p", str(pid)], timeout_s=5.0).stdout.strip()
    return int(listed) * 1024 if listed.isdigit() else 0
