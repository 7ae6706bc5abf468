"""A warm interpreter that runs the command line: the program is imported once, and each command is a fork of its own.

A command is as real as one that starts from nothing (its own process, folder, environment and outputs), and takes a tenth of the
time. That it starts from nothing as well, the tests of tests/e2e and tests/packaging that use `tests.support.cli` show.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.support.cli import ROOT, TIMEOUT_S, Ended, clean_environment

LONGEST = 1 << 20
"""Bytes of a command with its environment."""


def gemini_eval_warm(arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Ended:
    """As `tests.support.cli.gemini_eval`."""
    request = {"arguments": [*arguments], "folder": str(folder), "environment": clean_environment(folder, environment)}
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        connection = _server()
        socket.send_fds(connection, [json.dumps(request).encode()], [stdout.fileno(), stderr.fileno()])
        status = int(connection.recv(64))
        texts = []
        for output in (stdout, stderr):
            output.seek(0)
            texts.append(output.read().decode(errors="replace"))
    return Ended(status, *texts)


@cache
def _server() -> socket.socket:
    """The connection to this process's warm interpreter, which ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(TIMEOUT_S)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * LONGEST)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-P", "-m", "tests.support.warm", str(theirs.fileno())]
    subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()
    return ours


# ---- in the warm interpreter -----------------------------------------------------------------------------------


def serve(connection: socket.socket) -> None:
    """Fork for each command until nobody asks any more."""
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    from gemini_eval.cli.main import VERBS, main

    for module, _ in VERBS.values():
        import_module(module)
    while True:
        message, files, _, _ = socket.recv_fds(connection, LONGEST, 2)
        if not message:
            return
        child = os.fork()
        if child == 0:
            connection.close()
            _become(json.loads(message), files)
            main()
        for file in files:
            os.close(file)
        connection.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _become(request: dict[str, Any], files: Sequence[int]) -> None:
    """This process as if it had been started for the command."""
    os.dup2(files[0], 1)
    os.dup2(files[1], 2)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    sys.argv = ["gemini-eval", *request["arguments"]]


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
