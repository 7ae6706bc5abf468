"""The event loop: blocks of jobs are rendered ahead, asked in their models' lanes, and handed back case by case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gemini_eval.engine.interrupts import Presses, in_own_loop, interrupts
from gemini_eval.engine.jobs import Ask, Budget, Elsewhere, Ending, Job, Sink, hand_back, tell_known
from gemini_eval.engine.lane import Lane
from gemini_eval.engine.spending import Spending
from gemini_eval.engine.waits import Waits
from gemini_eval.types import Answer, Provider, Response

DRAIN_S = 4.5
"""So long what is under way may take to end once the run is over: the process has then left within 5 s of Ctrl-C."""


def ask_jobs(
    blocks: Iterator[Sequence[Job]],
    providers: Mapping[str, Provider],
    sink: Sink,
    *,
    slots: int | None,
    budget: Budget,
    elsewhere: Elsewhere | None,
    say: Callable[[str], None],
) -> Ending:
    """As `run_jobs`. Works inside a running event loop too (a notebook): the engine then has a thread of its own."""
    presses = Presses()

    async def work() -> Ending:
        spending = Spending(budget, Ending())
        lanes = {seat: Lane(provider, slots, spending, say) for seat, provider in providers.items()}
        run = _Run(sink, lanes, spending, elsewhere, Waits(elsewhere) if elsewhere else None)
        with interrupts(run.interrupt, presses):
            return await run.through(blocks)

    return in_own_loop(work(), presses)


@dataclass(slots=True)
class _Run:
    sink: Sink
    lanes: Mapping[str, Lane]
    spending: Spending
    elsewhere: Elsewhere | None
    waits: Waits | None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    flights: dict[str, asyncio.Future[Answer | None]] = field(default_factory=dict)
    failure: BaseException | None = None
    _room: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ending(self) -> Ending:
        return self.spending.ending

    @property
    def over(self) -> bool:
        return self.ending.over or self.failure is not None

    async def through(self, blocks: Iterator[Sequence[Job]]) -> Ending:
        """All blocks asked, or the run's end; raises what the sink, the blocks or a provider's bug raise."""
        try:
            await self._feed(blocks)
            await self._drain()
        finally:
            self._stop()
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)
            for lane in self.lanes.values():
                await lane.close()
        if self.failure is not None:
            raise self.failure
        return self.ending

    def interrupt(self) -> None:
        """Ctrl-C once: ask no more and drain. Twice: leave at once."""
        if self.ending.interrupted:
            self._cancel()
            return
        self.ending.interrupted = True
        asyncio.get_running_loop().call_later(DRAIN_S, self._cancel)
        self._check_end()

    # ---- jobs ----------------------------------------------------------------------------------------------

    async def _feed(self, blocks: Iterator[Sequence[Job]]) -> None:
        """Start jobs block by block; the next block is rendered while this one is asked."""
        ahead = asyncio.create_task(asyncio.to_thread(next, blocks, None))
        while (block := await ahead) is not None:
            ahead = asyncio.create_task(asyncio.to_thread(next, blocks, None))
            for job in block:
                if self.over:
                    await asyncio.wait([ahead])  # rendered in vain: the run is over, and only its end matters
                    return
                await self._begin(job)

    async def _begin(self, job: Job) -> None:
        missing = job.missing
        if not missing:
            self._note(hand_back(job, self.sink))
            return
        lane = self.lanes[job.provider]
        await lane.prepare()
        while not lane.has_room and not self.over:
            self._room.clear()
            await self._room.wait()
        lane.pending += 1
        task = asyncio.create_task(self._ask_all(job, lane, missing))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _ask_all(self, job: Job, lane: Lane, missing: Sequence[Ask]) -> None:
        """A case from its first missing answer to its judgement; without all its answers it is not judged."""
        try:
            tell_known(job, self.sink)
            if len(missing) == 1:
                await self._ask(job, lane, missing[0])
            else:
                await asyncio.gather(*(self._ask(job, lane, ask) for ask in missing))
            await asyncio.sleep(0)  # the requests that may go now go first: judging them takes longer than sending
            if not job.missing:
                self._note(self.sink.finished(job))
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self.failure = self.failure or error
        finally:
            lane.pending -= 1
            self._room.set()
            if lane.closed or self.over:
                self._check_end()

    async def _ask(self, job: Job, lane: Lane, ask: Ask) -> None:
        """One sample: asked here, or together with an equal request that is under way here or in another process."""
        flight = self.flights.get(ask.key)
        if flight is None:
            ask.answer = await self._arrived(ask) or self._by_now(ask)
        if ask.answer is None and not self.over:
            flight = self.flights.get(ask.key)
            if flight is None:
                ask.answer = await self._fly(lane, ask)
            else:
                ask.answer, ask.cached = await asyncio.shield(flight), True
        if ask.answer is not None:
            self.sink.answered(job, ask)

    async def _arrived(self, ask: Ask) -> Answer | None:
        if self.waits is None or not ask.elsewhere:
            return None
        record = await self.waits.arrival(ask.key)
        if record is None:
            return None
        ask.cached, ask.at = True, record.at
        return record.answer

    def _by_now(self, ask: Ask) -> Answer | None:
        """The answer to an equal request of this run that has come since the block was rendered."""
        if ask.twin is not None and isinstance(ask.twin.answer, Response):
            ask.cached, ask.at = True, ask.twin.at
            return ask.twin.answer
        record = self.elsewhere.find([ask.key]).get(ask.key) if ask.seen and self.elsewhere is not None else None
        if record is None:
            return None
        ask.cached, ask.at = True, record.at
        return record.answer

    async def _fly(self, lane: Lane, ask: Ask) -> Answer | None:
        flight: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self.flights[ask.key] = flight
        answer: Answer | None = None
        try:
            answer = await lane.answer(ask)
        finally:
            del self.flights[ask.key]
            flight.set_result(answer)
        if answer is not None:
            self.spending.count(answer)
        return answer

    # ---- the end -------------------------------------------------------------------------------------------

    def _note(self, more: bool) -> None:
        """What the sink says of a case: whether more may be asked."""
        self.ending.stopped = self.ending.stopped or not more

    def _check_end(self) -> None:
        """Where every model that is asked is closed, and where the run is over for another reason, nothing more is sent."""
        closed = [lane.closed for lane in self.lanes.values() if lane.closed]
        if len(closed) == len(self.lanes):
            self.spending.cut(closed[0].reason)
        if self.over:
            self._stop()

    def _stop(self) -> None:
        for lane in self.lanes.values():
            lane.stop()
        if self.waits is not None:
            self.waits.stop()
        self._room.set()

    def _cancel(self) -> None:
        for task in self.tasks:
            task.cancel()

    async def _drain(self) -> None:
        """Wait for what is under way: as long as it takes, or `DRAIN_S` once the run is over."""
        while self.tasks and not self.over:
            await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
        if self.tasks and self.failure is None:
            await asyncio.wait(self.tasks, timeout=DRAIN_S)
