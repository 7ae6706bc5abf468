"""What a comparison is: frozen numbers and texts, decided once, that gates read and reports write.

"Before" is the baseline, the base revision or the first run named; "after" is the candidate. Differences are after less before.
Everything here goes into a run's header and back by `runs.codec`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from gemini_eval.stats.decision import Decision, PairedDecision

Kind: TypeAlias = Literal["check", "compare", "aa", "against", "upgrade"]
"""The verb that made it; `against` is `run --against`, which judges today's run beside an older one."""


class State(StrEnum):
    """What became of one variant."""

    COMPARED = "compared"
    """Its cases were paired and tested."""
    UNCHANGED = "unchanged"
    """Its requests and assertions are those of the other side: nothing was asked, nothing is tested."""
    REJUDGED = "rejudged"
    """Its requests are unchanged, its assertions are not: one set of answers, judged by both texts. Nothing is tested."""
    NEW = "new"
    """The other side does not have it: it has its own gates alone."""
    UNREADABLE = "unreadable"
    """The other side has its suite, and that can't be loaded: as a new one it has its own gates alone."""
    REMOVED = "removed"
    NOT_DECIDED = "not_decided"
    """It should have been tested and could not be: `why` says what is missing."""


class BarMove(StrEnum):
    """How a change moves the bar that the candidate has to pass."""

    SUITE_DELETED = "suite_deleted"
    VARIANT_REMOVED = "variant_removed"
    NO_LONGER_GATED = "no_longer_gated"
    CASES_REMOVED = "cases_removed"
    CASES_EXCUSED = "cases_excused"
    """Skipped, made drafts or marked xfail, or no longer must_pass."""
    EXPECTED_EDITED = "expected_edited"
    ASSERTIONS_CHANGED = "assertions_changed"
    GATE_REMOVED = "gate_removed"
    GATE_LOOSENED = "gate_loosened"
    GATE_CHANGED = "gate_changed"
    THRESHOLD_LOWERED = "threshold_lowered"
    REQUIREMENT_LOOSENED = "requirement_loosened"
    """`samples.require` asks for fewer samples than before."""
    EXTRACTION_CHANGED = "extraction_changed"
    LABELS_CHANGED = "labels_changed"
    FIELDS_CHANGED = "fields_changed"
    JUDGED_OTHERWISE = "judged_otherwise"
    """Cases of a saved side that were judged by other assertions or another `expected`, and can't be judged again."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One move of the bar. `before` and `after` are how both texts read ('' for none), `cases` the ids it concerns (the first
    hundred of `count`), `path` and `line` where the head says it (0 for no line)."""

    kind: BarMove
    suite: str
    variant: str = ""
    what: str = ""
    before: str = ""
    after: str = ""
    cases: tuple[str, ...] = ()
    count: int = 0
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One side as a whole. `name` is how people call it (`origin/main`, a run's id, `baseline`), `commit` its full id ('' for
    none), `dirty` that it has changes which no commit holds."""

    name: str
    commit: str = ""
    run: str = ""
    created: str = ""
    dirty: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What one side's answers were. `cost_micros` (1e-6 USD) is over the answers with a known price, `cost_unknown` counts the
    others; tokens are sums over the answers that told them. `cached` of the `answers` were not asked for on this occasion."""

    answers: int = 0
    cached: int = 0
    cost_micros: int = 0
    cost_unknown: int = 0
    prompt_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class VariantSide:
    """One side of a variant: its name there, who answered (requested id; the versions that really answered) and when (UTC
    stamps, '' where nothing tells), but for the `asked_now` answers that this occasion asked for. `samples` is the most of one
    case; cases by what became of them."""

    name: str
    model: str = ""
    versions: tuple[str, ...] = ()
    oldest: str = ""
    newest: str = ""
    samples: int = 0
    delivered: int = 0
    no_answer: int = 0
    not_delivered: int = 0
    spent: Spent = Spent()
    asked_now: int = 0
    judges: Spent = Spent()
    """The replies of judges about its answers, apart from these."""


@dataclass(frozen=True, slots=True)
class Tested:
    """One figure of one variant, tested over the cases that both sides delivered.

    `figure` is its name, `before` and `after` its value over the paired cases; `decision` has the difference, oriented so that
    negative is worse (`lower_is_better` figures are turned round there, not in `before` and `after`). None where it could not be
    tested: `why` says why. `gate` names the gate that it decides, '' where it is the default one. Only `gating` ones count in
    Holm's m. `rounds` were asked; `stopped` says which rule ended them early, '' for none. `over` is the other variant of a
    `no_worse` gate.
    """

    figure: str
    margin: float
    decision: PairedDecision | None
    before: float | None = None
    after: float | None = None
    lower_is_better: bool = False
    why: str = ""
    gate: str = ""
    gating: bool = True
    tag: str = ""
    over: str = ""
    rounds: int = 1
    stopped: str = ""

    @property
    def verdict(self) -> Decision | None:
        return self.decision.decision if self.decision else None

    def turned(self, decision: PairedDecision) -> tuple[float, float, float]:
        """Difference and interval as after less before reads: of a figure where less is better, a rise is worse."""
        if self.lower_is_better:
            return -decision.delta, -decision.interval.high, -decision.interval.low
        return decision.delta, decision.interval.low, decision.interval.high


@dataclass(frozen=True, slots=True)
class Flip:
    """One case that passes on one side only, more than half of its samples deciding; or, where it was cut short before that, the
    words of it. `before_failed` of `before_of` samples failed. Texts are the answers of the sample that tells most, cut at 2,000
    characters. `flaky`: it passes now and fails then on both sides; `edited`: its expected value or variables are not the base's.
    """

    case_id: str
    before: str
    after: str
    before_failed: int
    before_of: int
    after_failed: int
    after_of: int
    expected: str = ""
    reason: str = ""
    must_pass: bool = False
    flaky: bool = False
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """The cases of one tag or expected label (`name`: `lang=ko`, `label=refund`): listed, never gated. `p` is one-sided for
    "worse", `p_adjusted` after Benjamini-Hochberg over all slices; `listed` where that is at most 10 %."""

    name: str
    cases: int
    before: float
    after: float
    p: float
    p_adjusted: float
    listed: bool


@dataclass(frozen=True, slots=True)
class Crowd:
    """Cases of one kind: `shared` by both sides unedited, `edited`, `added`. Their rates are the tested figure's."""

    kind: Literal["shared", "edited", "added"]
    cases: int
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class MovedConfusion:
    """How many cases (samples share a case's weight) that expect `expected` got `answer`, where the two sides differ. `steps` is
    how far the answer is off, where the labels have an order."""

    expected: str
    answer: str
    before: float
    after: float
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class VariantComparison:
    """One variant of one suite. `tested` has the gating figures first; `newly_failing` and `newly_passing` are the first hundred
    of their counts. `paired` cases were delivered on both sides, `left_out` on one alone or on none; `changed_requests` of them
    have another request, None where that is not known. Of a rejudged one `unheard` cases are judged by the head's text alone, as
    no judge is asked by the base's."""

    suite: str
    variant: str
    state: State
    why: str = ""
    before: VariantSide | None = None
    after: VariantSide | None = None
    tested: tuple[Tested, ...] = ()
    newly_failing: tuple[Flip, ...] = ()
    newly_failing_count: int = 0
    newly_passing: tuple[Flip, ...] = ()
    newly_passing_count: int = 0
    flaky: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    crowds: tuple[Crowd, ...] = ()
    confusions: tuple[MovedConfusion, ...] = ()
    paired: int = 0
    left_out: int = 0
    changed_requests: int | None = None
    unheard: int = 0
    model_changed: bool = False
    gated: bool = True
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Together:
    """All gating comparisons of the invocation: how many, how many have p <= alpha, how many of those chance alone would give,
    and how many are left after Holm."""

    comparisons: int
    small: int
    expected: float
    after_holm: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides, decided. `unaffected` names suites in which nothing changed, `new_suites` those that the base does not have.
    `notes` are for people: what was not done, and why. `not_recorded` counts requests that no recording answers."""

    kind: Kind
    before: Side
    after: Side
    variants: tuple[VariantComparison, ...] = ()
    bar_moved: tuple[Moved, ...] = ()
    together: Together | None = None
    alpha: float = 0.05
    unaffected: tuple[str, ...] = ()
    new_suites: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    not_recorded: int = 0
    command: str = ""
    """How a maintainer asks what is not recorded."""
