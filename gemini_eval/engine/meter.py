"""Limits that are known beforehand, as token buckets: requests a minute, input tokens a minute.

A quota's minute is a window on the server's side, and nobody tells when it begins. A bucket that held a minute's worth would ask
for twice the quota in its first minute, and for too much after another run that ended a moment ago. So a bucket here holds one
second's worth, and fills a little more slowly than the quota, such that no minute, wherever it begins, sees more than the limit.
That costs 1/60 of the speed, and two runs in a row overstep by one second's worth at most.
"""

from __future__ import annotations

import math

from gemini_eval.types import Limits

MINUTE_S = 60.0
NOTHING = 1e-9
"""Rounding: what is lacking less than this is not lacking, so that waiting as long as told is always enough."""


class Bucket:
    """One limit a minute in units of which the smallest request takes `least`: full at first, filled continuously.

    A request larger than the bucket goes when the bucket is full and leaves a debt; only such a one can make a minute see more
    than the limit, by its own size at most.
    """

    __slots__ = ("_at", "_level", "_most", "_per_second")

    def __init__(self, per_minute: float, *, least: float) -> None:
        self._most = max(least, per_minute / MINUTE_S)
        self._per_second = (per_minute - (self._most - least)) / MINUTE_S
        self._level, self._at = self._most, -math.inf

    def ready_in(self, amount: float, now: float) -> float:
        lacking = min(amount, self._most) - self._filled(now)
        return lacking / self._per_second if lacking > NOTHING * self._most else 0.0

    def take(self, amount: float, now: float) -> None:
        """A negative amount gives back."""
        self._level = min(self._most, self._filled(now) - amount)
        self._at = now

    def _filled(self, now: float) -> float:
        """The bucket is full before its first use, so the time before that does not matter."""
        return min(self._most, self._level + max(0.0, now - self._at) * self._per_second)


class Meter:
    """What one model may be asked by its `Limits`; without limits everything may start at once. Times are in seconds."""

    __slots__ = ("_requests", "_tokens")

    def __init__(self, limits: Limits) -> None:
        requests, tokens = limits.requests_per_minute, limits.input_tokens_per_minute
        self._requests = Bucket(requests, least=1.0) if requests is not None else None
        self._tokens = Bucket(tokens, least=0.0) if tokens is not None else None

    def ready_in(self, tokens: int, now: float) -> float:
        """Seconds until a request with this many input tokens may start; 0.0: now."""
        requests = self._requests.ready_in(1.0, now) if self._requests is not None else 0.0
        return max(requests, self._tokens.ready_in(tokens, now)) if self._tokens is not None else requests

    def take(self, tokens: int, now: float) -> None:
        """A request starts; `tokens` may be an estimate."""
        if self._requests is not None:
            self._requests.take(1.0, now)
        if self._tokens is not None:
            self._tokens.take(tokens, now)

    def settle(self, estimated: int, actual: int, now: float) -> None:
        """What was taken as an estimate is known: too much is given back, too little is owed."""
        if self._tokens is not None:
            self._tokens.take(actual - estimated, now)
