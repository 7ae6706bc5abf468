"""How often each case is asked, and when that is enough: the rounds of one variant."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gemini_eval.comparison.build import Rounds
from gemini_eval.comparison.marks import is_mean
from gemini_eval.comparison.model import State
from gemini_eval.comparison.sides import SideMarks
from gemini_eval.comparison.testing import Ended, Paired, Wish, stop_of
from gemini_eval.errors import UsageError
from gemini_eval.stats.looks import Plan, Stop, first_samples, planned_looks
from gemini_eval.suites.model import Samples
from gemini_eval.verbs.check.survey import TWO, Surveyed
from gemini_eval.verbs.expand import AskedCase


@dataclass(slots=True)
class Asking:
    """One variant while it is asked. A round is one more sample of each changed case on both sides (of a voting suite, one more
    vote); `asked` rounds are done. `probing`: two rounds at temperature 0, to see whether they agree."""

    surveyed: Surveyed
    before: SideMarks
    after: SideMarks
    wishes: tuple[Wish, ...]
    first: int
    last: int
    comparisons: int
    probing: bool = False
    offset: int = 0
    """The candidate's samples are so many rounds further on: a side that is compared with itself shares no answer."""
    itself: bool = False
    """Both sides are the same, and what differs is noise."""
    heard: bool = False
    """Judges are asked about its answers: `questions` so far, equal ones counted each time."""
    questions: int = 0
    unheard: int = 0
    """Cases whose requests are unchanged that only the head's text judges: no judge is asked by the base's."""
    baseline: Path | None = None
    """The folder of committed baselines that stand in for the base, None where it was asked."""
    asked: int = 0
    done: bool = False
    steady: bool = False
    """At temperature 0 two rounds agreed, so one counts."""
    stops: dict[Wish, Ended] = field(default_factory=dict)

    @property
    def plan(self) -> Plan | None:
        """None where the rounds are fixed: nothing is looked at before they are over."""
        if self.last <= self.first:
            return None
        return Plan(planned_looks(self.first, self.last), comparisons=max(1, self.comparisons))

    @property
    def rounds(self) -> Rounds:
        return Rounds(self.plan, self.asked, dict(self.stops), self.steady)

    @property
    def requests(self) -> int:
        """How many requests another round is, its judges' at the rate of the rounds so far."""
        answers = 2 * len(self.surveyed.changed) * unit_of(self.surveyed.suite.head.samples)
        return answers + self.questions // max(1, self.asked)

    @property
    def jobs(self) -> int:
        """How many jobs the next rounds are: a case of each side that is asked; after the first rounds of changed cases alone."""
        sides = 2 if self.surveyed.state is State.COMPARED else 1
        return sides * (self.surveyed.cases if self.asked == 0 else len(self.surveyed.changed))

    @property
    def hearings(self) -> int:
        """How often judges are asked about a case in the next rounds: about every vote."""
        start, end = self.next_rounds()
        return self.jobs * (end - start if self.surveyed.suite.head.samples.vote else 1)

    def next_rounds(self) -> tuple[int, int]:
        """The rounds to be asked now: from and to, the latter not included."""
        if self.asked == 0:
            return 0, TWO if self.probing else self.first
        return self.asked, max(self.first, self.asked + 1)

    def span(self, asked: AskedCase, start: int, end: int, *, further: bool = False) -> tuple[int, int]:
        """Which samples of a case rounds `start` to `end` are; `further` of the side whose samples are further on.

        A case with the same request on both sides is asked as often as its suite says, and no more: it could not tell the sides
        apart."""
        first, last = self._span(asked, start, end)
        more = self.offset * unit_of(asked.samples) if further else 0
        return first + more, last + more

    def _span(self, asked: AskedCase, start: int, end: int) -> tuple[int, int]:
        samples, changed = asked.samples, asked.case.id in self.surveyed.changed
        unit = unit_of(samples)
        if changed and samples.vote:
            return start * unit, end * unit
        own = samples.count or 1 if asked.case.samples.count else 1
        if changed:
            return (0 if start == 0 else max(start, own)), max(end, own)
        wanted = unit if samples.vote else max(own, self.surveyed.suite.head.samples.count or 1)
        return (0, wanted) if start == 0 else (0, 0)

    def finish_rounds(self, end: int) -> None:
        """The rounds up to `end` are in: whether that is enough."""
        self.asked = end
        paired = self.paired()
        if self.probing:
            self.probing = False
            if agree(self.before, self.after, self.surveyed.changed):
                self.before.keep_first()
                self.after.keep_first()
                self.asked, self.last = 1, 1
                self.done = self.steady = True
                return
        self.done = self.asked >= self.last or (self.asked >= self.first and self._all_stopped(paired))

    def paired(self) -> Paired:
        head = self.surveyed.suite.head
        sets = self.surveyed.sets
        return Paired.of(self.before, self.after, head.labels.names if head.labels else (), sets.both)

    def _all_stopped(self, paired: Paired) -> bool:
        """Look at each test that may stop early; figures that are no means were decided by their first rounds."""
        plan = self.plan
        if plan is None:
            return True
        opened = [wish for wish in self.wishes if is_mean(wish.figure) and wish not in self.stops]
        for wish in opened:
            try:
                stop = stop_of(paired, wish, plan, self.asked)
            except UsageError:
                stop = Stop.FUTILE
            if stop is not None:
                self.stops[wish] = Ended(self.asked, stop)
        return all(wish in self.stops for wish in opened)


def unit_of(samples: Samples) -> int:
    """How many samples one mark of a case is made of: of a vote all that vote."""
    return (samples.count or 1) if samples.vote else 1


def agree(before: SideMarks, after: SideMarks, changed: frozenset[str]) -> bool:
    """Whether the two rounds of each changed case came out alike, on both sides."""
    return all(case.agrees() for side in (before, after) for case_id, case in side.cases.items() if case_id in changed)


def rounds_for(surveyed: Surveyed, samples: int | None, most: int) -> tuple[int, int, bool]:
    """(rounds before the first look, rounds at most, whether two probe whether temperature 0 is steady)."""
    suite = surveyed.suite.head
    if surveyed.cold:
        return 1, 1, False
    if samples is not None:
        return samples, samples, False
    own = None if suite.samples.vote else suite.samples.count
    first = own or first_samples(surveyed.cases)
    return first, max(first, most), surveyed.zero and first >= TWO
