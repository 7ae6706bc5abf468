"""The works that every tool of the comparison does."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders import OURS, Contender
from benchmarks.peers import wine


@dataclass(frozen=True, slots=True)
class Work:
    """`times` is how often this program and the floor do it, `peer_times` how often a peer does.

    `cached`: each does it once, unmeasured, and then again with the answers that it has kept. `only`: nobody else does it.
    """

    title: str
    count: int
    latency_ms: int = 0
    times: int = 3
    peer_times: int = 1
    cached: bool = False
    only: tuple[str, ...] = ()

    @property
    def ideal(self) -> float:
        """Seconds that the server's answers alone take, at the concurrency that all have."""
        return self.count * self.latency_ms / 1000 / wine.CONCURRENCY

    def takes(self, contender: Contender) -> bool:
        return (not self.only or contender.name in self.only) and (not self.cached or bool(contender.cached))


@dataclass(frozen=True, slots=True)
class Works:
    asked: Work
    delayed: Work
    one: Work
    again: Work
    again_large: Work

    def all(self) -> tuple[Work, ...]:
        return self.asked, self.delayed, self.one, self.again, self.again_large


def works(many: int, some: int) -> Works:
    return Works(
        asked=Work(f"{many:,} cases, answers without delay", many),
        delayed=Work(f"{some:,} cases, answers after 200 ms", some, latency_ms=200),
        one=Work("one case", 1, times=5, peer_times=3),
        again=Work(f"{some:,} cases again, every answer cached", some, cached=True),
        again_large=Work(f"{many:,} cases again, every answer cached", many, cached=True, only=(OURS,)),
    )


FULL, SMALL = works(10_000, 1_000), works(200, 100)
