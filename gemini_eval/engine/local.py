"""The engine on one machine: where everything is answered already it goes from job to job, else an event loop asks."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from gemini_eval.engine.jobs import Budget, Elsewhere, Ending, Job, Sink, hand_back
from gemini_eval.engine.signals import ending_signals
from gemini_eval.types import Provider


def run_jobs(
    blocks: Iterator[Sequence[Job]],
    providers: Mapping[str, Provider],
    sink: Sink,
    *,
    slots: int | None = None,
    budget: Budget | None = None,
    elsewhere: Elsewhere | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> Ending:
    """Ask for everything that `blocks` lack, within the budget. `slots` requests at once for each provider; without a number each
    provider's pace finds out how many it takes. `elsewhere` knows what other processes are asking.

    Raises what the sink, the blocks or a provider's bug raise, after what was in flight has been given up, and `InputError` where
    credentials are missing; `ProviderError` never: it becomes a `Failure`.
    """
    if not providers:
        return _hand_back_all(blocks, sink)
    from gemini_eval.engine.loop import ask_jobs

    return ask_jobs(blocks, providers, sink, slots=slots, budget=budget or Budget(), elsewhere=elsewhere, say=say)


def _hand_back_all(blocks: Iterator[Sequence[Job]], sink: Sink) -> Ending:
    """Recordings, and answers that the data has: nobody is there to be asked, so no job lacks anything."""
    ending = Ending()
    with _interrupts(ending):
        for job in (job for block in blocks for job in block):
            assert not job.missing, job.provider
            ending.stopped = not hand_back(job, sink)
            if ending.stopped or ending.interrupted:
                break
    return ending


@contextlib.contextmanager
def _interrupts(ending: Ending) -> Iterator[None]:
    """Ctrl-C once: the case at hand is the last. Twice: leave at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: object) -> None:
        if ending.interrupted:
            raise KeyboardInterrupt
        ending.interrupted = True

    before = {number: signal.signal(number, interrupt) for number in ending_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
