from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from gemini_eval.errors import RunError
from gemini_eval.safe.process import Finished, run_program, start_worker, stop

CAT = "import sys\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line.upper()); sys.stdout.buffer.flush()"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_program_is_run_to_its_end(tmp_path: Path) -> None:
    code = (
        "import os, sys; sys.stdout.write(os.getcwd() + os.environ['X']); sys.stderr.write(sys.stdin.read() + 'e'); sys.exit(3)"
    )
    done = run_program(python(code), cwd=tmp_path.resolve(), timeout_s=30, env={"X": "; echo $HOME"})
    assert done == Finished(3, f"{tmp_path.resolve()}; echo $HOME".encode(), b"e")


def test_both_streams_may_be_large() -> None:
    done = run_program(python("import sys; sys.stderr.write('e' * 300_000); sys.stdout.write('o' * 300_000)"), timeout_s=30)
    assert (done.status, len(done.stdout), len(done.stderr)) == (0, 300_000, 300_000)


def test_a_signal_is_a_negative_status() -> None:
    assert run_program(python("import os; os.kill(os.getpid(), 9)"), timeout_s=30).status == -9


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (["no-such-program-here"], "cannot be started: no such file or directory"),
        (["a\0b"], "cannot be started: embedded null byte"),
    ],
)
def test_what_cannot_be_started_is_said(argv: list[str], reason: str) -> None:
    for start in (lambda: run_program(argv, timeout_s=5), lambda: start_worker(argv)):
        with pytest.raises(RunError, match=reason):
            start()


def test_too_much_output_ends_the_program() -> None:
    with pytest.raises(RunError, match="wrote over 1,000,000 bytes"):
        run_program(python("while True: print('x' * 1000)"), timeout_s=30, max_output=1_000_000)


def test_a_deadline_ends_the_whole_group(tmp_path: Path) -> None:
    """The grandchild holds a FIFO open: reading it ends only once the grandchild is gone too."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    grandchild = f"import signal; file = open({str(fifo)!r}, 'w'); signal.pause()"
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])"
    with pytest.raises(RunError, match="took over 1 s"):
        run_program(python(code), timeout_s=1)
    os.set_blocking(reading, True)
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_a_program_that_closes_its_output_still_has_a_deadline() -> None:
    with pytest.raises(RunError, match="took over"):
        run_program(python("import os, signal; os.close(1); os.close(2); signal.pause()"), timeout_s=0.5)


def test_a_worker_answers_over_its_pipes_and_is_stopped() -> None:
    worker = start_worker(python(CAT), env={})
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write(b"hello\n")
    assert worker.stdout.read(6) == b"HELLO\n"
    assert os.getsid(worker.pid) == worker.pid
    stop(worker)
    stop(worker)
    assert worker.returncode == -9


def test_a_worker_ends_with_its_input() -> None:
    worker = start_worker(python(CAT))
    assert worker.stdin is not None
    worker.stdin.close()
    assert worker.wait(30) == 0
    stop(worker)
