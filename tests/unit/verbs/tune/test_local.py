"""The verb around a local training: packages, the machine's lock, the bar."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from threading import Thread

import pytest

from gemini_eval.cli.tune.bar import TrainingBar
from gemini_eval.tuning.local.train import Step

STEPS = [Step(1, 2, 1, 4, 2.5, 75.4), Step(1, 2, 2, 4, 2.0, 50.0), Step(2, 2, 3, 4, 1.0, 25.0), Step(2, 2, 4, 4, 0.5, 0.0)]

BAR = """
from gemini_eval.cli.tune.bar import TrainingBar
from gemini_eval.tuning.local.train import Step
with TrainingBar("tickets") as bar:
    for step in [Step(1, 2, 1, 4, 2.5, 75.4), Step(1, 2, 2, 4, 2.0, 50.0)]:
        bar.update(step)
        bar._shown.refresh()
    bar.say("waiting [red] for something")
"""

MISSING = """
import sys
from gemini_eval.errors import UsageError
from gemini_eval.verbs.tune import local
real = local.find_spec
local.find_spec = lambda name: None if name == sys.argv[1] else real(name)
try:
    local.require_packages()
except UsageError as error:
    print(error.faults[0].reason, "|", error.faults[0].hint)
print("torch" in sys.modules, "gguf" in sys.modules)
"""


def test_a_line_an_epoch_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with TrainingBar("tickets") as bar:
        for step in STEPS:
            bar.update(step)
    with TrainingBar("trained before"):
        pass
    with pytest.raises(KeyboardInterrupt), TrainingBar("broken off"):
        raise KeyboardInterrupt
    assert capsys.readouterr().err == (
        "tickets: epoch 1 of 2, loss 2.0000, 0:50 left\n"
        "tickets: epoch 2 of 2, loss 0.5000, 0:00 left\n"
        "trained before: tuned already\n"
    )


def test_a_bar_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    read: list[bytes] = []
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm"}
    process = subprocess.Popen([sys.executable, "-c", BAR], stderr=theirs, env=environment)
    os.close(theirs)

    def drain() -> None:
        try:
            while data := os.read(ours, 4096):
                read.append(data)
        except OSError:
            return

    thread = Thread(target=drain)
    thread.start()
    assert process.wait(timeout=60) == 0
    thread.join(timeout=60)
    os.close(ours)
    told = b"".join(read).decode()
    assert "tickets" in told and "1/4" in told
    assert "epoch 1/2 · loss 2.5000 · 1:15 left" in told
    assert "epoch 1/2 · loss 2.0000 · 0:50 left" in told
    assert "waiting [red] for something" in told


@pytest.mark.parametrize("module", ["torch", "gguf"])
def test_a_package_that_is_missing(module: str) -> None:
    done = subprocess.run([sys.executable, "-c", MISSING, module], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == [
        f"tuning local:gemma-3-270m needs the package {module}, which is not installed | pip install 'gemini-eval[local,tune]'",
        "False False",
    ]
