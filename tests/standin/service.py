"""The handler: counts, captures, waits, logs and sends what was decided."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from time import monotonic
from urllib.parse import unquote

from aiohttp import web

from tests.standin.control import PREFIX, control
from tests.standin.decision import Decider, Decision
from tests.standin.delivery import Reply, send
from tests.standin.record import Captured, Counts, Log
from tests.standin.refusals import refusal_json
from tests.standin.routes import route_of
from tests.standin.script import Refuse, Script

_DOWNLOAD = "/download/storage/v1/b/"
_NO_PATH = Refuse(404, message="Not Found: no method has this path.")


class Service:
    """The state of a server. `strict` parses requests into the official types, `fast` fills templates and captures no request.

    Not thread-safe: call it in its own loop. `bugs` holds what went wrong in the server itself.
    """

    def __init__(
        self,
        script: Script,
        *,
        strict: bool = True,
        fast: bool = False,
        log: Log | None = None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.strict, self.fast, self.log, self.now = strict, fast, log, now
        self.bugs: list[Exception] = []
        self._waits: set[asyncio.Future[None]] = set()
        self._awaited: list[tuple[int, asyncio.Future[None]]] = []
        self._holds: set[asyncio.Future[None]] = set()
        self._released = 0
        self.begin(script)

    def begin(self, script: Script) -> None:
        """Begin anew with `script`: nothing counted, nothing captured, no token given."""
        self.script = script
        self.counts = Counts()
        self.requests: list[Captured] = []
        self._decider = Decider(script, strict=self.strict, fast=self.fast)
        self._released = 0

    def start_clock(self) -> None:
        self._decider.start_clock(self.now())

    def release(self) -> None:
        """Let every held call go on that has arrived; later ones are held again."""
        self._released = self.counts.requests
        for future in self._holds:
            _finish(future)

    async def reached(self, calls: int) -> None:
        """Wait until so many generateContent calls have arrived."""
        if self.counts.calls["generateContent"] < calls:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._awaited.append((calls, future))
            await self._wait(future)

    def close(self) -> None:
        """End every wait: calls that hang are left without an answer."""
        for future in list(self._waits):
            future.cancel()

    # ---- a request -----------------------------------------------------------------------------------------------

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        route = route_of(request.method, request.raw_path)
        if route is None:
            return await self._elsewhere(request)
        counts, decider = self.counts, self._decider
        counts.requests += 1
        counts.calls[route.method] += 1
        counts.at_once += 1
        counts.most_at_once = max(counts.most_at_once, counts.at_once)
        seen = self._see(request, counts.calls[route.method])
        self._tell_awaiting()
        try:
            seen.raw = await request.read()
            try:
                decision = decider.decide(route, seen)
            except Exception as bug:
                self.bugs.append(bug)
                raise
            return await self._carry_out(request, decision, seen, counts)
        except BaseException:  # cancelled as a rule: the client left, and has no answer
            if seen.status is None:
                self._note(seen, 0, counts)
            raise
        finally:
            counts.at_once -= 1

    async def _carry_out(
        self, request: web.BaseRequest, decision: Decision, seen: Captured, counts: Counts
    ) -> web.StreamResponse:
        if decision.delay_s:
            await self._pause(decision.delay_s)
        if decision.held and seen.n > self._released:
            await self._hold()
        if decision.reply is None:
            self._note(seen, 0, counts)
            await self._pause(None)
            raise ConnectionResetError("the server left")
        counts.answers += decision.answers
        self._note(seen, decision.reply.status, counts)
        return await send(request, decision.reply, self._pause)

    async def _elsewhere(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith(PREFIX):
            return await control(self, request)
        counts = self.counts
        counts.requests += 1
        seen = self._see(request, 0)
        seen.raw = await request.read()
        if request.method == "POST" and request.path == "/token":
            counts.tokens += 1
            status, body = self._decider.credentials.give(seen.raw.decode(errors="replace"), seen.time)
        elif request.method == "GET" and seen.path.startswith(_DOWNLOAD):
            status, body = _object(self.script, seen.path)
        else:
            status, body = 404, refusal_json(_NO_PATH)
        self._note(seen, status, counts)
        return await send(request, Reply(status, body), self._pause)

    def _see(self, request: web.BaseRequest, call: int) -> Captured:
        path, _, query = request.raw_path.partition("?")
        seen = Captured(
            n=self.counts.requests,
            method=request.method,
            path=path,
            query=request.query if query else {},
            headers=request.headers,
            raw=b"",
            time=self.now(),
            call=call,
        )
        if not self.fast:
            self.requests.append(seen)
        return seen

    def _note(self, seen: Captured, status: int, counts: Counts) -> None:
        """Before its answer is sent, so that no client has an answer that was not counted."""
        seen.status = status
        counts.by_status[status] += 1
        if self.log is not None:
            self.log.note(n=seen.n, path=seen.path, key=hashlib.sha256(seen.raw).hexdigest()[:12], status=status)

    def _tell_awaiting(self) -> None:
        calls = self.counts.calls["generateContent"]
        for wanted, future in self._awaited:
            if calls >= wanted and not future.done():
                future.set_result(None)
        self._awaited = [waiting for waiting in self._awaited if not waiting[1].done()]

    # ---- waiting -------------------------------------------------------------------------------------------------

    async def _pause(self, seconds: float | None) -> None:
        """Wait so long, None: until the client leaves or the server closes."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        timer = None if seconds is None else loop.call_later(seconds, _finish, future)
        try:
            await self._wait(future)
        finally:
            if timer is not None:
                timer.cancel()

    async def _hold(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._holds.add(future)
        try:
            await self._wait(future)
        finally:
            self._holds.discard(future)

    async def _wait(self, future: asyncio.Future[None]) -> None:
        self._waits.add(future)
        try:
            await future
        finally:
            self._waits.discard(future)


def _object(script: Script, path: str) -> tuple[int, bytes]:
    """An object of Cloud Storage, as its client downloads it."""
    bucket, _, name = path.removeprefix(_DOWNLOAD).partition("/o/")
    text = script.objects.get(f"{bucket}/{unquote(name)}")
    return (404, refusal_json(Refuse(404, message="No such object."))) if text is None else (200, text.encode())


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
