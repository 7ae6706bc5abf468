"""Ctrl-C: once, the engine asks no more and drains; twice, it leaves at once. In a thread beside a notebook's loop as well."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from gemini_eval.engine.signals import ending_signals

T = TypeVar("T")

NOTICED_S = 0.1
"""So long a Ctrl-C may go unnoticed beside a notebook's loop. A wait without end would never notice one that comes between
Python's look for signals and its sleep, or that the system hands to another thread: neither wakes the main thread."""


class Presses:
    """Ctrl-C on its way to the engine's loop where that runs in another thread: none is lost, however early it comes."""

    def __init__(self) -> None:
        self._waiting: deque[None] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._interrupt: Callable[[], None] | None = None

    def press(self, *_: object) -> None:
        """Called by the signal, in the main thread."""
        self._waiting.append(None)
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: there is nothing left to interrupt
                self._loop.call_soon_threadsafe(self._deliver)

    def lead_to(self, interrupt: Callable[[], None]) -> None:
        """From now on each press calls `interrupt` in the running loop."""
        self._interrupt, self._loop = interrupt, asyncio.get_running_loop()
        self._deliver()

    def _deliver(self) -> None:
        while self._waiting and self._interrupt is not None:
            self._waiting.popleft()
            self._interrupt()


@contextlib.contextmanager
def interrupts(press: Callable[[], None], presses: Presses) -> Iterator[None]:
    """Within, each Ctrl-C (and what else ends the asking) calls `press` in the running loop."""
    loop = asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        presses.lead_to(press)
        yield
        return
    before = {number: signal.getsignal(number) for number in ending_signals()}
    for number in before:
        loop.add_signal_handler(number, press)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)  # this sets the system's own way, which was not the caller's
            if handler is not None:
                signal.signal(number, handler)


def in_own_loop(work: Coroutine[Any, Any, T], presses: Presses) -> T:
    """Run `work` in a fresh event loop; where one is running in this thread, in a thread beside it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _fresh_loop(work)
    return _in_thread(lambda: _fresh_loop(work), presses)


def _fresh_loop(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # no wheel for this platform: the standard loop does the same, slower
        return None
    return uvloop.new_event_loop


def _in_thread(work: Callable[[], T], presses: Presses) -> T:
    """Run `work` in a thread of its own and wait: a notebook's event loop is running in this one."""
    result: list[T] = []
    failure: list[BaseException] = []
    done = threading.Event()

    def target() -> None:
        try:
            result.append(work())
        except BaseException as error:
            failure.append(error)
        finally:
            done.set()

    with _heard(presses):
        threading.Thread(target=target, name="gemini-eval-engine", daemon=True).start()
        while not done.wait(NOTICED_S):
            pass
    if failure:
        raise failure[0]
    return result[0]


@contextlib.contextmanager
def _heard(presses: Presses) -> Iterator[None]:
    """Ctrl-C reaches the engine instead of this thread, which only waits for it. Only a main thread ever sees the signal."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    signal.signal(signal.SIGINT, presses.press)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
