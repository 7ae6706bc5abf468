"""How many requests of one model may be in flight, and how fast they may start: learned from what comes back.

Two brakes, because neither does alone. The *width* (how many at once) finds out what the server and the way to it can carry,
but where answers come at once a single slot is already too fast for a quota. The *rate* (starts a second) follows a quota; there
is none before the first refusal (429), and none again once it no longer binds.

The width starts at 20, doubles after each round (as many answers as it is wide) in which it was full and nothing was refused,
and is cut to 0.8 once in a round with refusals, as long as at least half of it is in use. A doubling that brings no more answers
a second is taken back, and tried again later: what is more in flight only waits in the server's queue.

The rate aims at some 3 % refusals: one takes off about what 40 answers add. So it need not know what kind of quota there is.
Beyond the rate of a bucket that holds seconds' worth, refusals grow in number little by little, and the rate stays just above it;
beyond that of a bucket that holds one request, every second one is refused, and the rate stays just below. Four things keep it
steady, where answers take long too:

- a step is the smaller the more requests are on the way, whose answers say nothing yet of the step before;
- a refusal is held against the rate at which its own request started, as the share of refusals since the first one of its
  window, so that many refusals of one moment count once;
- after a cut the rate goes quickly back to where refusals began, and gently beyond;
- only where nothing is refused for seconds does the gentle growth triple, again and again: so a quota that is gone is forgotten.

All is pure: who calls says what time it is, in seconds of any clock that never goes back.

Sources: DCTCP (RFC 8257) and the client-side throttling of "Site Reliability Engineering", chapter 21, for the aim at a share of
refusals; CUBIC (RFC 9438) for the way back to a known bound.
"""

from __future__ import annotations

import math

START, MOST = 20, 1000
CUT = 0.8
GAIN = 1.25
"""How many times as many answers a second a doubled width must bring to stay."""
MOST_REST = 16
"""Rounds until a doubling is tried again; 1 at first."""

SAMPLE = 20
"""Requests that a guess rests on: fewer are chance."""
REFUSED_SHARE = 0.03
NEAR_BOUND = 0.97
DEEPEST_CUT = 0.75
LOWEST_RATE = 0.5
FASTEST_STEP = 2.0
"""Starts a second that one answer may add: the rate then grows by e² in a second at most."""
CALM_S, LONG_CALM_S = 1.0, 2.0
BOOST = 3.0
LATE_S = 0.001
"""What an event loop's timer may be late; more is not caught up, since requests that start together are refused together."""
NOW_S = 1e-6
"""A wait that is not worth waiting."""


class Token:
    """One request in flight: its number among all started, when it started, and at which rate (None: freely)."""

    __slots__ = ("at", "number", "rate")

    def __init__(self, number: int, at: float, rate: float | None) -> None:
        self.number, self.at, self.rate = number, at, rate


class Pace:
    """Ask `may_start`, then `started`; when the request is over exactly one of `delivered`, `congested` and `failed`.

    `fixed` is a width that never changes (as the user said, or a provider's own slots); the rate is learned all the same.
    """

    __slots__ = ("_in_flight", "_next", "_rate", "_started", "_streak", "_width")

    def __init__(self, *, fixed: int | None = None, start: int = START, most: int = MOST) -> None:
        self._width = _Width(min(start, most) if fixed is None else fixed, most if fixed is None else None)
        self._rate = _Rate()
        self._in_flight = self._started = self._streak = 0
        self._next = -math.inf

    @property
    def limit(self) -> int:
        """How many may be in flight at once."""
        return self._width.limit

    @property
    def in_flight(self) -> int:
        return self._in_flight

    @property
    def rate(self) -> float | None:
        """Starts a second, None where nothing limits them."""
        return self._rate.value

    def may_start(self, now: float) -> float:
        """0.0: go; > 0: seconds until it is worth asking again; inf: when a request ends."""
        if self._in_flight >= self._width.limit:
            self._width.full = True
            return math.inf
        wait = self._next - now
        return wait if wait > NOW_S else 0.0

    def started(self, now: float) -> Token:
        self._in_flight += 1
        self._started += 1
        rate = self._rate.value
        if rate is not None:
            self._next = max(self._next, now - LATE_S) + 1 / rate
        return Token(self._started, now, rate)

    def delivered(self, token: Token, now: float) -> None:
        """An answer, whatever it says."""
        self._in_flight -= 1
        if self._rate.value is not None:
            self._rate.grow(now, afresh=self._streak >= 2 * SAMPLE)
        self._streak = 0
        self._width.answered(token, now)

    def congested(self, token: Token, now: float, retry_after_s: float | None) -> None:
        """A refusal for lack of capacity or quota.

        The server's wish to wait is about this request; it stops all of them only where all are refused.
        """
        self._in_flight -= 1
        self._streak += 1
        self._rate.refused(token, self._started, self._streak, now)
        self._width.refused(self._in_flight)
        if retry_after_s is not None and self._streak >= SAMPLE:
            self._next = max(self._next, now + retry_after_s)

    def failed(self, token: Token, now: float) -> None:
        """Ended without an answer, and no sign of congestion."""
        self._in_flight -= 1


class _Width:
    """How many may be in flight; `most` is None where that is fixed."""

    __slots__ = ("_answers", "_began", "_clean", "_most", "_next_rest", "_on_trial", "_rest", "_speed", "full", "limit")

    def __init__(self, limit: int, most: int | None) -> None:
        self.limit, self._most = limit, most
        self.full, self._clean = False, True
        self._answers = self._rest = 0
        self._began: float | None = None
        self._speed, self._on_trial, self._next_rest = 0.0, False, 1

    def answered(self, token: Token, now: float) -> None:
        if self._most is None:
            return
        self._answers += 1
        if self._answers < self.limit:
            return
        speed = self._answers / max(now - (token.at if self._began is None else self._began), NOW_S)
        if self.full and self._clean:
            self._widen(speed, self._most)
        self._answers, self._began, self.full, self._clean = 0, now, False, True

    def refused(self, in_flight: int) -> None:
        """Cut, but once a round: answers take longer than refusals, and tell only then what the cut has done.

        Where less than half of the width is in use it is the rate that has to give way.
        """
        if self._most is not None and self._clean and in_flight >= self.limit // 2:
            self.limit = max(1, int(self.limit * CUT))
        self._clean, self._on_trial, self._rest = False, False, 0

    def _widen(self, speed: float, most: int) -> None:
        """After a clean round at `speed` answers a second: double, or take back a doubling that brought nothing."""
        if self._rest:
            self._rest -= 1
        elif self._on_trial and speed < self._speed * GAIN:
            self._on_trial = False
            self.limit = max(1, self.limit // 2)
            self._rest, self._next_rest = self._next_rest, min(MOST_REST, self._next_rest * 2)
        else:
            if self._on_trial:
                self._next_rest = 1
            self._speed, self._on_trial = speed, self.limit < most
            self.limit = min(most, self.limit * 2)


class _Rate:
    """Starts a second that the server admits, as far as refusals have taught it. `value` is None before the first."""

    __slots__ = ("_boost", "_bound", "_calm", "_calm_rate", "_calm_since", "_edge", "_first", "_lag", "_refused", "value")

    def __init__(self) -> None:
        self.value: float | None = None
        self._bound = 0.0
        """The rate at which the latest refusals began."""
        self._lag = SAMPLE
        """Requests on the way while a refusal comes back, and a sample."""
        self._edge = self._first = self._refused = 0
        """The window of refusals: the last number in it, the first one refused, and how many were."""
        self._calm, self._calm_since, self._calm_rate, self._boost = 0, 0.0, 0.0, 1.0
        """Answers since a moment without refusals, that moment, the rate then, and how much faster than gently it grows."""

    def refused(self, token: Token, started: int, streak: int, now: float) -> None:
        """Slow down; `streak` is how many were refused since the last answer."""
        if token.number < self._first:
            return
        since = started - token.number
        value = self.value if self.value is not None else max(LOWEST_RATE, (since + 1) / max(now - token.at, LATE_S))
        opens = token.number > self._edge
        sent = token.rate if token.rate is not None else (value if opens else self._bound)
        if opens:
            self._edge, self._first, self._refused, self._bound = started, token.number, 0, sent
        self._refused += 1
        sample = max(self._refused, token.number - self._first + 1)
        share = min(DEEPEST_CUT, self._refused / (sample + SAMPLE / (1 + streak / 4)))
        self._lag = SAMPLE + since
        self.value = min(value, max(LOWEST_RATE, sent * (1 - share)))
        self._calm_from(now, 1.0)

    def grow(self, now: float, afresh: bool) -> None:
        """An answer came; `afresh` after so many refusals in a row that what was learned before says nothing."""
        value = self.value
        assert value is not None
        if afresh:
            self._bound, self._boost = 0.0, self._lag / (2 * REFUSED_SHARE)
        goal = NEAR_BOUND * self._bound
        gently = value * REFUSED_SHARE / self._lag
        if value < goal:
            self.value = min(goal, value + gently + 2 * (goal - value) / self._lag)
            self._calm_from(now, self._boost)
            return
        self.value = value + min(FASTEST_STEP, self._boost * gently)
        self._calm += 1
        span = now - self._calm_since
        if span >= CALM_S and (self._calm >= SAMPLE or span >= LONG_CALM_S):
            binds = self._calm_rate <= 2 * self._calm / span
            self._calm_from(now, self._boost * BOOST)
            self.value = self.value if binds else None

    def _calm_from(self, now: float, boost: float) -> None:
        self._calm, self._calm_since, self._calm_rate, self._boost = 0, now, self.value or 0.0, boost
