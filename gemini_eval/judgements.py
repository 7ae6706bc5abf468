"""What judges said, as a run keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heard:
    """What each judge of a rubric said of one answer: 1 for yes, 0 for no, or a score on `scale`, a yes from `threshold` on.
    `asked` are all that were, `values` those that gave a verdict."""

    asked: tuple[str, ...]
    values: Mapping[str, float]
    scale: tuple[int, int] | None = None
    threshold: float | None = None

    @property
    def jurors(self) -> int:
        return len(self.asked)


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """Whether judges prefer a case's answer to that of the variant `over`: `share` is 1 for a win, 0.5 for a tie, 0 for a loss,
    None where the pair was not delivered. `orders` is what each judge chose with this answer shown first, and then second: first,
    second, tie, or '' for a broken reply; empty where nobody had to be asked."""

    over: str
    share: float | None
    reason: str = ""
    orders: Mapping[str, tuple[str, str]] = field(default_factory=dict)
