"""A client with a `Pace` against a server with a quota, as a simulation: a virtual clock, a heap of events, a seeded random.

Nothing waits, so a minute of throttling takes a fraction of a second, and the same seed gives the same minute.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gemini_eval.engine.pace import Pace, Token
from gemini_eval.engine.patience import backoff

RetryAfter: TypeAlias = Literal["none", "header", "info"]


@dataclass(frozen=True, slots=True)
class Reply:
    """When it arrives, whether the request was admitted, and how long the server asks to wait."""

    at: float
    admitted: bool
    retry_after_s: float | None = None


@dataclass(slots=True)
class Server:
    """Takes `speed` requests a second whatever is in flight, in their order, and answers each after `latency_s` more.

    From `since` to `until` it admits `rate` requests a second by a bucket of `capacity`, full at first. Refusals take as long as
    answers, or `refusal_s`. `retry_after` is how it tells when there will be a place again: not at all, in whole seconds as the
    HTTP header does, or exactly as RetryInfo does.
    """

    latency_s: float = 0.0
    speed: float = 1000.0
    rate: float = math.inf
    capacity: float = 1.0
    since: float = 0.0
    until: float = math.inf
    retry_after: RetryAfter = "none"
    refusal_s: float | None = None
    _free: float = 0.0
    _level: float = math.inf
    _at: float = 0.0

    def serve(self, now: float) -> Reply:
        self._free = max(self._free, now) + 1 / self.speed
        if self._admits(self._free):
            return Reply(self._free + self.latency_s, True)
        lacking = (1 - self._level) / self.rate
        wish = {"none": None, "header": float(max(1, math.ceil(lacking))), "info": lacking}[self.retry_after]
        return Reply(self._free + (self.latency_s if self.refusal_s is None else self.refusal_s), False, wish)

    def _admits(self, now: float) -> bool:
        if not self.since <= now < self.until or self.rate == math.inf:
            return True
        self._level = min(self.capacity, self._level + (now - self._at) * self.rate)
        self._at = now
        admitted = self._level >= 1
        self._level -= admitted
        return admitted


@dataclass(slots=True)
class Trace:
    """When each call was sent, each refusal and each answer came, and the width and rate at each call."""

    calls: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    widths: list[tuple[int, int]] = field(default_factory=list)
    """In flight, and the most that may be."""

    def rate(self, times: Sequence[float], begin: float, end: float) -> float:
        """How many of `times` fall into each second from `begin` to `end`."""
        return (bisect.bisect_left(times, end) - bisect.bisect_left(times, begin)) / (end - begin)


@dataclass(slots=True)
class Client:
    """Asks `work` requests, each again until it is answered.

    Its timers are up to `late_s` late, a request takes up to `uplink_s` to the server, and an answer's time varies by the share
    `jitter` to both sides. Of requests that are waiting or under way it takes on `room` times the pace's width.
    """

    pace: Pace
    server: Server
    work: float = math.inf
    seed: int = 1
    late_s: float = 0.001
    uplink_s: float = 0.0005
    jitter: float = 0.0
    room: float = 2.0
    trace: Trace = field(default_factory=Trace)
    now: float = 0.0
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)
    _again: deque[int] = field(default_factory=deque)
    _pending: int = 0
    _alarm: float = math.inf
    _random: random.Random = field(default_factory=random.Random)

    def run(self, until: float = math.inf) -> Trace:
        """Until all is answered, or that time; `now` is then the end."""
        self._random.seed(self.seed)
        self._after(0.0, self._pump)
        while self._events and self._events[0][0] <= until:
            self.now, _, what = heapq.heappop(self._events)
            what()
        return self.trace

    def _after(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + seconds, next(self._order), what))

    def _pump(self) -> None:
        while self._again or (self.work > 0 and self._pending <= self.room * self.pace.limit):
            wait = self.pace.may_start(self.now)
            if wait > 0:
                self._ring_in(wait)
                return
            if self._again:
                self._send(self._again.popleft())
            else:
                self.work -= 1
                self._pending += 1
                self._send(1)

    def _ring_in(self, wait: float) -> None:
        if self.now + wait < self._alarm:
            self._alarm = self.now + wait
            self._after(wait + self._random.random() * self.late_s, self._ring)

    def _ring(self) -> None:
        self._alarm = math.inf
        self._pump()

    def _send(self, attempt: int) -> None:
        token = self.pace.started(self.now)
        self.trace.calls.append(self.now)
        self.trace.widths.append((self.pace.in_flight, self.pace.limit))
        self._after(self._random.random() * self.uplink_s, lambda: self._arrive(token, attempt))

    def _arrive(self, token: Token, attempt: int) -> None:
        reply = self.server.serve(self.now)
        varied = 1 + self.jitter * self._random.uniform(-1, 1)
        self._after((reply.at - self.now) * varied, lambda: self._hear(reply, token, attempt))

    def _hear(self, reply: Reply, token: Token, attempt: int) -> None:
        if reply.admitted:
            self.pace.delivered(token, self.now)
            self.trace.answers.append(self.now)
            self._pending -= 1
        else:
            self.pace.congested(token, self.now, reply.retry_after_s)
            self.trace.refusals.append(self.now)
            wait = backoff(attempt, self._random.random, reply.retry_after_s)
            self._after(wait, lambda: self._ask_again(attempt + 1))
        self._pump()

    def _ask_again(self, attempt: int) -> None:
        self._again.append(attempt)
        self._pump()


@dataclass(frozen=True, slots=True)
class Minute:
    """What a throttled minute cost: calls for each answer, time as a multiple of the bucket's own for as many answers, and the
    seconds after its end until as many answers a second came as before."""

    calls: float
    time: float
    recovery_s: float


def throttled_minute(
    pace: Pace, server: Server, *, share: float, capacity_s: float, seed: int = 1, jitter: float = 0.0
) -> Minute:
    """Ten seconds freely, a minute in which `share` of the server's speed is admitted by a bucket of `capacity_s` seconds' worth
    (at least one request), and ten seconds freely again."""
    begin, end = 10.0, 70.0
    server.rate = server.speed * share
    server.capacity = max(1.0, capacity_s * server.rate)
    server.since, server.until = begin, end
    trace = Client(pace, server, jitter=jitter).run(until=end + 10)
    answered = 60 * trace.rate(trace.answers, begin + server.latency_s, end + server.latency_s)
    former = trace.rate(trace.answers, begin - 2, begin)
    tenths = (k / 10 for k in range(90))
    recovery = next((s for s in tenths if trace.rate(trace.answers, end + s, end + s + 1) >= 0.9 * former), math.inf)
    return Minute(60 * trace.rate(trace.calls, begin, end) / answered, (server.capacity + 60 * server.rate) / answered, recovery)
