"""Ctrl-C where the engine has a thread of its own, because an event loop is running in the main one."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from gemini_eval.engine.jobs import Ask, Ending, Job
from gemini_eval.engine.local import run_jobs
from gemini_eval.types import Habits, Limits, Message, Request, Response


class Hanging:
    """Answers the first `quick` requests after `turns` of the loop, the others never; `hung` is told when one begins to hang."""

    slots: int | None = 4
    limits = Limits()
    habits = Habits()
    cached = False

    def __init__(self, quick: int, hung: Callable[[int], None], turns: int = 0) -> None:
        self.quick, self.hung, self.turns = quick, hung, turns
        self.hanging = 0
        self.closed = False

    def prepare(self) -> None:
        self.prepared = True

    async def ask(self, request: Request) -> Response:
        if int(request.messages[0].text) >= self.quick:
            self.hanging += 1
            self.hung(self.hanging)
            await asyncio.Event().wait()
        for _ in range(self.turns):
            await asyncio.sleep(0)
        return Response(request.messages[0].text)

    async def close(self) -> None:
        self.closed = True


class Keeping:
    def __init__(self) -> None:
        self.answers: list[str] = []
        self.cases: list[int] = []

    def answered(self, job: Job, ask: Ask) -> None:
        assert isinstance(ask.answer, Response)
        self.answers.append(ask.answer.text)

    def finished(self, job: Job) -> bool:
        self.cases.append(int(str(job.ticket)))
        return True


def jobs(count: int) -> Iterator[Sequence[Job]]:
    for start in range(0, count, 10):
        numbers = range(start, start + 10)
        yield [Job(i, "p", [Ask(0, f"{i}", Request("m", (Message("user", str(i)),)))]) for i in numbers]


def in_a_loop(provider: Hanging, sink: Keeping) -> Ending:
    async def cell() -> Ending:
        return run_jobs(jobs(100), {"p": provider}, sink)

    return asyncio.run(cell())


def press(_hanging: int) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def press_twice(hanging: int) -> None:
    """The second time once the first has surely arrived: two signals that are under way at once are one."""
    if hanging == 1:
        press(hanging)
        asyncio.get_running_loop().call_later(0.3, press, hanging)


def test_pressed_twice_it_leaves_at_once_with_what_was_answered() -> None:
    provider, sink = Hanging(25, press_twice), Keeping()
    start = time.monotonic()
    ending = in_a_loop(provider, sink)
    assert time.monotonic() - start < 3
    assert ending == Ending(interrupted=True, sent=ending.sent)
    assert sorted(map(int, sink.answers)) == sorted(sink.cases) == list(range(25))
    assert provider.closed


def test_pressed_once_it_waits_five_seconds_for_what_is_in_flight() -> None:
    """Here without a loop around it: the signal reaches the engine's own."""
    provider, sink = Hanging(5, lambda hanging: press(hanging) if hanging == 4 else None), Keeping()
    start = time.monotonic()
    ending = run_jobs(jobs(100), {"p": provider}, sink)
    assert 4.5 < time.monotonic() - start < 8
    assert ending == Ending(interrupted=True, sent=9)
    assert sorted(sink.cases) == list(range(5))
    assert provider.closed


def test_pressed_before_anything_is_asked_it_stops_asking() -> None:
    provider, sink = Hanging(100, press, turns=2000), Keeping()
    blocks = jobs(100)

    def pressing() -> Iterator[Sequence[Job]]:
        press(0)
        yield from blocks

    async def cell() -> Ending:
        return run_jobs(pressing(), {"p": provider}, sink)

    ending = asyncio.run(cell())
    assert ending == Ending(interrupted=True, sent=ending.sent)
    assert len(sink.cases) < 100


def test_a_press_that_the_system_hands_to_another_thread_is_noticed() -> None:
    """It does not wake the main thread: what happens too where a press comes just before that thread goes to sleep."""

    def press_here(hanging: int) -> None:
        if hanging <= 2:
            asyncio.get_running_loop().call_later(0.3 * (hanging - 1), signal.pthread_kill, threading.get_ident(), signal.SIGINT)

    provider, sink = Hanging(25, press_here), Keeping()
    ending = in_a_loop(provider, sink)
    assert ending == Ending(interrupted=True, sent=ending.sent)
    assert provider.closed


def test_the_signals_own_handler_is_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    in_a_loop(Hanging(100, press), Keeping())
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_callers_own_handlers_are_back_afterwards(number: signal.Signals) -> None:
    """Also where the engine's loop runs in the main thread."""

    def own(*_: object) -> None:
        """Never called."""

    before = signal.signal(number, own)
    try:
        ending = run_jobs(jobs(10), {"p": Hanging(10, lambda _: None)}, Keeping())
        assert (ending, signal.getsignal(number)) == (Ending(sent=10), own)
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_a_caller_takes_for_the_end_ends_the_asking(number: signal.Signals) -> None:
    heard = []

    def own(*_: object) -> None:
        heard.append(number)

    before = [signal.signal(each, own) for each in (signal.SIGTERM, signal.SIGHUP)]
    try:
        provider, sink = Hanging(100, lambda _: None, turns=2000), Keeping()
        ending = run_jobs(_signalled(number), {"p": provider}, sink)
    finally:
        for each, handler in zip((signal.SIGTERM, signal.SIGHUP), before, strict=True):
            signal.signal(each, handler)
    assert (ending.interrupted, heard) == (True, [])


def test_a_hang_up_that_means_something_else_is_the_callers() -> None:
    heard = []
    before = signal.signal(signal.SIGHUP, lambda *_: heard.append("hang-up"))
    try:
        ending = run_jobs(_signalled(signal.SIGHUP), {"p": Hanging(100, lambda _: None)}, Keeping())
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (ending, heard) == (Ending(sent=100), ["hang-up"])


def _signalled(number: signal.Signals) -> Iterator[Sequence[Job]]:
    blocks = jobs(100)
    yield next(blocks)
    os.kill(os.getpid(), number)
    yield from blocks


def test_beside_the_main_thread_nothing_is_touched() -> None:
    sink = Keeping()
    thread = threading.Thread(target=in_a_loop, args=(Hanging(100, press), sink))
    before = signal.getsignal(signal.SIGINT)
    thread.start()
    thread.join()
    assert len(sink.cases) == 100
    assert signal.getsignal(signal.SIGINT) is before
