"""What is compared, before and after it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gemini_eval.comparison.model import Kind, Moved, Side
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import Workspace
from gemini_eval.verbs.check.asking import Asker
from gemini_eval.verbs.check.judged import Sides
from gemini_eval.verbs.check.pairs import SuitePair
from gemini_eval.verbs.check.rounds import Asking
from gemini_eval.verbs.check.survey import Surveyed
from gemini_eval.verbs.prepare import Prepared


@dataclass(frozen=True, slots=True)
class Session:
    """Two sides, ready to be asked. `policy` is the workspace that binds, `moved` and `notes` what is known beforehand, `command`
    how to do the same again."""

    kind: Kind
    pairs: tuple[SuitePair, ...]
    prepared: Prepared
    sides: tuple[Side, Side]
    policy: Workspace
    moved: tuple[Moved, ...] = ()
    notes: tuple[str, ...] = ()
    command: str = ""

    @property
    def heads(self) -> tuple[Suite, ...]:
        return tuple(pair.head for pair in self.pairs)

    @property
    def suites(self) -> tuple[Suite, ...]:
        """Both sides', whose models are opened."""
        return (*self.heads, *(pair.asked_base for pair in self.pairs if pair.asked_base))


@dataclass(frozen=True, slots=True)
class Asked:
    """A session that was asked and judged; `not_recorded` requests are answered by no recording."""

    session: Session
    surveyed: tuple[Surveyed, ...]
    askings: tuple[Asking, ...]
    asker: Asker
    sides: Sides
    not_recorded: int

    @property
    def variants(self) -> dict[str, list[str]]:
        return asked_variants(self.session.heads, self.askings)


def asked_variants(suites: Sequence[Suite], askings: Sequence[Asking]) -> dict[str, list[str]]:
    """The variants that are asked, by suite; every suite is there."""
    found: dict[str, list[str]] = {suite.name: [] for suite in suites}
    for asking in askings:
        found[asking.surveyed.name[0]].append(asking.surveyed.name[1])
    return found
