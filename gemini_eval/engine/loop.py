"""The event loop: blocks of jobs are rendered ahead, asked within each provider's slots, and handed back case by case."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gemini_eval.engine.jobs import Ask, Budget, Ending, Job, Sink, hand_back, tell_known
from gemini_eval.types import Failure, Provider, ProviderError, Response

DEFAULT_SLOTS = 20
DRAIN_S = 5.0
T = TypeVar("T")


@dataclass(slots=True)
class _Run:
    sink: Sink
    providers: Mapping[str, Provider]
    slots: Mapping[str, asyncio.Semaphore]
    room: asyncio.Semaphore
    budget: Budget
    sent: int = 0
    cost_micros: int = 0
    ending: Ending = field(default_factory=Ending)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    failure: BaseException | None = None

    @property
    def over(self) -> bool:
        ending = self.ending
        return ending.interrupted or ending.stopped or ending.spent or self.failure is not None

    def take(self) -> bool:
        """Whether the budget allows one more request, which is then counted."""
        budget = self.budget
        spent = budget.requests is not None and self.sent >= budget.requests
        spent = spent or (budget.cost_micros is not None and self.cost_micros >= budget.cost_micros)
        self.ending.spent = self.ending.spent or spent
        self.sent += not spent
        return not spent


def ask_jobs(
    blocks: Iterator[Sequence[Job]], providers: Mapping[str, Provider], sink: Sink, slots: int | None, budget: Budget
) -> Ending:
    """As `run_jobs`. Works inside a running event loop too (a notebook): the engine then has a thread of its own."""
    presses = _Presses()
    return _in_own_loop(_run(blocks, providers, sink, slots, budget, presses=presses), presses)


async def _run(
    blocks: Iterator[Sequence[Job]],
    providers: Mapping[str, Provider],
    sink: Sink,
    slots: int | None,
    budget: Budget,
    *,
    presses: _Presses,
) -> Ending:
    limits = {name: _limit(provider, slots) for name, provider in providers.items()}
    run = _Run(
        sink,
        providers,
        {name: asyncio.Semaphore(limit) for name, limit in limits.items()},
        asyncio.Semaphore(2 * sum(limits.values()) + 1),
        budget,
    )
    with _interrupts(run, presses):
        try:
            await _feed(run, blocks)
            await _drain(run)
        finally:
            for task in run.tasks:
                task.cancel()
            await asyncio.gather(*run.tasks, return_exceptions=True)
            for provider in providers.values():
                await provider.close()
    if run.failure is not None:
        raise run.failure
    return run.ending


def _limit(provider: Provider, slots: int | None) -> int:
    wanted = slots or DEFAULT_SLOTS
    return min(wanted, provider.slots) if provider.slots else wanted


async def _feed(run: _Run, blocks: Iterator[Sequence[Job]]) -> None:
    """Start jobs block by block; the next block is rendered while this one is asked."""
    ahead = asyncio.create_task(asyncio.to_thread(next, blocks, None))
    while (block := await ahead) is not None:
        ahead = asyncio.create_task(asyncio.to_thread(next, blocks, None))
        for job in block:
            if run.over:
                await asyncio.wait([ahead])  # rendered in vain: the run is over, and only its end matters
                return
            await _start(run, job)


async def _start(run: _Run, job: Job) -> None:
    missing = job.missing
    if not missing:
        run.ending.stopped = not hand_back(job, run.sink) or run.ending.stopped
        return
    await run.room.acquire()
    task = asyncio.create_task(_ask_all(run, job, missing))
    run.tasks.add(task)
    task.add_done_callback(run.tasks.discard)


async def _ask_all(run: _Run, job: Job, missing: Sequence[Ask]) -> None:
    try:
        tell_known(job, run.sink)
        await asyncio.gather(*(_ask(run, job, ask) for ask in missing))
        run.ending.stopped = not run.sink.finished(job) or run.ending.stopped
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        run.failure = run.failure or error
    finally:
        run.room.release()


async def _ask(run: _Run, job: Job, ask: Ask) -> None:
    assert ask.request is not None
    async with run.slots[job.provider]:
        if run.over or not run.take():
            raise asyncio.CancelledError
        try:
            ask.answer = await run.providers[job.provider].ask(ask.request)
        except ProviderError as error:
            ask.answer = Failure(error.outcome, f"{error.reason} ({error.hint})" if error.hint else error.reason)
    if isinstance(ask.answer, Response) and ask.answer.cost_micros:
        run.cost_micros += ask.answer.cost_micros
    run.sink.answered(job, ask)


async def _drain(run: _Run) -> None:
    """Wait for what is in flight: as long as it takes, or `DRAIN_S` once the run is over."""
    while run.tasks and not run.over:
        await asyncio.wait(run.tasks, return_when=asyncio.FIRST_COMPLETED)
    if run.tasks and run.failure is None:
        await asyncio.wait(run.tasks, timeout=DRAIN_S)


class _Presses:
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
def _interrupts(run: _Run, presses: _Presses) -> Iterator[None]:
    """Ctrl-C once: ask no more and drain. Twice: leave at once."""
    loop = asyncio.get_running_loop()

    def give_up() -> None:
        for task in run.tasks:
            task.cancel()

    def interrupt() -> None:
        if run.ending.interrupted:
            give_up()
        else:
            loop.call_later(DRAIN_S, give_up)
        run.ending.interrupted = True

    if threading.current_thread() is not threading.main_thread():
        presses.lead_to(interrupt)
        yield
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _in_own_loop(work: Coroutine[Any, Any, T], presses: _Presses) -> T:
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


def _in_thread(work: Callable[[], T], presses: _Presses) -> T:
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
        done.wait()
    if failure:
        raise failure[0]
    return result[0]


@contextlib.contextmanager
def _heard(presses: _Presses) -> Iterator[None]:
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
