"""How long to go on with a server that does not deliver: waits between attempts, a budget for retries, and a circuit.

Three scales, each a pure part that is told the time:

- one request: `backoff` says when to ask again, `may_retry` whether to;
- all requests of a model: `RetryBudget` keeps retries a small share of the work, so that a server in trouble is not asked more
  because it is in trouble;
- the run: `Circuit` lets single probes through while nothing at all is answered, and says when to give up.

Sources: "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015) for equal jitter; "Site Reliability Engineering",
chapter 21, for retry budgets.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from gemini_eval.trouble import Trouble

BACKOFF_BASE_S, BACKOFF_MOST_S = 0.5, 32.0
PASSING_ATTEMPTS = 5
OPENS_AFTER = 10
DEFAULT_WAIT_S = 120.0


def backoff(attempt: int, random: Callable[[], float], retry_after_s: float | None = None) -> float:
    """Seconds to wait after the `attempt`-th attempt (from 1) failed: 0.5 s, doubling, at most 32 s; half of it is random.

    What the server asks for is a floor, to which up to a tenth is added so that not all come back at the same moment. `random`
    gives numbers in [0, 1).
    """
    whole = min(BACKOFF_MOST_S, BACKOFF_BASE_S * 2.0 ** min(attempt - 1, 30))
    drawn = random()
    return max(whole / 2 * (1 + drawn), (retry_after_s or 0.0) * (1 + drawn / 10))


def may_retry(trouble: Trouble, attempts: int) -> bool:
    """Whether a request that met `trouble` is worth asking again after `attempts` attempts that count.

    Congestion has no number of attempts, only the run's patience; attempts made while the circuit is open say nothing of the
    request and should not be counted.
    """
    return trouble is Trouble.CONGESTED or (trouble is Trouble.PASSING and attempts < PASSING_ATTEMPTS)


class RetryBudget:
    """How many retries the passing troubles of one model may cost: a bucket of `most` that each answer fills by `share`.

    It also fills by `per_second`, so that the last requests of a run, after which no answer pays in, still get their turn. A
    retry without budget waits for it; it is not lost.
    """

    __slots__ = ("_at", "_level", "_most", "_per_second", "_share")

    def __init__(self, *, most: float = 100.0, share: float = 0.2, per_second: float = 1.0) -> None:
        self._most, self._share, self._per_second = most, share, per_second
        self._level, self._at = most, -math.inf

    def paid(self) -> None:
        """An answer came."""
        self._level = min(self._most, self._level + self._share)

    def ready_in(self, now: float) -> float:
        """Seconds until a retry may start; 0.0: now."""
        lacking = 1.0 - self._filled(now)
        return lacking / self._per_second if lacking > 1e-9 else 0.0

    def take(self, now: float) -> None:
        """A retry starts."""
        self._level = self._filled(now) - 1.0
        self._at = now

    def _filled(self, now: float) -> float:
        """The bucket is full before its first use, so the time before that does not matter."""
        return min(self._most, self._level + max(0.0, now - self._at) * self._per_second)


class Circuit:
    """Whether one model answers at all: open after `opens_after` failures in a row, closed again by the first answer.

    Open, it lets one request through at a time, each failed one followed by a longer wait (`backoff`). The run should give up
    once `wait_s` have passed without an answer since the first failure or refusal; what waits is asked when the run is resumed.
    Each `started` is followed by exactly one `answered`, `failed` or `congested`.
    """

    __slots__ = (
        "_failures",
        "_in_flight",
        "_latest",
        "_next",
        "_opens_after",
        "_probes",
        "_probing",
        "_random",
        "_since",
        "_wait_s",
    )

    def __init__(self, random: Callable[[], float], *, wait_s: float = DEFAULT_WAIT_S, opens_after: int = OPENS_AFTER) -> None:
        self._random, self._wait_s, self._opens_after = random, wait_s, opens_after
        self._in_flight = self._failures = self._probes = 0
        self._probing = False
        self._since = self._next = math.inf
        self._latest = -math.inf

    @property
    def open(self) -> bool:
        return self._failures >= self._opens_after

    @property
    def ends_at(self) -> float:
        """When patience ends if nothing is answered until then; inf while all is well."""
        return self._since + self._wait_s

    def may_start(self, now: float) -> float:
        """0.0: go; > 0: seconds until the next probe; inf: once the present one has come back."""
        if not self.open:
            return 0.0
        if self._probing:
            return math.inf
        return max(0.0, self._next - now)

    def started(self) -> bool:
        """Whether this request is a probe, which `failed` and `congested` want to know."""
        self._in_flight += 1
        self._probing = self.open
        return self._probing

    def answered(self) -> None:
        """An answer, or an error of that request alone: the server is there."""
        self._in_flight -= 1
        self._failures = self._probes = 0
        self._probing = False
        self._since = math.inf

    def failed(self, probe: bool, now: float) -> None:
        """A passing trouble."""
        was_open = self.open
        self._failures += 1
        self._troubled(now)
        if probe or (self.open and not was_open):
            self._probe_later(now)

    def congested(self, probe: bool, now: float) -> None:
        """A refusal: the pace slows down, the circuit only counts the time."""
        self._troubled(now)
        if probe:
            self._probe_later(now)

    def given_up(self, now: float) -> bool:
        """Whether patience is at its end: its time is over, and nothing sent since is still to be heard of."""
        return now >= self.ends_at and (self._in_flight == 0 or self._latest >= self.ends_at)

    def _troubled(self, now: float) -> None:
        self._in_flight -= 1
        self._since = min(self._since, now)
        self._latest = now

    def _probe_later(self, now: float) -> None:
        self._probes += 1
        self._probing = False
        self._next = now + backoff(self._probes, self._random)
