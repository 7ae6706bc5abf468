"""The loopback server that all tools ask: the stand-in of the tests, in a process of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, python

HEARD = "listening on "


@dataclass(frozen=True, slots=True)
class Server:
    url: str

    def begin(self) -> None:
        """Count from 0 again."""
        self._control("POST", "reset")

    def stats(self) -> dict[str, Any]:
        """Among others `calls`, the requests for an answer since `begin`, and `most_at_once`."""
        return self._control("GET", "stats")

    def _control(self, method: str, name: str) -> dict[str, Any]:
        connection = HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        try:
            connection.request(method, f"/_standin/{name}")
            return dict(json.loads(connection.getresponse().read()))
        finally:
            connection.close()


@contextmanager
def serving(truth: Path, latency_ms: int) -> Iterator[Server]:
    """Answers from `truth` (description -> answer), each `latency_ms` after its request."""
    options = ["--fast", "--port", "0", "--truth", str(truth), "--latency-ms", str(latency_ms)]
    process = subprocess.Popen(python("-m", "tests.standin", *options), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line.startswith(HEARD):
            raise SystemExit(f"the stand-in server did not start: {line.strip() or 'it said nothing'}")
        yield Server(line.removeprefix(HEARD).strip())
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()
