"""What the server saw: counts, captured requests, a log that outlives its clients."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson


@dataclass(slots=True)
class Captured:
    """One request. `n` counts all requests from 1, `call` those of its method. `status` 0: it got no answer; None: not yet.

    `body` is the parsed JSON, None where it is none; `raw` its bytes; `time` seconds of the server's clock.
    """

    n: int
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    time: float
    call: int = 0
    body: Any = None
    status: int | None = None


@dataclass(slots=True)
class Counts:
    """`calls` by method, `answers` the whole usual answers to generateContent, `by_status` every answer's status (0: none).

    `at_once` is how many model calls are being served, `most_at_once` the highest that was.
    """

    requests: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    by_status: Counter[int] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: int = 0
    tokens: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "calls": self.calls["generateContent"],
            "calls_by_method": dict(self.calls),
            "answers": self.answers,
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
            "at_once": self.at_once,
            "most_at_once": self.most_at_once,
            "tokens": self.tokens,
        }


class Log:
    """A line of JSON for each request, appended in one write before its answer is sent."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, **fields: Any) -> None:
        os.write(self._file, orjson.dumps(fields) + b"\n")

    def close(self) -> None:
        os.close(self._file)
