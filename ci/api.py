"""One JSON API over HTTPS: asks again after what passes, for a bounded time, and never sends the token anywhere else."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from outputs import Trouble, setting

TIMEOUT_S = 20.0
MAX_ATTEMPTS = 6
MAX_ANSWER = 20 * 2**20
MAX_PAGES = 100
PAGE = 100
LOOPBACK = ("127.0.0.1", "::1", "localhost")
UNPROCESSED = (429, 403)
"""Statuses that say that a request was refused before anything was done with it."""


class Refused(Trouble):
    """The API's no, or its silence, in plain words. `perhaps_done`: the request may have had its effect all the same."""

    def __init__(self, message: str, perhaps_done: bool = False) -> None:
        super().__init__(message, 1)
        self.perhaps_done = perhaps_done


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to another server."""

    def redirect_request(self, *_: object) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def said(self) -> str:
        """The API's own message, shortened to one line."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return ""
        message = found.get("message") or found.get("error") if isinstance(found, dict) else ""
        return " ".join(str(message or "").split())[:200]

    @property
    def passes(self) -> bool:
        """Whether it is worth asking again: overload, a server's fault, GitHub's secondary rate limit (a 403)."""
        limited = self.headers.get("Retry-After") or self.headers.get("X-RateLimit-Remaining") == "0"
        return self.status == 429 or self.status >= 500 or (self.status == 403 and bool(limited or "rate limit" in self.said))

    @property
    def wait_s(self) -> float:
        """What the server asks for: `Retry-After`, else the moment at which its quota is new."""
        after, reset = self.headers.get("Retry-After", ""), self.headers.get("X-RateLimit-Reset", "")
        if after.isdecimal():
            return float(after)
        spent = self.headers.get("X-RateLimit-Remaining") == "0" and reset.isdecimal()
        return max(0.0, int(reset) - time.time()) if spent else 0.0


@dataclass(slots=True)
class Api:
    """`headers` hold the token. `budget_s` bounds all waiting of all requests together."""

    root: str
    headers: Mapping[str, str]
    budget_s: float = field(default_factory=lambda: float(setting("BUDGET_S", "90")))
    backoff_s: float = field(default_factory=lambda: float(setting("BACKOFF_S", "1")))

    def __post_init__(self) -> None:
        parts = urlsplit(self.root)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise Trouble(f"the API's address {self.root!r} is not https: the token would be readable on the way")

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, only_reads: bool = False) -> Any:
        """The decoded answer. Raises `Refused`. A POST that changes something is sent again only where it surely did not."""
        return self._decoded(self._answered(method, path, body, method == "POST" and not only_reads), path)

    def pages(self, path: str) -> Iterator[Any]:
        """Every entry of a paginated list, oldest page first."""
        for page in range(1, MAX_PAGES + 1):
            mark = "&" if "?" in path else "?"
            answer = self._answered("GET", f"{path}{mark}per_page={PAGE}&page={page}", None, False)
            found = self._decoded(answer, path)
            if not isinstance(found, list):
                raise Refused(f"{path}: the answer is no list")
            yield from found
            if 'rel="next"' not in answer.headers.get("Link", ""):
                return

    def retry(self, attempt: Callable[[], Any]) -> Any:
        """`attempt` again while it says that it perhaps was done: it has to look first."""
        for number in range(MAX_ATTEMPTS):
            try:
                return attempt()
            except Refused as refused:
                if not refused.perhaps_done or not self._waits(number, 0) or number + 1 == MAX_ATTEMPTS:
                    raise
        raise AssertionError

    def _answered(self, method: str, path: str, body: Mapping[str, Any] | None, once: bool) -> _Answer:
        """`once`: a second time could have a second effect."""
        for number in range(MAX_ATTEMPTS):
            last = number + 1 == MAX_ATTEMPTS
            try:
                answer = self._sent(method, path, body)
            except (OSError, HTTPException) as error:
                reason = f"{method} {path}: {getattr(error, 'reason', None) or error or type(error).__name__}"
                if once or last or not self._waits(number, 0):
                    raise Refused(f"{reason} (asked {_times(number + 1)})", once) from error
                continue
            if 200 <= answer.status < 300:
                return answer
            again = answer.passes and (not once or answer.status in UNPROCESSED)
            if last or not again or not self._waits(number, answer.wait_s):
                raise Refused(_words(method, path, answer, number + 1), once and answer.status >= 500)
        raise AssertionError

    def _sent(self, method: str, path: str, body: Mapping[str, Any] | None) -> _Answer:
        data = None if body is None else json.dumps(body).encode()
        kind = {} if data is None else {"Content-Type": "application/json"}
        headers = {"User-Agent": "gemini-eval-ci", **kind, **self.headers}
        request = urllib.request.Request(self.root + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_S) as response:
                return _Answer(response.status, response.headers, response.read(MAX_ANSWER))
        except urllib.error.HTTPError as error:
            with error:
                return _Answer(error.code, error.headers, error.read(MAX_ANSWER))

    def _waits(self, number: int, asked_s: float) -> bool:
        """Wait before the next attempt; False where that would take longer than there is left."""
        wait = max(asked_s, self.backoff_s * 2**number)
        if wait > self.budget_s:
            return False
        self.budget_s -= wait
        if wait:
            time.sleep(wait)
        return True

    @staticmethod
    def _decoded(answer: _Answer, path: str) -> Any:
        try:
            return json.loads(answer.body) if answer.body else None
        except (ValueError, RecursionError) as error:
            raise Refused(f"{path}: the answer is no JSON") from error


def _words(method: str, path: str, answer: _Answer, times: int) -> str:
    mends = {
        401: "the token is wrong or has expired",
        403: "the token may not do this: the docs name the permissions that it needs (docs/ci.md)",
        404: "there is no such thing, or the token may not see it",
        422: "the API does not take this",
    }
    redirect = "the API answers with a redirect, which is not followed" if 300 <= answer.status < 400 else ""
    mend = redirect or ("asked too often" if answer.passes and answer.status < 500 else mends.get(answer.status, ""))
    said = f" ({answer.said})" if answer.said else ""
    return f"{method} {path}: status {answer.status}{said}{': ' + mend if mend else ''}; asked {_times(times)}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
