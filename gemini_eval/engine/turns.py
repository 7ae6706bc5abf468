"""The queue before one model: who may send the next request, and when."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from gemini_eval.engine.meter import Meter
from gemini_eval.engine.pace import Pace, Token
from gemini_eval.engine.patience import Circuit


@dataclass(frozen=True, slots=True)
class Turn:
    """Leave to send one request; `probe` where it is to find out whether the model answers again."""

    pace: Token
    probe: bool


@dataclass(slots=True)
class Turns:
    """Lets requests start as the pace, the model's limits and the circuit allow. `give_up` is called when the circuit's patience
    is at its end; `stop` lets everything that waits go without leave."""

    pace: Pace
    meter: Meter
    circuit: Circuit
    give_up: Callable[[], None]
    over: bool = False
    _queue: deque[tuple[asyncio.Future[Turn | None], int]] = field(default_factory=deque)
    _pauses: set[asyncio.Future[None]] = field(default_factory=set)
    _alarm: asyncio.TimerHandle | None = None
    _alarm_at: float = math.inf

    async def take(self, tokens: int, *, again: bool) -> Turn | None:
        """Wait for leave to send a request of so many input tokens; None where the run is over. `again` goes before the rest."""
        if self.over:
            return None
        if not self._queue and self._delay(tokens, now()) == 0:
            return self._start(tokens)
        future: asyncio.Future[Turn | None] = asyncio.get_running_loop().create_future()
        (self._queue.appendleft if again else self._queue.append)((future, tokens))
        self.pump()
        return await future

    async def pause(self, seconds: float) -> bool:
        """Wait, or until the run is over: then False."""
        if self.over:
            return False
        pause: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pauses.add(pause)
        timer = asyncio.get_running_loop().call_later(seconds, _wake, pause)
        self._watch()
        await pause
        timer.cancel()
        self._pauses.discard(pause)
        return not self.over

    def pump(self) -> None:
        """Let start what may start now. The rest waits for an alarm, or for the end of a request that is under way."""
        while self._queue and not self.over:
            moment = now()
            future, tokens = self._queue[0]
            delay = self._delay(tokens, moment)
            if delay > 0:
                self._set_alarm(moment + delay)
                break
            self._queue.popleft()
            if not future.done():
                future.set_result(self._start(tokens))
        self._watch()

    def stop(self) -> None:
        """Nothing more is sent; what is under way may still end."""
        self.over = True
        for future, _ in self._queue:
            if not future.done():
                future.set_result(None)
        self._queue.clear()
        for pause in self._pauses:
            _wake(pause)
        if self._alarm is not None:
            self._alarm.cancel()

    def _delay(self, tokens: int, moment: float) -> float:
        return max(self.pace.may_start(moment), self.circuit.may_start(moment), self.meter.ready_in(tokens, moment))

    def _start(self, tokens: int) -> Turn:
        moment = now()
        self.meter.take(tokens, moment)
        return Turn(self.pace.started(moment), self.circuit.started())

    def _watch(self) -> None:
        """Look again when the circuit's patience ends, if anything waits for it then."""
        if self.circuit.ends_at != math.inf and (self._queue or self._pauses):
            self._set_alarm(max(self.circuit.ends_at, now()))

    def _set_alarm(self, at: float) -> None:
        """At the earlier of `at` and what is set already; `at` may be infinite: then something under way ends first."""
        if at == math.inf or (self._alarm is not None and self._alarm_at <= at):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = at
        self._alarm = asyncio.get_running_loop().call_at(at, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self.circuit.given_up(now()):
            self.give_up()
        else:
            self.pump()


def now() -> float:
    """Seconds on the clock of the running loop."""
    return asyncio.get_running_loop().time()


def _wake(pause: asyncio.Future[None]) -> None:
    if not pause.done():
        pause.set_result(None)
