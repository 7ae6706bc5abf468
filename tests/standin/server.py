"""The server as a thread of a test: `with StandIn(truth={"Cherry and cedar": "Rioja"}) as server: ask(server.url)`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.standin.decision import warm_up
from tests.standin.record import Captured, Log
from tests.standin.script import Rule, Script
from tests.standin.service import Service

T = TypeVar("T")

HOST = "127.0.0.1"
LARGEST_BODY = 256 * 1024 * 1024
_START_S = 60.0


async def open_server(service: Service, port: int) -> tuple[web.ServerRunner, int]:
    """Listen on `port`, 0 for any; the runner to clean up and the port."""
    warm_up()

    def request_of(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY)

    server = web.Server(service.handle, request_factory=request_of, handler_cancellation=True, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, HOST, port, backlog=1024).start()
    return runner, runner.addresses[0][1]


class StandIn:
    """A server on 127.0.0.1 in a thread of its own, until the block is left; calls that hang are then dropped.

    `rules`, `truth` and `latency_ms` take the place of the script's. `now` is the clock of the limiter and of the tokens' expiry.
    `port` 0 is any that is free. Leaving the block raises what went wrong in the server itself.
    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        rules: tuple[Rule, ...] = (),
        truth: Mapping[str, str] | None = None,
        latency_ms: float | None = None,
        strict: bool = True,
        fast: bool = False,
        port: int = 0,
        log: Path | None = None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        script = script or Script()
        script = replace(script, rules=rules or script.rules)
        script = script if truth is None else replace(script, oracle=replace(script.oracle, truth=truth))
        script = script if latency_ms is None else replace(script, latency_ms=latency_ms)
        self._log = Log(log) if log else None
        self._service = Service(script, strict=strict and not fast, fast=fast, log=self._log, now=now)
        self.port = port
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="stand-in", daemon=True)
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failed: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(_START_S):
            raise TimeoutError("the stand-in server did not start")
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        assert self._loop is not None and self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._log is not None:
            self._log.close()
        if self._service.bugs and error is None:
            raise self._service.bugs[0]

    # ---- what a test asks ----------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def script(self) -> Script:
        """What the server is told to do at present."""
        return self._service.script

    @property
    def requests(self) -> list[Captured]:
        """Every request so far, in order of arrival; empty where `fast`."""
        return list(self._service.requests)

    def stats(self) -> dict[str, Any]:
        """`calls`, `answers`, `by_status`, `at_once`, `most_at_once`…: what GET /_standin/stats gives."""
        return self._call(self._service.counts.as_json)

    def wait_for_calls(self, calls: int, timeout_s: float = 30.0) -> None:
        """Return once so many generateContent calls have arrived; raises TimeoutError."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._service.reached(calls), self._loop).result(timeout_s)

    def reset(self, script: Script | None = None) -> None:
        """Begin anew, with another script where one is given: nothing counted, nothing captured."""
        self._call(lambda: self._service.begin(script or self._service.script))

    def start_clock(self) -> None:
        """The limiter counts its seconds from now."""
        self._call(self._service.start_clock)

    def release(self) -> None:
        """Let the calls go on that a `Hold` keeps."""
        self._call(self._service.release)

    # ---- the thread ----------------------------------------------------------------------------------------------

    def _call(self, function: Callable[[], T]) -> T:
        async def run() -> T:
            return function()

        assert self._loop is not None, "the server runs only inside its with block"
        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(_START_S)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            runner, self.port = await open_server(self._service, self.port)
        except OSError as error:
            self._failed = error
            return
        finally:
            self._started.set()
        await self._stop.wait()
        self._service.close()
        await runner.cleanup()
