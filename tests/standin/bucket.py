"""A token bucket that is told the time."""

from __future__ import annotations


class TokenBucket:
    """Admits `rate` calls a second, `capacity` at once; full when it begins. Times are seconds of any clock."""

    def __init__(self, rate: float, capacity: float, now: float) -> None:
        self.rate, self.capacity = rate, capacity
        self._tokens, self._at = capacity, now

    def take(self, now: float) -> float:
        """0.0 where the call is admitted, else the seconds until the next one could be; a refused call costs nothing."""
        self._tokens = min(self.capacity, self._tokens + max(0.0, now - self._at) * self.rate)
        self._at = max(self._at, now)
        if self._tokens >= 1.0 - 1e-9:
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / self.rate
